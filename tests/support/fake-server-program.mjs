// Stands in for the `ollama` program in tests of supervision; runs on Node and on Bun. It is the fake
// of all tests, as a process that behaves badly:
// FAKE_NEVER_READY         answers no request
// FAKE_VERSION             the version that it has, 0.13.5 without it
// FAKE_LAST_WORDS          writes this to its error output and ends with code 1
// FAKE_IGNORE_SIGTERM      does not end when it is asked to
// FAKE_RUNNER              starts a process of its own, as Ollama does for a model, which ignores SIGTERM
// FAKE_ENDLESS             answers inference with streams that never end
// POST /api/fake/crash     ends at once with code 3
// GET  /api/fake/facts     tells its pid, arguments and environment, and its runner's pid
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { FakeOllama } from "../fake-ollama/server.mjs";

const MODELS = ["fake:latest", "all-minilm:latest"];
const PIECE_EVERY_MS = 10;

const { env } = process;
const port = Number(env["OLLAMA_HOST"]?.split(":")[1]);
const words = env["FAKE_LAST_WORDS"];
if (process.argv.includes("--version")) {
  process.stderr.write("Warning: could not connect to a running Ollama instance\n");
  process.stdout.write(`Warning: client version is ${env["FAKE_VERSION"] ?? "0.13.5"}\n`);
} else if (words) {
  process.stderr.write(`${words}\n`, () => process.exit(1));
} else {
  process.on("SIGTERM", () => {
    if (!env["FAKE_IGNORE_SIGTERM"]) process.exit(0);
  });
  const runner = env["FAKE_RUNNER"] ? startRunner() : undefined;
  if (env["FAKE_NEVER_READY"]) createServer(() => {}).listen({ host: "127.0.0.1", port });
  else await serve(runner);
}

function startRunner() {
  const waits = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);';
  return spawn(process.execPath, ["-e", waits], { stdio: "inherit" }).pid;
}

async function serve(runner) {
  const server = new FakeOllama({
    port,
    models: MODELS,
    ...(env["FAKE_ENDLESS"] && { endlessGapMs: PIECE_EVERY_MS }),
  });
  server.inMemory.push(...MODELS);
  server.script("/api/fake/crash", () => process.exit(3));
  server.script("/api/fake/facts", (_request, response) => {
    const facts = { pid: process.pid, runner, args: process.argv.slice(2), env };
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(facts));
  });
  await server.start();
}
