import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { LoadHints } from "../../../src/models/load-hints.ts";
import { LoadedModels } from "../../../src/models/loaded-models.ts";
import type { LaneRequest } from "../../../src/models/lanes/lane-request.ts";
import { awakeClock } from "../../../src/runtime/awake-clock.ts";
import { deferred } from "../../../src/runtime/deferred.ts";

const hints: LoadHints = { kind: "generate" };

interface Given {
  /** Models that fit together; the oldest leaves for a new one. */
  fits?: number;
  capacity?: number;
  installed?: (model: string) => boolean;
  onLoad?: (model: string) => Promise<void>;
  takesMs?: number;
}

/** A request that follows its model's lane. */
const laneThat = (holds: () => boolean): LaneRequest => ({
  own: undefined,
  asked: undefined,
  use: "pinned",
  hasLoaded: false,
  ready: () => undefined,
  admits: () => true,
  size: () => undefined,
  holds,
  begin: () => ({ options: undefined, context: undefined }),
});

/** A server that holds `fits` models, and a clock of its own. */
function setUp(given: Given = {}) {
  const { capacity, installed, takesMs = 5 } = given;
  const seen = {
    now: 100_000,
    inMemory: [] as string[],
    loads: [] as string[],
    asked: 0,
    changes: 0,
    gone: [] as string[],
    onLoad: given.onLoad,
  };
  const loadedModels = new LoadedModels({
    listLoaded: () => {
      seen.asked += 1;
      return Promise.resolve([...seen.inMemory]);
    },
    isInstalled: (model) => Promise.resolve(installed?.(model) ?? true),
    load: async (model) => {
      seen.loads.push(model);
      await seen.onLoad?.(model);
      seen.now += takesMs;
      seen.inMemory = [...seen.inMemory, model].slice(-(given.fits ?? 1));
    },
    onFailure: () => {},
    assertWorks: () => {},
    capacity: () => capacity,
    onChange: () => void (seen.changes += 1),
    onGone: (model) => void seen.gone.push(model),
    now: () => seen.now,
  });
  return { loadedModels, seen };
}

describe("mayBeEvictedSince", () => {
  it("names the load of a model that was never seen beside this one, until it has settled", async () => {
    const { loadedModels, seen } = setUp({ fits: 2 });
    await loadedModels.ensureLoaded("a:latest", hints);
    loadedModels.expectLoad("b:latest");
    expect(loadedModels.mayBeEvictedSince("a:latest")).toBe(seen.now);
    expect(loadedModels.mayBeEvictedSince("b:latest")).toBeUndefined();
    await loadedModels.ensureLoaded("b:latest", hints);
    expect(loadedModels.mayBeEvictedSince("a:latest")).toBeUndefined();
    loadedModels.forget("b:latest");
    loadedModels.expectLoad("b:latest");
    expect(loadedModels.mayBeEvictedSince("a:latest")).toBeUndefined();
  });
});

it("remembers a bounded number of models that do not fit together", async () => {
  const { loadedModels } = setUp();
  for (let i = 0; i <= 1001; i += 1) await loadedModels.ensureLoaded(`m${i}:latest`, hints);
  await loadedModels.ensureLoaded("m0:latest", hints);
  expect(loadedModels.modelsToEvict("m1001:latest")).toEqual(["m0:latest"]);
  expect(loadedModels.modelsToEvict("m1:latest")).toEqual([]);
});

