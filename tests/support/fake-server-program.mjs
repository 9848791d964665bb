// Stands in for the `ollama` program in tests of supervision; runs on Node and on Bun.
// FAKE_NEVER_READY         answers no request
// FAKE_LAST_WORDS          writes this to its error output and ends with code 1
// FAKE_IGNORE_SIGTERM      does not end when it is asked to
// POST /api/fake/crash     ends at once with code 3
// GET  /api/fake/facts     tells its pid, arguments and environment
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

function serve() {
  const [host, port] = (env["OLLAMA_HOST"] ?? "").split(":");
  const models = ["fake:latest", "all-minilm:latest"].map((name) => ({ name, model: name }));
  const answers = {
    "/api/version": () => ({ version: "0.0.1-fake" }),
    "/api/tags": () => ({ models }),
    "/api/ps": () => ({ models }),
    "/api/fake/facts": () => ({ pid: process.pid, args: process.argv.slice(2), env }),
    "/api/generate": () => ({ response: "Hello", done: true }),
  };
  createServer((request, response) => {
    if (env["FAKE_NEVER_READY"]) return;
    if (request.url === "/api/fake/crash") process.exit(3);
    request.resume().on("end", () => {
      const answer = answers[request.url];
      response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" });
      response.end(JSON.stringify(answer?.() ?? { error: "not found" }));
    });
  }).listen({ host, port: Number(port) });
}
