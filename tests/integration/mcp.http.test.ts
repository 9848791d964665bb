import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { MAX_MESSAGE_BYTES } from "../../src/mcp/message-limits.ts";
import { LightSignal } from "../../src/runtime/light-signal.ts";
import { until, within } from "../support/deadline.ts";
import { startHttpMcpServer } from "../support/mcp-http-server.ts";
import { callOf, everythingServer, startMcp, textOf } from "../support/mcp.ts";

const EVENTS = { "content-type": "text/event-stream" };

it("speaks with a server that runs elsewhere, and says goodbye to it", async () => {
  const server = await startHttpMcpServer();
  const headers = { Authorization: "Bearer ${TOKEN}" };
  const entry = { url: server.url, headers, idle_minutes: 0.01 };
  const { open, servers } = startMcp({ far: entry }, { env: { TOKEN: "t0ken" } });
  const box = await open(["far"]);
  expect(await textOf(box, "say")).toBe("said");
  await until(() => server.streams.size === 1, "it listens to what the server says by itself");
  await box.close();
  await until(() => server.heads.at(-1)?.method === "DELETE", "the session is ended");
  await until(() => server.streams.size === 0, "nothing is listened to any more");
  await until(() => servers.running[0]?.[1] === 0, "none runs");
  for (const { headers } of server.heads) expect(headers.authorization).toBe("Bearer t0ken");
});

it("calls the reference server over HTTP", async () => {
  const port = await freePort();
  const { command, args } = everythingServer() as { command: string; args: string[] };
  const program = spawn(command, [args[0] ?? "", "streamableHttp"], {
    env: { ...process.env, PORT: String(port) },
    stdio: "ignore",
  });
  onTestFinished(() => void program.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}/mcp`;
  const isThere = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  await until(isThere, "the reference server listens");
  const { open } = startMcp({ everything: { url } });
  const box = await open(["everything"]);
  expect(await textOf(box, "echo", { message: "far" })).toBe("Echo: far");
  expect(await textOf(box, "get-sum", { a: 1, b: 2 })).toBe("The sum of 1 and 2 is 3.");
});

it.each([
  [401, "answered with HTTP 401"],
  [302, "answered with HTTP 302"],
  [500, "answered with HTTP 500"],
])("says of a server that answers %i what is wrong", async (status, says) => {
  const server = await startHttpMcpServer();
  server.status = status;
  const { open, logged } = startMcp({ far: { url: server.url } });
  await expect(open(["far"])).rejects.toMatchObject({
    code: "mcp_unavailable",
    message: `The MCP server "far" ${says}`,
  });
  expect(JSON.stringify(logged)).not.toContain("secret");
});

it("says that nobody is there", async () => {
  const { open } = startMcp({ far: { url: `http://127.0.0.1:${await freePort()}/mcp` } });
  await expect(open(["far"])).rejects.toMatchObject({
    message: expect.stringMatching(/^The MCP server "far" cannot be reached \(\w+\)$/),
  });
});

it("begins a new session where the server has forgotten the one there was", async () => {
  const server = await startHttpMcpServer();
  const { open } = startMcp({ far: { url: server.url } });
  const box = await open(["far"]);
  server.forget();
  expect(await callOf(box, "say")).toMatchObject({
    isError: true,
    text: 'The MCP server "far" answered with HTTP 404.',
  });
  expect(await textOf(box, "say")).toBe("said");
});

it("keeps the session where one call is answered with an error of the server", async () => {
  const server = await startHttpMcpServer();
  const { open } = startMcp({ far: { url: server.url } });
  const box = await open(["far"]);
  server.onCall = (_id, response) => void response.writeHead(503).end();
  expect(await callOf(box, "say")).toMatchObject({
    isError: true,
    text: 'The MCP server "far" answered with HTTP 503.',
  });
  server.onCall = undefined;
  expect(await textOf(box, "say")).toBe("said");
  expect(server.heads.filter(({ headers }) => !headers["mcp-session-id"])).toHaveLength(1);
});

it.each(["an answer", "an event"])("gives up %s without end", async (what) => {
  const server = await startHttpMcpServer();
  const { open } = startMcp({ far: { url: server.url } });
  const box = await open(["far"]);
  server.onCall = (_id, response) => {
    response.writeHead(200, what === "an event" ? EVENTS : { "content-type": "application/json" });
    response.write(what === "an event" ? "data: " : '"');
    const more = (): void => {
      if (!response.destroyed) response.write("x".repeat(262_144), more);
    };
    more();
    response.once("close", () => server.streams.delete(response));
    server.streams.add(response);
  };
  const answer = await within(callOf(box, "say"), "the call");
  expect(answer.text).toBe(
    `The MCP server "far" sent a message of more than ${MAX_MESSAGE_BYTES} bytes.`,
  );
  await until(() => server.streams.size === 0, "its connections are closed");
  server.onCall = undefined;
  expect(await textOf(box, "say")).toBe("said");
});

it("says at once that an answer was broken off", async () => {
  const server = await startHttpMcpServer();
  const { open } = startMcp({ far: { url: server.url } });
  const box = await open(["far"]);
  server.onCall = (_id, response) => void response.writeHead(200, EVENTS).end(": nothing\n\n");
  const answer = await within(callOf(box, "say"), "the call");
  expect(answer).toMatchObject({ isError: true, text: expect.stringContaining("broke off") });
});

it("closes the connection of a call that was called off", async () => {
  const server = await startHttpMcpServer();
  const { open } = startMcp({ far: { url: server.url } });
  const box = await open(["far"]);
  await until(() => server.streams.size === 1, "it listens");
  let hasClosed = false;
  let hasBegun = false;
  server.onCall = (_id, response) => {
    hasBegun = true;
    response.writeHead(200, EVENTS).flushHeaders();
    response.once("close", () => (hasClosed = true));
  };
  const signal = new LightSignal();
  const call = callOf(box, "say", {}, { signal });
  await until(() => hasBegun, "the call is under way");
  signal.abort(new Error("no longer wanted"));
  await expect(call).rejects.toThrow("no longer wanted");
  await until(() => hasClosed, "its connection is closed");
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
