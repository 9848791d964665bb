import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LoadTimes } from "../../../src/models/load-times.ts";
import { LoadedModels } from "../../../src/models/loaded-models.ts";
import { setUpQueue } from "./queue-set-up.ts";

const RUN_MS = 700;
const LOAD_MS = 2000;

/** A server that holds one model: for another one it waits until the running requests end. */
class OneModelServer {
  inMemory = "";
  loads = 0;
  #running = 0;
  #turn: Promise<void> = Promise.resolve();

  async run(model: string, runMs: number): Promise<void> {
    const turn = this.#turn.then(() => this.#bring(model));
    this.#turn = turn;
    await turn;
    this.#running += 1;
    await pause(runMs);
    this.#running -= 1;
  }

  async #bring(model: string): Promise<void> {
    if (this.inMemory === model) return;
    while (this.#running > 0) await pause(10);
    this.loads += 1;
    this.inMemory = model;
    await pause(LOAD_MS);
  }
}

function setUp({ patienceMs, capacity }: { patienceMs: number; capacity?: number | undefined }) {
  const server = new OneModelServer();
  const loadTimes = new LoadTimes();
  const loadedModels = new LoadedModels({
    listLoaded: () => Promise.resolve(server.inMemory === "" ? [] : [server.inMemory]),
    isInstalled: () => Promise.resolve(true),
    load: async (model) => {
      const startedAt = performance.now();
      await server.run(model, 0);
      loadTimes.learn(model, performance.now() - startedAt);
    },
    onFailure: () => {},
    assertWorks: () => {},
    capacity: () => capacity,
    onChange: () => set.queue.wake(),
  });
  const set = setUpQueue({ models: loadedModels, patienceMs, loadTimes });
  const waits: number[] = [];

  async function request(tenant: string, model: string): Promise<void> {
    const slot = await set.ask(tenant, { model });
    waits.push(slot.waitedMs);
    await loadedModels.ensureLoaded(model, { kind: "generate" });
    await server.run(model, RUN_MS);
    slot.release("completed");
    loadedModels.used(model);
  }
  return { server, request, waits };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe("36 requests of two tenants on two models that cannot both be loaded", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  // The pair is learned by the first swap; a known capacity spares even that.
  it.each([
    [undefined, 6],
    [1, 4],
  ])("need few loads when the capacity is %s: at most %i", async (capacity, mostLoads) => {
    const { server, request, waits } = setUp({ patienceMs: 30_000, capacity });
    // Each tenant keeps three requests open.
    const client = async (tenant: string, model: string): Promise<void> => {
      for (let n = 0; n < 6; n++) await request(tenant, model);
    };
    const clients = [1, 2, 3].flatMap(() => [client("a", "one:latest"), client("b", "two:latest")]);
    let done = false;
    const all = Promise.all(clients).then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(36 * RUN_MS + 10 * LOAD_MS);
    expect(done).toBe(true);
    await all;
    expect(waits).toHaveLength(36);
    expect(server.loads).toBeLessThanOrEqual(mostLoads);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
  });

  it.each([undefined, 1])("swap no sooner than patience asks (capacity %s)", async (capacity) => {
    const { server, request, waits } = setUp({ patienceMs: 10_000, capacity });
    const stop = Date.now() + 120_000;
    const client = async (tenant: string, model: string): Promise<void> => {
      while (Date.now() < stop) await request(tenant, model);
    };
    for (const n of [1, 2, 3]) {
      void client(`a${n}`, "one:latest");
      void client(`b${n}`, "two:latest");
    }
    await vi.advanceTimersByTimeAsync(140_000);
    expect(server.loads).toBeGreaterThan(10);
    // A load and what is answered after it are one patience.
    expect(server.loads).toBeLessThanOrEqual(12 + 3);
    // The first waits are longer while the pair is still unknown. Of the three that wait, two go first.
    expect(Math.max(...waits.slice(30))).toBeLessThanOrEqual(10_000 + LOAD_MS + 3 * RUN_MS);
  });
});