describe("ensureLoaded", () => {
  it("loads a model, and tells how long it took", async () => {
    const { loadedModels, seen } = setUp({ takesMs: 700 });
    expect(await loadedModels.ensureLoaded("a:latest", hints)).toBe(700);
    expect(loadedModels.isLoaded("a:latest")).toBe(true);
    expect(loadedModels.loadedAt("a:latest")).toBe(seen.now);
    expect(seen.changes).toBe(1);
  });

  it("loads a model anew that does not hold what is asked, once for all who come meanwhile", async () => {
    const gate = deferred<void>();
    const { loadedModels, seen } = setUp();
    await loadedModels.ensureLoaded("a:latest", hints);
    let holds = false;
    seen.onLoad = () => gate.promise;
    const wide = loadedModels.ensureLoaded("a:latest", {
      ...hints,
      lane: laneThat(() => holds),
    });
    // It is in memory and fresh, and must not be used while it is loaded.
    const next = loadedModels.ensureLoaded("a:latest", hints);
    expect([wide, next].every((loading) => loading instanceof Promise)).toBe(true);
    gate.resolve();
    expect(await wide).toBeGreaterThan(0);
    await next;
    holds = true;
    expect(loadedModels.ensureLoaded("a:latest", { ...hints, lane: laneThat(() => holds) })).toBe(
      0,
    );
    expect(seen.loads).toEqual(["a:latest", "a:latest"]);
  });

  it("tells of each model that may be gone", async () => {
    const { loadedModels, seen } = setUp({ fits: 1 });
    await loadedModels.ensureLoaded("a:latest", hints);
    await loadedModels.ensureLoaded("b:latest", hints);
    expect(seen.gone).toEqual(["a:latest"]);
    loadedModels.forget("b:latest");
    loadedModels.forget("never:there");
    expect(seen.gone).toEqual(["a:latest", "b:latest"]);
  });

  it("shares one load between all who wait for it", async () => {
    const gate = deferred<void>();
    const { loadedModels, seen } = setUp({ onLoad: () => gate.promise });
    const asked = [1, 2, 3].map(async () => loadedModels.ensureLoaded("a:latest", hints));
    gate.resolve();
    expect(await Promise.all(asked)).toEqual([5, 5, 5]);
    expect(seen.loads).toEqual(["a:latest"]);
  });

  it("looks again after a sleep of the machine: its server may be on another one", async () => {
    const { loadedModels, seen } = setUp();
    await loadedModels.ensureLoaded("a:latest", hints);
    const asked = seen.asked;
    const woke = vi.spyOn(awakeClock, "wokeAt", "get").mockReturnValue(seen.now + 1);
    onTestFinished(() => woke.mockRestore());
    seen.inMemory = [];
    await loadedModels.ensureLoaded("a:latest", hints);
    expect(seen.asked).toBeGreaterThan(asked);
    expect(seen.loads).toEqual(["a:latest", "a:latest"]);
  });

  it("answers at once for a model that has answered within 30 s, then looks again", async () => {
    const { loadedModels, seen } = setUp();
    await loadedModels.ensureLoaded("a:latest", hints);
    const asked = seen.asked;
    seen.now += 29_999;
    expect(loadedModels.ensureLoaded("a:latest", hints)).toBe(0);
    expect(seen.asked).toBe(asked);
    seen.now += 1;
    expect(await loadedModels.ensureLoaded("a:latest", hints)).toBe(0);
    expect(seen.asked).toBe(asked + 1);
    expect(seen.loads).toEqual(["a:latest"]);
  });

  it("loads anew what the server has dropped meanwhile", async () => {
    const { loadedModels, seen } = setUp();
    await loadedModels.ensureLoaded("a:latest", hints);
    seen.inMemory = [];
    seen.now += 30_000;
    await loadedModels.ensureLoaded("a:latest", hints);
    expect(seen.loads).toEqual(["a:latest", "a:latest"]);
  });

  it("needs no load for a model that someone else has loaded", async () => {
    const { loadedModels, seen } = setUp();
    seen.inMemory = ["A"];
    expect(await loadedModels.ensureLoaded("a:latest", hints)).toBe(0);
    expect(seen.loads).toEqual([]);
  });

  it("looks again after `forget`, however lately the model answered", async () => {
    const { loadedModels, seen } = setUp();
    await loadedModels.ensureLoaded("a:latest", hints);
    loadedModels.forget("a:latest");
    expect(loadedModels.isLoaded("a:latest")).toBe(false);
    seen.inMemory = [];
    await loadedModels.ensureLoaded("a:latest", hints);
    expect(seen.loads).toHaveLength(2);
  });

  it("leaves a model that is not installed, and no model at all, to the server", async () => {
    const { loadedModels, seen } = setUp({ installed: () => false });
    loadedModels.expectLoad("a:latest");
    expect(await loadedModels.ensureLoaded("a:latest", hints)).toBe(0);
    expect(loadedModels.ensureLoaded("", hints)).toBe(0);
    expect(seen.loads).toEqual([]);
    expect(loadedModels.isLoaded("a:latest")).toBe(false);
  });
});

