import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setUpQueue } from "./queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const FULL = { code: "queue_full", status: 503 };

/** What has become of a request. */
type Watched = { label: string; state: "waits" | "runs" | "refused" };

/** A queue for so many, and a list of what has become of each request. */
function setUp(maxWaiting: number) {
  const set = setUpQueue({ maxWaiting });
  const all: Watched[] = [];
  const ask = (label: string, more: Parameters<typeof set.ask>[1] = {}): void => {
    const one: Watched = { label, state: "waits" };
    all.push(one);
    set.ask(label, more).then(
      () => (one.state = "runs"),
      (err: unknown) => {
        expect(err).toMatchObject(FULL);
        one.state = "refused";
      },
    );
  };
  const are = async (state: Watched["state"]): Promise<string[]> => {
    await vi.advanceTimersByTimeAsync(0);
    return all.filter((one) => one.state === state).map(({ label }) => label);
  };
  const drain = async (): Promise<void> => {
    for (let ended = 0; ended < set.order.length; ended += 1) {
      set.end(set.order[ended] ?? "");
      await vi.advanceTimersByTimeAsync(0);
    }
  };
  return { ...set, ask, are, drain };
}

describe("a full queue", () => {
  it("lets the newest request of the longest line give way to a light tenant's", async () => {
    const { ask, are, drain, queue } = setUp(4);
    for (const label of ["a1", "a2", "a3", "a4", "b1"]) ask(label);
    ask("c1");
    expect(await are("refused")).toEqual(["a4"]);
    expect(queue.stats("text")).toMatchObject({ queued: 4, rejected: 1, failed: 0 });
    await drain();
    expect(await are("waits")).toEqual([]);
  });

  it("refuses who has the longest line himself, and who has as much as the longest", async () => {
    const { ask, are, drain } = setUp(4);
    for (const label of ["x1", "a1", "a2", "b1", "b2"]) ask(label);
    ask("a3");
    expect(await are("refused")).toEqual(["a3"]);
    await drain();
  });

  it("takes nothing from tenants with no more than their share", async () => {
    const { ask, are, drain } = setUp(3);
    for (const label of ["x1", "a1", "b1", "c1"]) ask(label);
    ask("d1");
    expect(await are("refused")).toEqual(["d1"]);
    await drain();
  });

  it("takes nothing that has waited for ten seconds, and takes a light tenant in all the same", async () => {
    const { ask, are, drain, queue } = setUp(4);
    for (const label of ["x1", "a1", "a2", "a3", "a4"]) ask(label);
    await vi.advanceTimersByTimeAsync(10_000);
    for (const label of ["b1", "b2"]) ask(label);
    expect(await are("refused")).toEqual([]);
    expect(queue.stats("text").queued).toBe(6);
    // Its share is used up, and no longer line has anybody who came lately.
    ask("b3");
    ask("a5");
    expect(await are("refused")).toEqual(["b3", "a5"]);
    await drain();
  });

  it("takes of the next longest line where the longest has waited too long", async () => {
    const { ask, are, drain } = setUp(6);
    for (const label of ["x1", "a1", "a2", "a3"]) ask(label);
    await vi.advanceTimersByTimeAsync(10_000);
    for (const label of ["b1", "b2", "b3"]) ask(label);
    ask("c1");
    expect(await are("refused")).toEqual(["b3"]);
    await drain();
  });

  it("takes neither items of batches nor requests with images for text", async () => {
    const { ask, are, drain } = setUp(2);
    ask("x1");
    for (const label of ["a1", "a2"]) ask(label, { line: "vision" });
    for (const label of ["a3", "a4"]) ask(label, { background: true, partOfBatch: true });
    for (const label of ["a5", "a6"]) ask(label);
    ask("b1");
    expect(await are("refused")).toEqual(["a6"]);
    await drain();
  });

  it("of background work has a background request give way", async () => {
    const { ask, are, drain } = setUp(2);
    ask("x1");
    for (const label of ["a1", "a2"]) ask(label, { background: true });
    ask("b1", { background: true });
    ask("c1");
    expect(await are("refused")).toEqual(["a2"]);
    await drain();
  });
});
