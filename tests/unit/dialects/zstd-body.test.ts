import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decompressZstd, MAX_DECOMPRESSED_BYTES } from "../../../src/dialects/zstd-body.ts";
import { zstd } from "../../support/encoded-bodies.ts";

const HELLO = zstd("hello");

/** A frame's first bytes: the magic number and the descriptor. */
const frame = (...bytes: number[]) => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...bytes]);

/** One block, the last, of 43 000 sequences that copy 65 539 bytes each, in 18 bytes. */
const SEQUENCES = frame(0, 0x58, 0x4d, 0, 0, 0, 0xff, 0xf8, 0x28, 0x54, 0, 1, 0x34, 0x80);

async function decompressed(body: Uint8Array): Promise<string> {
  const result = await decompressZstd(body);
  return result.ok ? Buffer.from(result.bytes).toString() : result.reason;
}

describe("decompressZstd", () => {
  it.each([1, 3, 19])("reads what was compressed at level %i", async (level) => {
    const text = JSON.stringify(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 997));
    expect(await decompressed(zstd(text, level))).toBe(text);
  });

  it("reads frames one behind the other, and past what is to be skipped", async () => {
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]);
    const frames = [skipped, HELLO, skipped, zstd(" "), zstd("you")];
    expect(await decompressed(Buffer.concat(frames))).toBe("hello you");
  });

  it("reads a part of a larger buffer", async () => {
    const whole = Buffer.concat([Buffer.from("xx"), HELLO, Buffer.from("xx")]);
    expect(await decompressed(whole.subarray(2, -2))).toBe("hello");
  });

  it("reads as many bytes as may be, and not one more", async () => {
    const most = await decompressZstd(zstd(Buffer.alloc(MAX_DECOMPRESSED_BYTES, "abc")));
    expect(most.ok && most.bytes.byteLength).toBe(MAX_DECOMPRESSED_BYTES);
    const more = zstd(Buffer.alloc(MAX_DECOMPRESSED_BYTES + 1, "abc"));
    expect(await decompressZstd(more)).toEqual({ ok: false, reason: "too_large" });
  });

  it("reads as many bytes that do not shrink", async () => {
    const noise = randomBytes(MAX_DECOMPRESSED_BYTES);
    const result = await decompressZstd(zstd(noise, 1));
    expect(result.ok && noise.equals(result.bytes)).toBe(true);
  });

  it.each([
    ["a bomb", () => zstd(Buffer.alloc(64 * 1_048_576))],
    [
      "many frames that are too large together",
      () => Buffer.concat(Array.from({ length: 21 }, () => zstd(Buffer.alloc(1_048_576)))),
    ],
    ["more than could become so little", () => randomBytes(MAX_DECOMPRESSED_BYTES + 100_000)],
  ])("gives up %s", async (_what, body) => {
    expect(await decompressed(body())).toBe("too_large");
  });

  it.each([
    ["garbage", Buffer.from("garbage garbage garbage")],
    ["JSON", Buffer.from('{"model":"m"}')],
    ["half a frame", HELLO.subarray(0, -2)],
    ["something behind a frame", Buffer.concat([HELLO, Buffer.from("{}")])],
    ["a broken frame", Buffer.from(HELLO).fill(0xff, 6)],
    ["a window of 2 TiB", frame(0x00, 0xff, 1, 0, 0)],
    ["4 GiB that a header claims", frame(0xa0, 255, 255, 255, 255, 1, 0, 0)],
    ["8 EiB that a header claims", frame(0xe0, 255, 255, 255, 255, 255, 255, 255, 127, 1, 0, 0)],
    ["a dictionary", frame(0x03, 0x00, 7, 0, 0, 0, 1, 0, 0)],
    ["a block that copies more than it may hold", SEQUENCES],
  ])("has nothing to say of %s", async (_what, body) => {
    expect(await decompressed(body)).toBe("not_zstd");
  });

  it("reads the next body after each of them", async () => {
    for (const body of [SEQUENCES, HELLO.subarray(0, 5), zstd(Buffer.alloc(30_000_000))]) {
      await decompressZstd(body);
      expect(await decompressed(HELLO)).toBe("hello");
    }
  });
});
