import { createServer } from "node:http";

/**
 * Serves on a free port of 127.0.0.1, and says which. Bodies are read before `answer` is called.
 * @param {(path: string, body: string, response: import("node:http").ServerResponse) => void} answer
 */
export function serve(answer) {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => {
      body += text;
    });
    request.on("end", () => answer(request.url ?? "/", body, response));
    response.on("error", () => {});
  });
  server.keepAliveTimeout = 120_000;
  server.listen({ host: "127.0.0.1", port: 0 }, () => {
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    console.log(`Listening on http://127.0.0.1:${port}`);
  });
  process.on("SIGTERM", () => process.exit(0));
}

/**
 * @param {import("node:http").ServerResponse} response
 * @param {string} text JSON
 * @param {number} [status]
 */
export function sendJson(response, text, status = 200) {
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}

/**
 * Answers what a gateway asks beside inference; whether it did.
 * @param {string} path
 * @param {import("node:http").ServerResponse} response
 * @param {{ installed: string[], loaded: string[] }} models
 */
export function answerLists(path, response, { installed, loaded }) {
  const list = (names) => JSON.stringify({ models: names.map(modelEntry) });
  switch (path) {
    case "/":
      sendJson(response, '"Ollama is running"');
      return true;
    case "/api/version":
      sendJson(response, '{"version":"0.13.5"}');
      return true;
    case "/api/tags":
      sendJson(response, list(installed));
      return true;
    case "/api/ps":
      sendJson(response, list(loaded));
      return true;
    default:
      return false;
  }
}

function modelEntry(name) {
  const expires_at = "2099-01-01T00:00:00Z";
  return { name, model: name, size: 1000, size_vram: 0, digest: "0".repeat(64), expires_at };
}
