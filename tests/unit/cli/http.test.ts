import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createPlainServer, type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { CliError, NotRunning } from "../../../src/cli/cli-error.ts";
import { send } from "../../../src/cli/http.ts";
import { freePort } from "../../../src/hosts/server.ts";
import { within } from "../../support/deadline.ts";
import { TEST_CERTIFICATE } from "../../support/test-certificate.ts";

/** @returns the address of a service that answers so. */
async function answering(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await portOf(createServer(listener))}`;
}

async function portOf(server: Pick<Server, "listen" | "close" | "address">): Promise<number> {
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) (server as Server).closeAllConnections();
      }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** @returns the port of somebody who says this to all, and hangs up. */
function saying(words: string): Promise<number> {
  return portOf(
    createPlainServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(words));
    }) as unknown as Server,
  );
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
    await expect(send(broken)).rejects.toThrow("closed the connection without an answer");
  });

  it("does not say that nothing answers where something else is wrong", async () => {
    const wrong = async (url: string): Promise<string> => {
      const sent = within(send(url), `an answer of ${url}`, 5000);
      const err: unknown = await sent.catch((cause: unknown) => cause);
      expect(err).toBeInstanceOf(CliError);
      expect(err).not.toBeInstanceOf(NotRunning);
      return (err as Error).message;
    };
    const { key, cert } = TEST_CERTIFICATE;
    const secured = await portOf(createTlsServer({ key, cert }));
    expect(await wrong(`https://127.0.0.1:${secured}`)).toContain("is not trusted: self");
    expect(await wrong("http://no-such-machine.invalid")).toContain("no-such-machine.invalid");
    expect(await wrong(`http://127.0.0.1:${await saying("SSH-2.0-OpenSSH\r\n")}`)).toContain(
      "does not answer as a web server",
    );
    const plain = await saying("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(await wrong(`https://127.0.0.1:${plain}`)).toContain("does not speak TLS");
  });

  it("takes an answer that changes the protocol for one", async () => {
    const head = "HTTP/1.1 101 Other\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";
    const sent = send(`http://127.0.0.1:${await saying(head)}`);
    expect(await within(sent, "an answer", 5000)).toMatchObject({ status: 101, ok: false });
  });

  it("says that time is up", async () => {
    const url = await answering(() => {});
    const sent = send(url, { signal: AbortSignal.timeout(20) });
    await expect(within(sent, "an end", 5000)).rejects.toThrow(NotRunning);
    await expect(send(url, { signal: AbortSignal.timeout(0) })).rejects.toThrow("in time");
  });

  it("reads no JSON without end", async () => {
    const piece = Buffer.alloc(1_048_576, "[");
    const url = await answering((_, response) => {
      const write = (): void => {
        while (response.write(piece)) {
          // As long as the buffer takes it.
        }
      };
      response.on("drain", write);
      write();
    });
    const { json } = await send(url);
    await expect(within(json(), "the end of reading", 30_000)).rejects.toThrow("without end");
  }, 40_000);

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
