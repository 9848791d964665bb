import { describe, expect, it } from "vitest";
import { Tail } from "../../../src/http/tail.ts";

function tailOf(...pieces: (string | Uint8Array)[]): string {
  const tail = new Tail();
  for (const piece of pieces) tail.add(Buffer.from(piece));
  return tail.text();
}

const long = (letter: string, length: number): string => letter.repeat(length);

describe("Tail", () => {
  it("is the last four pieces", () => {
    expect(tailOf()).toBe("");
    expect(tailOf("a")).toBe("a");
    expect(tailOf("a", "b", "c", "d")).toBe("abcd");
    expect(tailOf("a", "b", "c", "d", "e", "f")).toBe("cdef");
  });

  it("is the end of the last piece alone where that is long", () => {
    expect(tailOf("before", long("x", 2048))).toBe(long("x", 2048));
    expect(tailOf("before", `start${long("x", 5000)}end`)).toBe(`${long("x", 2045)}end`);
    expect(tailOf("before", long("x", 2047))).toBe(`before${long("x", 2047)}`);
  });

  it("has a long piece whole that short ones follow", () => {
    const piece = `start${long("x", 5000)}`;
    expect(tailOf("before", piece, "a", "b", "c")).toBe(`${piece}abc`);
    expect(tailOf("before", piece, "a", "b", "c", "d")).toBe("abcd");
  });

  it("has a character for each byte, whatever was cut", () => {
    expect(tailOf(Uint8Array.of(0xe2, 0x82), Uint8Array.of(0xac, 0x00, 0xff))).toHaveLength(5);
    expect(tailOf(long("€", 1000))).toHaveLength(2048);
  });

  it("has only the part of its memory that the piece is", () => {
    const tail = new Tail();
    tail.add(new TextEncoder().encode("not this, yes").subarray(10));
    expect(tail.text()).toBe("yes");
  });
});
