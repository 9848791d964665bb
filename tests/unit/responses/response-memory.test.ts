import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LastingImage } from "../../../src/responses/lasting-image.ts";
import { ResponseMemory } from "../../../src/responses/response-memory.ts";

const KIB = 1024;
/** What a turn takes beside its texts. */
const TURN = 2 * KIB;

const turn = (bytes: number) => ({
  response: new Uint8Array(bytes),
  output: new Uint8Array(0),
  messages: new Uint8Array(0),
  images: [],
});

describe("ResponseMemory", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("keeps a response for its tenant, for so long", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 100 * KIB });
    memory.set("a", "one", turn(10), undefined);
    vi.advanceTimersByTime(4000);
    memory.set("a", "two", turn(20), undefined);
    expect(memory.get("a", "one")?.response).toHaveLength(10);
    expect(memory.get("b", "one")).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(memory.get("a", "one")).toBeUndefined();
    expect(memory.get("a", "two")).toBeDefined();
  });

  it("lets go of what has expired where nobody asks, and of its timer then", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 100 * KIB });
    memory.set("a", "one", turn(10), undefined);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(memory.bytes).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is bounded: the oldest of the tenant that has most leave first", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 10 * (TURN + KIB) });
    memory.set("small", "one", turn(KIB), undefined);
    for (let i = 0; i < 1000; i += 1) {
      memory.set("greedy", `r${i}`, turn(KIB), undefined);
      expect(memory.bytes).toBeLessThanOrEqual(10 * (TURN + KIB));
    }
    expect(memory.get("small", "one")).toBeDefined();
    expect(memory.get("greedy", "r990")).toBeUndefined();
    expect(memory.get("greedy", "r991")).toBeDefined();
  });

  it("does not keep what is larger than all of it, nor drop others for that", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 20 * KIB });
    memory.set("a", "one", turn(10 * KIB), undefined);
    memory.set("b", "two", turn(19 * KIB), undefined);
    memory.set("a", "three", turn(7 * KIB), memory.get("a", "one"));
    expect(memory.get("a", "one")).toBeDefined();
    expect(memory.get("b", "two")).toBeUndefined();
    expect(memory.get("a", "three")).toBeUndefined();
  });

  it("counts a turn once, as long as a response goes on from it", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 100 * KIB });
    memory.set("a", "one", turn(10 * KIB), undefined);
    const one = memory.get("a", "one");
    memory.set("a", "two", turn(KIB), one);
    memory.set("a", "three", turn(KIB), one);
    expect(memory.bytes).toBe(12 * KIB + 3 * TURN);
    expect(memory.delete("a", "one")).toBe(true);
    expect(memory.delete("a", "one")).toBe(false);
    expect(memory.bytes).toBe(12 * KIB + 3 * TURN);
    memory.delete("a", "two");
    expect(memory.get("a", "three")?.previous?.response).toHaveLength(10 * KIB);
    expect(memory.bytes).toBe(11 * KIB + 2 * TURN);
    memory.delete("a", "three");
    expect(memory.bytes).toBe(0);
    // A request that was under way meanwhile goes on from it.
    memory.set("a", "four", turn(KIB), one);
    expect(memory.bytes).toBe(11 * KIB + 2 * TURN);
  });

  it("replaces a response of the same id", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 100 * KIB });
    memory.set("a", "one", turn(KIB), undefined);
    memory.set("a", "one", turn(2 * KIB), memory.get("a", "one"));
    expect(memory.get("a", "one")?.response).toHaveLength(2 * KIB);
    memory.delete("a", "one");
    expect(memory.bytes).toBe(0);
  });

  it("lets go of conversations of any length", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 64 * KIB * KIB });
    for (let i = 0; i < 5000; i += 1) {
      memory.set("a", `r${i}`, turn(1), memory.get("a", `r${i - 1}`));
    }
    expect(memory.bytes).toBe(5000 * (TURN + 1));
    vi.advanceTimersByTime(60_000);
    expect(memory.bytes).toBe(0);
  });

  it("takes names that objects have, too", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 100 * KIB });
    for (const name of ["__proto__", "constructor"]) {
      expect(memory.get(name, name)).toBeUndefined();
      memory.set(name, name, turn(1), undefined);
      expect(memory.get(name, name)).toBeDefined();
    }
  });

  it("counts all that a turn consists of", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 100 * KIB });
    const [output, messages] = [new Uint8Array(2 * KIB), new Uint8Array(4 * KIB)];
    memory.set("a", "one", { ...turn(KIB), output, messages }, undefined);
    expect(memory.bytes).toBe(7 * KIB + TURN);
  });

  it("counts images", () => {
    const memory = new ResponseMemory({ ttlMs: 5000, maxBytes: 100 * KIB });
    const bytes = new Uint8Array(3 * KIB);
    const images = [new LastingImage({ ok: true, path: "", hash: "", bytes })];
    memory.set("a", "one", { ...turn(0), images }, undefined);
    expect(memory.bytes).toBe(3 * KIB + TURN);
  });
});

describe("LastingImage", () => {
  it("gives each reader bytes that can be handed over", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const image = new LastingImage({ ok: true, path: "p", hash: "h", bytes });
    for (const given of [bytes, image.bytes, image.bytes]) {
      expect(given).toEqual(Uint8Array.of(1, 2, 3));
      structuredClone(given, { transfer: [given.buffer as ArrayBuffer] });
      expect(given).toHaveLength(0);
    }
  });
});
