import { describe, expect, it } from "vitest";
import { deferred } from "../../../src/runtime/deferred.ts";
import { isForwarded, isReturned } from "../../../src/http/hop-headers.ts";
import { bodyStream } from "../../../src/http/streams.ts";

type End = [bytes: number, complete: boolean];

async function* pieces(...texts: (string | Error)[]): AsyncGenerator<string> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield text;
  }
}

function open(source: AsyncGenerator<string>) {
  const ends: End[] = [];
  const stream = bodyStream(source, (bytes, complete) => ends.push([bytes, complete]));
  return { stream, ends };
}

describe("bodyStream", () => {
  it("sends the pieces as UTF-8, and tells its end once with the bytes", async () => {
    const { stream, ends } = open(pieces("Grü", "ße 🌍"));
    expect(await new Response(stream).text()).toBe("Grüße 🌍");
    expect(ends).toEqual([[12, true]]);
  });

  it("breaks when its source breaks", async () => {
    const { stream, ends } = open(pieces("abc", new Error("inside")));
    await expect(new Response(stream).text()).rejects.toThrow("inside");
    expect(ends).toEqual([[3, false]]);
  });

  it("pulls no piece before the client takes one", async () => {
    let pulled = 0;
    async function* counting() {
      for (;;) yield String((pulled += 1));
    }
    const { stream } = open(counting());
    const reader = stream.getReader();
    await reader.read();
    await Promise.resolve();
    expect(pulled).toBeLessThanOrEqual(2);
    await reader.cancel();
  });

  it("ends its source when the client leaves", async () => {
    let ended = false;
    async function* source() {
      try {
        yield "abc";
        yield "def";
      } finally {
        ended = true;
      }
    }
    const { stream, ends } = open(source());
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    expect(ended).toBe(true);
    expect(ends).toHaveLength(1);
    expect(ends[0]?.[1]).toBe(false);
  });

  it.each(["a piece", "the end"])(
    "tells its end once when the client leaves before %s",
    async (what) => {
      const gate = deferred<void>();
      async function* source() {
        await gate.promise;
        if (what === "a piece") yield "abc";
      }
      const { stream, ends } = open(source());
      const reader = stream.getReader();
      const reading = reader.read();
      const cancelled = reader.cancel();
      gate.resolve();
      await Promise.all([reading, cancelled]);
      await new Promise((resolve) => setImmediate(resolve));
      expect(ends).toEqual([[0, false]]);
    },
  );
});

describe("hop headers", () => {
  it.each(["Host", "origin", "CONNECTION", "Transfer-Encoding", "te", "proxy-authorization"])(
    "keeps the client's %s from the server",
    (name) => {
      expect(isForwarded(name, true)).toBe(false);
    },
  );

  it.each(["Content-Type", "accept", "x-stainless-os", "user-agent"])(
    "passes the client's %s on",
    (name) => {
      expect(isForwarded(name, false)).toBe(true);
    },
  );

  it.each(["Cookie", "COOKIE"])("never passes a %s on", (name) => {
    expect(isForwarded(name, true)).toBe(false);
  });

  it.each(["Authorization", "x-api-key", "Api-Key"])("passes %s on where it is said so", (name) => {
    expect(isForwarded(name, true)).toBe(true);
    expect(isForwarded(name, false)).toBe(false);
  });

  it.each([
    ["Connection", false],
    ["Keep-Alive", false],
    ["transfer-encoding", false],
    ["content-length", true],
    ["Content-Type", true],
    ["date", true],
  ])("on the way back %s passes: %s", (name, passes) => {
    expect(isReturned(name)).toBe(passes);
  });
});
