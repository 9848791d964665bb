import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { CliError, NotRunning } from "../../../src/cli/cli-error.ts";
import { send } from "../../../src/cli/http.ts";
import { freePort } from "../../../src/hosts/server.ts";
import { within } from "../../support/deadline.ts";

/** @returns the address of a service that answers so. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe("a request of the command line", () => {
  it("sends its method, headers and JSON, and reads the answer as it comes", async () => {
    const url = await answering((request, response) => {
      const { method, headers } = request;
      void request.toArray().then((pieces: Buffer[]) => {
        response.writeHead(201);
        response.write(
          `${method} ${String(headers["x-project-name"])} ${headers["content-type"]} `,
        );
        response.end(Buffer.concat(pieces));
      });
    });
    const headers = { "X-Project-Name": "story" };
    const { status, ok, body } = await send(url, { method: "POST", headers, body: { a: "ä" } });
    expect({ status, ok }).toEqual({ status: 201, ok: true });
    expect(await textOf(body)).toBe('POST story application/json {"a":"ä"}');
  });

  it("has no JSON where the body is none", async () => {
    const url = await answering((_, response) => void response.writeHead(502).end("<html>"));
    const answer = await send(url);
    expect(answer.ok).toBe(false);
    expect(await answer.json()).toBeUndefined();
  });

  it("says that nothing answers", async () => {
    const sent = send(`http://127.0.0.1:${await freePort(0)}/x`);
    await expect(sent).rejects.toThrow(NotRunning);
    const broken = await answering((request) => void request.socket.destroy());
    await expect(send(broken)).rejects.toThrow(NotRunning);
  });

  it("says that the service broke off", async () => {
    const url = await answering((request, response) => {
      response.writeHead(200, { "Content-Length": 100 });
      response.write("begun", () => request.socket.destroy());
    });
    const { body } = await send(url);
    const read = within(textOf(body), "the end of a broken answer", 5000);
    await expect(read).rejects.toThrow(CliError);
    await expect(read).rejects.toThrow("broke off");
  });

  it("ends with its signal's reason, before an answer and in it", async () => {
    const silent = await answering(() => {});
    const reason = new Error("enough");
    const before = new AbortController();
    const waiting = send(silent, { signal: before.signal });
    before.abort(reason);
    await expect(within(waiting, "an end before an answer", 5000)).rejects.toBe(reason);
    await expect(send(silent, { signal: before.signal })).rejects.toBe(reason);

    const begun = await answering((_, response) => {
      response.writeHead(200);
      response.write("begun");
    });
    const during = new AbortController();
    const { body } = await send(begun, { signal: during.signal });
    const read = (async () => {
      for await (const _ of body) during.abort(reason);
    })();
    await expect(within(read, "an end in an answer", 5000)).rejects.toBe(reason);
  });
});
