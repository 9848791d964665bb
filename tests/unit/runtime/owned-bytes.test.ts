import { describe, expect, it } from "vitest";
import { ownedBytes } from "../../../src/runtime/owned-bytes.ts";

/** Hands bytes over as a thread is handed them; those left behind are gone. */
function handOver(bytes: Uint8Array): Uint8Array {
  return structuredClone(new Uint8Array(bytes.buffer), { transfer: [bytes.buffer as ArrayBuffer] });
}

describe("ownedBytes", () => {
  it("leaves bytes alone that have their memory for themselves", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(ownedBytes(bytes)).toBe(bytes);
  });

  it.each([
    ["the beginning", 0, 2],
    ["the middle", 1, 2],
    ["the end", 2, 2],
    ["nothing", 0, 0],
  ])("copies bytes that are %s of a larger memory", (_, offset, length) => {
    const whole = new Uint8Array([1, 2, 3, 4]);
    const part = whole.subarray(offset, offset + length);
    const owned = ownedBytes(part);
    expect([...owned]).toEqual([...part]);
    expect([owned.byteOffset, owned.buffer.byteLength]).toEqual([0, length]);
    handOver(owned);
    expect([...whole]).toEqual([1, 2, 3, 4]);
  });

  it("copies small buffers of Node's pool: others' bytes are in it", () => {
    const [mine, others] = [Buffer.from("mine"), Buffer.from("others")];
    expect(Buffer.from(handOver(ownedBytes(mine))).toString()).toBe("mine");
    expect(others.toString()).toBe("others");
  });

  it("gives empty bytes for empty ones", () => {
    expect(handOver(ownedBytes(new Uint8Array()))).toHaveLength(0);
    expect(handOver(ownedBytes(Buffer.alloc(0)))).toHaveLength(0);
  });
});
