// Stands in for the `ollama` program in tests of supervision; runs on Node and on Bun.
// FAKE_NEVER_READY         answers no request
// FAKE_LAST_WORDS          writes this to its error output and ends with code 1
// FAKE_IGNORE_SIGTERM      does not end when it is asked to
// FAKE_RUNNER              starts a process of its own, as Ollama does for a model, which ignores SIGTERM
// FAKE_ENDLESS             answers inference with streams that never end
// POST /api/fake/crash     ends at once with code 3
// GET  /api/fake/facts     tells its pid, arguments and environment, and its runner's pid
import { spawn } from "node:child_process";
import { createServer } from "node:http";

const { env } = process;
const words = env["FAKE_LAST_WORDS"];
if (words) {
  process.stderr.write(`${words}\n`, () => process.exit(1));
} else {
  process.on("SIGTERM", () => {
    if (!env["FAKE_IGNORE_SIGTERM"]) process.exit(0);
  });
  serve();
}

const STREAMS = {
  "/api/generate": ["application/x-ndjson", '{"model":"fake","response":"a","done":false}\n'],
  "/api/chat": [
    "application/x-ndjson",
    '{"model":"fake","message":{"role":"assistant","content":"a"},"done":false}\n',
  ],
  "/v1/chat/completions": [
    "text/event-stream",
    'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n',
  ],
};
const PIECE_EVERY_MS = 10;

/** Answers piece by piece until the other side leaves. */
function streamEndlessly(response, [type, piece]) {
  response.writeHead(200, { "Content-Type": type });
  const timer = setInterval(() => response.write(piece), PIECE_EVERY_MS);
  response.on("close", () => clearInterval(timer));
}

function startRunner() {
  const waits = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);';
  return spawn(process.execPath, ["-e", waits], { stdio: "inherit" }).pid;
}

function serve() {
  const runner = env["FAKE_RUNNER"] ? startRunner() : undefined;
  const [host, port] = (env["OLLAMA_HOST"] ?? "").split(":");
  const models = ["fake:latest", "all-minilm:latest"].map((name) => ({ name, model: name }));
  const answers = {
    "/api/version": () => ({ version: "0.0.1-fake" }),
    "/api/tags": () => ({ models }),
    "/api/ps": () => ({ models }),
    "/api/fake/facts": () => ({ pid: process.pid, runner, args: process.argv.slice(2), env }),
    "/api/generate": () => ({ response: "Hello", done: true }),
  };
  createServer((request, response) => {
    if (env["FAKE_NEVER_READY"]) return;
    if (request.url === "/api/fake/crash") process.exit(3);
    request.resume().on("end", () => {
      const stream = env["FAKE_ENDLESS"] && STREAMS[request.url];
      if (stream) return streamEndlessly(response, stream);
      const answer = answers[request.url];
      response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" });
      response.end(JSON.stringify(answer?.() ?? { error: "not found" }));
    });
  }).listen({ host, port: Number(port) });
}
