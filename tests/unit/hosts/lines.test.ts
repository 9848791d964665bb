import { describe, expect, it } from "vitest";
import { jsonBody, jsonLines } from "../../../src/hosts/lines.ts";

const objects = [{ response: "Grüße 🌍" }, { response: "\n" }, { done: true }];
const bytes = Buffer.from(objects.map((o) => `${JSON.stringify(o)}\n`).join(""));

/** A body cut into pieces of this many bytes. */
async function* cut(body: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function all(body: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const lines = [];
  for await (const line of jsonLines(body)) lines.push(line);
  return lines;
}

const text = (body: string): AsyncIterable<Uint8Array> => cut(Buffer.from(body), 1 << 20);

describe("jsonLines", () => {
  // One byte at a time cuts every character of more than one byte in two.
  it.each([1, 2, 3, 5, 7, 11, 1000])("reads lines cut every %i bytes", async (size) => {
    expect(await all(cut(bytes, size))).toEqual(objects);
  });

  it("reads a last line without an end, and passes empty lines over", async () => {
    expect(await all(text('{"a":1}\n\n\n{"b":2}'))).toEqual([{ a: 1 }, { b: 2 }]);
    expect(await all(text("\n"))).toEqual([]);
    expect(await all(text(""))).toEqual([]);
  });

  it("hands a line on as soon as its end has come", async () => {
    async function* waiting() {
      yield Buffer.from('{"a":1}\n{"b"');
      yield Promise.reject(new Error("nothing more came"));
    }
    const lines = jsonLines(waiting());
    expect((await lines.next()).value).toEqual({ a: 1 });
    await expect(lines.next()).rejects.toThrow("nothing more came");
  });

  it.each(["<html>\n", "7\n", "null\n", '{"a":1', "data: x\n"])("refuses %j", async (body) => {
    await expect(all(text(body))).rejects.toMatchObject({ code: "upstream_unavailable" });
  });

  it("refuses a line without end, and stops reading it", async () => {
    let sent = 0;
    let released = false;
    async function* endless() {
      const piece = Buffer.alloc(1 << 20, "x");
      try {
        for (;;) {
          sent += piece.length;
          yield piece;
        }
      } finally {
        released = true;
      }
    }
    await expect(all(endless())).rejects.toThrow("a line without end");
    expect(sent).toBeLessThanOrEqual(18 << 20);
    expect(released).toBe(true);
  });
});

describe("jsonBody", () => {
  it.each([1, 4, 1000])("reads a body that comes in pieces of %i bytes", async (size) => {
    const body = Buffer.from('{"text":"Grüße 🌍"}');
    expect(await jsonBody(cut(body, size))).toEqual({ text: "Grüße 🌍" });
  });

  it.each(["", "null", "x"])("refuses %j", async (body) => {
    await expect(jsonBody(text(body))).rejects.toMatchObject({ code: "upstream_unavailable" });
  });

  it("refuses a body without end", async () => {
    async function* endless() {
      for (;;) yield new Uint8Array(1 << 24);
    }
    await expect(jsonBody(endless())).rejects.toThrow("an answer without end");
  });
});
