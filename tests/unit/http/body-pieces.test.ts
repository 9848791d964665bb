import { describe, expect, it } from "vitest";
import { BodyPieces, joinedPieces, lengthOf } from "../../../src/http/body-pieces.ts";

const MIB = 1_048_576;

/** Bytes of which no two neighbourhoods are alike. */
const bytesOf = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7919) >> 5));

/** Gathers a body that comes in chunks of one size. */
function gathered(body: Buffer, chunkBytes: number, declared?: number): Uint8Array[] {
  const pieces = new BodyPieces(declared);
  for (let at = 0; at < body.length; at += chunkBytes) {
    pieces.add(body.subarray(at, at + chunkBytes));
  }
  expect(pieces.byteLength).toBe(body.length);
  return pieces.take();
}

describe("BodyPieces", () => {
  it("gives a body that came in one chunk as it is", () => {
    const body = bytesOf(60_000);
    expect(gathered(body, 60_000, 60_000)[0]?.buffer).toBe(body.buffer);
    expect(new BodyPieces(0).take()).toEqual([]);
  });

  it.each([
    ["small", 1000, 100],
    ["small, in chunks of a byte", 3000, 1],
    ["just small", 65_536, 10_000],
    ["no longer small", 65_537, 65_536],
    ["of some blocks", 3 * MIB + 5, 70_000],
    ["of just 8 MiB", 8 * MIB, 65_536],
  ])("gives a body in one piece that is %s", (_what, length, chunk) => {
    const body = bytesOf(length);
    for (const declared of [length, undefined]) {
      const pieces = gathered(body, chunk, declared);
      expect(pieces).toHaveLength(1);
      expect(body.equals(joinedPieces(pieces))).toBe(true);
    }
  });

  it("gives a larger one in blocks of their own memory, which fit its declared length", () => {
    const body = bytesOf(9 * MIB + 3);
    for (const declared of [body.length, undefined]) {
      const pieces = gathered(body, 65_536, declared);
      expect(pieces.length).toBeGreaterThan(9);
      expect(lengthOf(pieces)).toBe(body.length);
      expect(body.equals(joinedPieces(pieces))).toBe(true);
      const memory = pieces.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
      expect(memory).toBeLessThanOrEqual(declared ?? body.length + MIB);
      expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(pieces.length);
    }
  });

  it("does not keep the objects of a thousand tiny chunks", () => {
    const pieces = new BodyPieces(undefined);
    for (let i = 0; i < 100_000; i += 1) pieces.add(Buffer.from("x"));
    expect(pieces.take()).toHaveLength(1);
  });
});
