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