describe("what stands in a model's way", () => {
  it("is learned from a load that made another model go", async () => {
    const { loadedModels } = setUp({ fits: 1 });
    await loadedModels.ensureLoaded("a:latest", hints);
    expect(loadedModels.modelsToEvict("b:latest")).toEqual([]);
    await loadedModels.ensureLoaded("b:latest", hints);
    expect(loadedModels.isLoaded("a:latest")).toBe(false);
    expect(loadedModels.modelsToEvict("a:latest")).toEqual(["b:latest"]);
    expect(loadedModels.modelsToEvict("c:latest")).toEqual([]);
  });

  it("is unlearned when both fit after all", async () => {
    const given = { fits: 1 };
    const { loadedModels } = setUp(given);
    await loadedModels.ensureLoaded("a:latest", hints);
    await loadedModels.ensureLoaded("b:latest", hints);
    expect(loadedModels.modelsToEvict("a:latest")).toEqual(["b:latest"]);
    given.fits = 2;
    await loadedModels.ensureLoaded("a:latest", hints);
    expect(loadedModels.modelsToEvict("a:latest")).toEqual([]);
    expect(loadedModels.isLoaded("a:latest") && loadedModels.isLoaded("b:latest")).toBe(true);
  });

  it("is learned from loads that went on side by side", async () => {
    const gates = new Map([
      ["a:latest", deferred<void>()],
      ["b:latest", deferred<void>()],
    ]);
    const { loadedModels } = setUp({
      onLoad: (model) => gates.get(model)?.promise ?? Promise.resolve(),
    });
    const loads = ["a:latest", "b:latest"].map((model) => loadedModels.ensureLoaded(model, hints));
    gates.get("a:latest")?.resolve();
    await loads[0];
    gates.get("b:latest")?.resolve();
    await loads[1];
    expect(loadedModels.isLoaded("a:latest")).toBe(false);
    expect(loadedModels.modelsToEvict("a:latest")).toEqual(["b:latest"]);
  });

  it("is not brought back by the last answer of a model that had to go", async () => {
    const { loadedModels, seen } = setUp({ capacity: 1 });
    await loadedModels.ensureLoaded("a:latest", hints);
    loadedModels.expectLoad("b:latest");
    seen.now += 1;
    loadedModels.used("a:latest");
    expect(loadedModels.isLoaded("a:latest")).toBe(false);
    // The server still lists it while it loads the other.
    const load = loadedModels.ensureLoaded("b:latest", hints);
    await Promise.resolve();
    expect(loadedModels.isLoaded("a:latest")).toBe(false);
    await load;
    expect(loadedModels.isLoaded("b:latest")).toBe(true);
  });

  it("is the least recently used model when the server is known to be full", async () => {
    const { loadedModels, seen } = setUp({ fits: 2, capacity: 2 });
    await loadedModels.ensureLoaded("a:latest", hints);
    expect(loadedModels.modelsToEvict("b:latest")).toEqual([]);
    await loadedModels.ensureLoaded("b:latest", hints);
    seen.now += 10;
    loadedModels.used("a:latest");
    expect(loadedModels.modelsToEvict("c:latest")).toEqual(["b:latest"]);
    expect(loadedModels.modelsToEvict("a:latest")).toEqual([]);
  });

  it("is taken as gone once a load of the other is expected", async () => {
    const { loadedModels, seen } = setUp({ capacity: 1 });
    loadedModels.used("a:latest");
    loadedModels.expectLoad("b:latest");
    expect(loadedModels.isLoaded("a:latest")).toBe(false);
    expect(loadedModels.isLoaded("b:latest")).toBe(true);
    await loadedModels.ensureLoaded("b:latest", hints);
    expect(seen.loads).toEqual(["b:latest"]);
  });

  it("is forgotten with everything else when the server was replaced", async () => {
    const { loadedModels } = setUp({ fits: 1 });
    await loadedModels.ensureLoaded("a:latest", hints);
    await loadedModels.ensureLoaded("b:latest", hints);
    loadedModels.reset();
    loadedModels.used("b:latest");
    expect(loadedModels.isLoaded("a:latest")).toBe(false);
    expect(loadedModels.modelsToEvict("a:latest")).toEqual([]);
  });
});
