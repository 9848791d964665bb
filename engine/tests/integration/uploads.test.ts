import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { Exchange } from "../../http/exchange.ts";
import { within } from "./engine-process.ts";

/** More than lies in the buffers between two sockets. */
const BODY = Buffer.alloc(32 << 20);

/** What a full disk does to an upload. */
async function failMidway(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const exchange = new Exchange(incoming, response, new AbortController().signal);
  const chunks = exchange.chunks()[Symbol.asyncIterator]();
  await chunks.next();
  await chunks.return?.();
  exchange.json(500, { error: "no space left on device" });
}

it("that fail on the way are answered to a client that first sends everything", async () => {
  const server = createServer((incoming, response) => void failMidway(incoming, response));
  server.listen(0, "127.0.0.1");
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = request({ port, host: "127.0.0.1", method: "POST" });
  const sent = once(client, "finish");
  const answered = once(client, "response") as Promise<[IncomingMessage]>;
  client.end(BODY);
  const [answer] = await within(20_000, "the answer", answered);
  expect(answer.statusCode).toBe(500);
  await within(20_000, "the body to be taken", sent);
  const closed = once(client, "close");
  answer.resume();
  await within(20_000, "the end of the answer", closed);
});
