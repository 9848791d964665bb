import { describe, expect, it } from "vitest";
import type { CacheEntry } from "../../../../src/cache/response-cache.ts";
import { entryOf, storedAnswer, storedVector } from "../../../../src/cache/store/stored-rows.ts";

const entry: CacheEntry = {
  id: 7,
  question: { space: "s", text: "a\u0000b \ud800 空", tenant: "t", model: "m", isSampled: true },
  answer: { message: { content: "\u0000" }, list: [1, null, { deep: true }] },
  tookMs: 1.5,
  storedAt: 1000,
  bytes: 1,
};

describe("an entry that is written and read", () => {
  it("is the same, whatever its texts and its answer are", () => {
    const { bytes: _bytes, ...saved } = entry;
    const values = Float32Array.of(0.6, 0.8);
    const vector = storedVector({ model: "digest", values });
    expect(entryOf({ ...storedAnswer(entry), vector })).toEqual({
      saved,
      vector: { model: "digest", values },
    });
    expect(entryOf({ ...storedAnswer(entry), vector: undefined })).toEqual({ saved });
  });

  it("has a vector of its own, also when it was part of a larger piece", () => {
    const all = Float32Array.of(1, 2, 3, 4);
    const { bytes } = storedVector({ model: "digest", values: all.subarray(1, 3) });
    expect(bytes.buffer.byteLength).toBe(8);
    // SQLite gives bytes that begin anywhere.
    const shifted = new Uint8Array(9);
    shifted.set(bytes, 1);
    const read = entryOf({
      ...storedAnswer(entry),
      vector: { model: "digest", bytes: shifted.subarray(1) },
    });
    expect(read?.vector?.values).toEqual(Float32Array.of(2, 3));
  });

  it.each(["", "{", "null", "{}", '{"question":{"space":1},"answer":{}}', '{"answer":{}}'])(
    "is none when it reads: %s",
    (json) => {
      expect(entryOf({ ...storedAnswer(entry), json, vector: undefined })).toBeUndefined();
    },
  );

  it("has no vector when its bytes are none of numbers", () => {
    const vector = { model: "digest", bytes: new Uint8Array(7) };
    const read = entryOf({ ...storedAnswer(entry), vector });
    expect([read?.saved.id, read?.vector]).toEqual([7, undefined]);
  });
});
