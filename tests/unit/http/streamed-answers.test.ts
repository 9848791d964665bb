import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Exchange } from "../../../src/http/exchange.ts";
import { HeldUp } from "../../../src/http/held-up.ts";
import { createExchange } from "../../../src/http/http.ts";
import { listen, type Listening } from "../../../src/http/listen.ts";
import { UploadWatch } from "../../../src/http/upload-watch.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { StallWatch } from "../../../src/runtime/stall-watch.ts";
import { isAllowed } from "../../support/allowed-differences.ts";
import { until, within } from "../../support/deadline.ts";
import { connectRaw } from "../../support/raw-client.ts";

type Pieces = AsyncGenerator<string | Uint8Array>;

const downloads = new StallWatch({ stallMs: 60_000 });
const uploads = new UploadWatch({ stallMs: 60_000 });
let port: Listening;
/** What the next request is answered with. */
let pieces: () => Pieces;
/** Of the last answer: how it ended, and how often that was told. */
let ends: [bytes: number, complete: boolean][];
let exchange: Exchange | undefined;
/** How long its client has held it up. */
let heldUp: HeldUp;

beforeAll(async () => {
  port = await listen({
    host: "127.0.0.1",
    port: 0,
    downloads,
    badRequest: (reason) => new Response(reason, { status: 400 }),
    handler: async (request, env) => {
      ends = [];
      heldUp = new HeldUp();
      exchange = createExchange(request, env, { uploads, downloads });
      // The service listens to it from the first.
      void exchange.signal;
      return exchange.stream({
        status: 201,
        headers: ["Content-Type", "text/plain", "X-One", "1", "X-Two", "2"],
        pieces: pieces(),
        heldUp,
        onEnd: (...end) => ends.push(end),
      });
    },
  });
});

afterAll(() => port.close());

async function ask(source: () => Pieces, version = "1.1") {
  pieces = source;
  const client = await connectRaw(`http://127.0.0.1:${port.port}`);
  return { client, answer: client.ask({ method: "GET", target: "/", version }) };
}

const ended = () => until(() => ends.length > 0, "the end of the answer");

describe("a streamed answer", () => {
  it("has its head, its pieces as UTF-8 and as bytes, and one end with the bytes", async () => {
    const { answer } = await ask(async function* () {
      yield "Grü";
      yield new TextEncoder().encode("ße");
      yield " 🌍";
    });
    expect(await answer.ended()).toBe("complete");
    expect(answer.status).toBe(201);
    expect(answer.header("x-one")).toBe("1");
    expect(answer.header("x-two")).toBe("2");
    expect(answer.text).toBe("Grüße 🌍");
    await ended();
    expect(ends).toEqual([[12, true]]);
    expect(heldUp.ms).toBe(0);
  });

  it("keeps its connection for the next", async () => {
    const { client, answer } = await ask(async function* () {
      yield "one";
    });
    expect(await answer.ended()).toBe("complete");
    const next = client.ask({ method: "GET", target: "/" });
    expect(await next.ended()).toBe("complete");
    expect(next.text).toBe("one");
  });

  it("goes on after an empty piece", async () => {
    const { answer } = await ask(async function* () {
      yield "a";
      yield "";
      yield new Uint8Array();
      yield "b";
    });
    expect(await answer.ended()).toBe("complete");
    expect(answer.text).toBe("ab");
  });

  it("may be empty", async () => {
    // eslint-disable-next-line require-yield
    const { answer } = await ask(async function* () {});
    expect(await answer.ended()).toBe("complete");
    expect(answer.text).toBe("");
    await ended();
    expect(ends).toEqual([[0, true]]);
  });

  it("reaches a client of HTTP/1.0, which knows no chunks", async () => {
    const { answer } = await ask(async function* () {
      yield "abc";
      yield "def";
    }, "1.0");
    expect(await answer.ended()).toBe("complete");
    expect(answer.text).toBe("abcdef");
  });

  it("sends each piece as it comes, and the head before the first", async () => {
    const gates = [deferred<void>(), deferred<void>()] as const;
    const { answer } = await ask(async function* () {
      await gates[0].promise;
      yield "a";
      await gates[1].promise;
      yield "b";
    });
    if (!isAllowed("head with the first chunk")) await answer.begun();
    expect(answer.text).toBe("");
    gates[0].resolve();
    await answer.has("a");
    gates[1].resolve();
    expect(await answer.ended()).toBe("complete");
  });

  it("breaks the connection when a piece throws", async () => {
    const gate = deferred<void>();
    const { answer } = await ask(async function* () {
      yield "abc";
      await gate.promise;
      throw new Error("inside");
    });
    await answer.has("abc");
    gate.resolve();
    expect(await answer.ended()).not.toBe("complete");
    await ended();
    expect(ends).toEqual([[3, false]]);
  });

  it.each(["a piece", "the end"])(
    "ends its source, and tells its end once, when the client leaves before %s",
    async (what) => {
      let hasEnded = false;
      const { client, answer } = await ask(async function* () {
        try {
          yield "abc";
          await new Promise<void>((resolve) =>
            exchange?.signal.addEventListener("abort", resolve, { once: true }),
          );
          if (what === "a piece") yield "def";
        } finally {
          hasEnded = true;
        }
      });
      await answer.has("abc");
      client.leave();
      await until(() => hasEnded, "the end of its source");
      await ended();
      await new Promise((resolve) => setImmediate(resolve));
      expect(ends).toEqual([[3, false]]);
    },
  );

  it("pulls no more than a client that does not read leaves room for, and all once it reads", async () => {
    const piece = "x".repeat(65_536);
    const count = 1000;
    let pulled = 0;
    const { client, answer } = await ask(async function* () {
      for (; pulled < count; pulled += 1) yield piece;
    });
    client.pause();
    let before = -1;
    await within(
      (async () => {
        // At rest: no piece was pulled for ten turns of the timers.
        for (let still = 0; still < 10; still = pulled === before ? still + 1 : 0) {
          before = pulled;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })(),
      "the pulling to rest",
    );
    expect(pulled).toBeLessThan(count);
    expect(heldUp.ms).toBeGreaterThan(150);
    client.resume();
    expect(await answer.ended()).toBe("complete");
    await ended();
    expect(heldUp.isNow).toBe(false);
    expect(answer.body).toHaveLength(count * piece.length);
  });
});
