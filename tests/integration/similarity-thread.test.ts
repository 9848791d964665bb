import type { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { entryUrl } from "../../src/runtime/paths.ts";
import { SimilarityThread } from "../../workers/similarity/client.ts";
import { openSimilarityThread } from "../../workers/similarity/open-thread.ts";
import { SCANNED_UP_TO } from "../../workers/similarity/space.ts";
import { until, within } from "../support/deadline.ts";
import { nearestRows, randomVectors, rowOf } from "../support/vectors.ts";
import { watchThreads } from "../support/watched-threads.ts";

const DIMENSIONS = 32;
const UNKNOWN = { ok: false, reason: "unknown_space" };
const BAD_VECTOR = { ok: false, reason: "bad_vector" };
const idsTo = (count: number): number[] => Array.from({ length: count }, (_, id) => id);

/** The service's own thread, and a way to end it from outside. */
function openThread({ entry = entryUrl("workers/similarity/main.ts"), deadlineMs = 30_000 } = {}) {
  const faults: unknown[] = [];
  const workers: Worker[] = [];
  const watch = (worker: Worker): void => void workers.push(worker);
  process.on("worker", watch);
  const thread = new SimilarityThread({
    open: (onEnd) => openSimilarityThread({ entry, onEnd }),
    deadlineMs,
    onFault: (err) => void faults.push(err),
  });
  onTestFinished(async () => {
    process.off("worker", watch);
    await thread.destroy();
  });
  const search = (space: string, vector: Float32Array, count = 3) =>
    thread.search(space, vector, { count, atLeast: -1 });
  return { thread, search, faults, kill: () => workers.at(-1)?.terminate() };
}

describe("the similarity thread", () => {
  it("ranks, and keeps spaces apart", async () => {
    const { thread, search } = openThread();
    const documents = Float32Array.of(0, 1, 1, 0, 0.6, 0.8);
    const query = Float32Array.of(1, 0);
    expect(await thread.rank({ query, documents, count: 2 })).toEqual([
      { index: 1, score: 1 },
      { index: 2, score: 0.6 },
    ]);
    expect(documents).toHaveLength(0);
    await thread.load("a", [1, 2], Float32Array.of(1, 0, 0, 1));
    await thread.load("b", [1], Float32Array.of(0, 0, 1));
    expect(await search("a", query)).toEqual({
      ok: true,
      matches: [
        { id: 1, similarity: 1 },
        { id: 2, similarity: 0 },
      ],
    });
    expect(await search("b", query)).toEqual(BAD_VECTOR);
    expect(await thread.stats()).toEqual({ spaces: 2, entries: 3, indexed: 0 });
    await thread.drop("b");
    expect(await search("b", Float32Array.of(1, 1, 1))).toEqual(UNKNOWN);
  });

  it("tells of a space that it does not know, whatever is asked, and makes none", async () => {
    const { thread, search } = openThread();
    const vector = Float32Array.of(1, 0);
    expect(await search("a", vector)).toEqual(UNKNOWN);
    expect(await thread.add("a", 1, vector)).toEqual(UNKNOWN);
    expect(await thread.remove("a", [1])).toEqual(UNKNOWN);
    expect(await search("a", vector)).toEqual(UNKNOWN);
    expect(await thread.load("a", [], new Float32Array())).toEqual({ ok: true });
    expect(await search("a", vector)).toEqual({ ok: true, matches: [] });
  });

  it("knows a space that is loaded in parts with the last of them", async () => {
    const { thread, search } = openThread();
    const vector = Float32Array.of(1, 0);
    await thread.load("a", [9], vector.slice());
    await thread.load("a", [1], vector.slice(), { more: true });
    expect(await search("a", vector)).toEqual(UNKNOWN);
    await thread.load("a", [2, 3], Float32Array.of(0, 1, 1, 1), { more: true });
    expect(await thread.add("a", 4, vector)).toEqual(UNKNOWN);
    await thread.load("a", [], new Float32Array());
    expect(await search("a", vector)).toMatchObject({ matches: [{ id: 1 }, { id: 3 }, { id: 2 }] });
    await thread.load("b", [1], vector.slice(), { more: true });
    expect(await thread.load("b", [2], Float32Array.of(1), { more: true })).toEqual(BAD_VECTOR);
    await thread.load("b", [3], vector.slice());
    expect(await search("b", vector)).toEqual({ ok: true, matches: [{ id: 3, similarity: 1 }] });
  });

  it("gives up an index of which more was removed than not", async () => {
    const { thread, search } = openThread();
    const count = 2 * SCANNED_UP_TO + 10;
    const vectors = randomVectors(count, DIMENSIONS);
    const query = rowOf(vectors, count - 1, DIMENSIONS);
    await thread.load("a", idsTo(count), vectors);
    await until(
      async () => (await thread.stats()).indexed === count,
      "all entries are in the index",
    );
    const half = idsTo(SCANNED_UP_TO + 1);
    await thread.remove("a", half);
    expect(await search("a", query, 1)).toMatchObject({ ok: true, matches: [{ id: count - 1 }] });
    await thread.remove("a", idsTo(SCANNED_UP_TO + 20));
    expect(await search("a", query)).toEqual(UNKNOWN);
  });

  it("takes no vector that is none, and lives on", async () => {
    const { thread, search, faults } = openThread();
    const good = Float32Array.of(1, 0);
    await thread.load("a", [1], good.slice());
    const bads = [
      Float32Array.of(Number.NaN, 1),
      Float32Array.of(Infinity, 1),
      Float32Array.of(0, 0),
      new Float32Array(),
      Float32Array.of(1),
    ];
    for (const bad of bads) {
      expect(await thread.add("a", 2, bad)).toEqual(BAD_VECTOR);
      expect(await search("a", bad)).toEqual(BAD_VECTOR);
    }
    for (const bad of bads.slice(0, -1)) {
      expect(await thread.load("a", [1], bad)).toEqual(BAD_VECTOR);
    }
    expect(await search("a", good)).toEqual({ ok: true, matches: [{ id: 1, similarity: 1 }] });
    expect(faults).toEqual([]);
  });

  it("builds its index beside its tasks, and finds the same", async () => {
    const { thread, search } = openThread();
    const count = SCANNED_UP_TO + 2000;
    const vectors = randomVectors(count, DIMENSIONS);
    await thread.load("a", idsTo(count), vectors.slice());
    const query = randomVectors(1, DIMENSIONS, 2);
    const [nearest] = nearestRows(vectors, query);
    const isFound = async (): Promise<void> =>
      expect(await search("a", query, 1)).toMatchObject({ matches: [{ id: nearest?.row }] });
    await isFound();
    const isIndexed = async (): Promise<boolean> => {
      await isFound();
      return (await thread.stats()).indexed === count;
    };
    await until(isIndexed, "all entries are in the index", 10_000);
    await thread.add("a", count, query);
    expect(await search("a", query, 1)).toMatchObject({ matches: [{ id: count }] });
    await thread.remove("a", [count]);
    await isFound();
  });

  it("that dies is replaced, and holds what its owner loads again", async () => {
    const { seen } = watchThreads();
    const { thread, search, faults, kill } = openThread();
    const store = randomVectors(50, DIMENSIONS);
    const query = rowOf(store, 17, DIMENSIONS);
    await thread.load("a", idsTo(50), store.slice());
    const before = await search("a", query);
    await kill();
    await until(() => faults.length === 1, "the thread's end is told");
    expect(await thread.add("a", 99, query)).toEqual(UNKNOWN);
    expect(await search("a", query)).toEqual(UNKNOWN);
    await thread.load("a", idsTo(50), store.slice());
    expect(await search("a", query)).toEqual(before);
    expect(before).toMatchObject({ ok: true, matches: [{ id: 17 }, {}, {}] });
    expect(seen.begun).toBe(2);
  });

  it("that dies while it is asked fails what it was asked", async () => {
    const { thread, faults, kill } = openThread();
    await thread.stats();
    const large = new Float32Array(2_000_000).fill(1);
    const asked = thread.load("a", idsTo(20_000), large).catch((err: unknown) => err);
    await kill();
    const answer = await within(asked, "an answer");
    // On a quick machine it had answered already.
    expect([{ ok: true }, faults[0]]).toContainEqual(answer);
    await until(() => faults.length === 1, "the thread's end is told");
    expect(thread.size).toBe(0);
    expect(await thread.stats()).toMatchObject({ spaces: 0 });
  });

  it("that cannot be started fails what is asked, and does so again", async () => {
    const { thread, faults } = openThread({ entry: "file:///nowhere/main.js", deadlineMs: 10_000 });
    for (const count of [1, 2]) {
      await expect(within(thread.stats(), "the failure")).rejects.toThrow("thread was lost");
      expect(faults).toHaveLength(count);
    }
  });

  it("is gone when it was destroyed", async () => {
    const { seen, ended } = watchThreads();
    const { thread, faults } = openThread();
    await thread.stats();
    await within(thread.destroy(), "the thread's end");
    await ended(1);
    expect([seen, faults]).toEqual([{ begun: 1, ended: 1 }, []]);
  });
});
