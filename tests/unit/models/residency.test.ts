import { describe, expect, it } from "vitest";
import { Residency, type LoadHints } from "../../../src/models/residency.ts";
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

/** A server that holds `fits` models, and a clock of its own. */
function setUp(given: Given = {}) {
  const { capacity, installed, onLoad, takesMs = 5 } = given;
  const seen = {
    now: 100_000,
    inMemory: [] as string[],
    loads: [] as string[],
    asked: 0,
    changes: 0,
  };
  const residency = new Residency({
    listLoaded: () => {
      seen.asked += 1;
      return Promise.resolve([...seen.inMemory]);
    },
    isInstalled: (model) => Promise.resolve(installed?.(model) ?? true),
    load: async (model) => {
      seen.loads.push(model);
      await onLoad?.(model);
      seen.now += takesMs;
      seen.inMemory = [...seen.inMemory, model].slice(-(given.fits ?? 1));
    },
    capacity: () => capacity,
    onChange: () => void (seen.changes += 1),
    now: () => seen.now,
  });
  return { residency, seen };
}

describe("doubtfulSince", () => {
  it("names the load of a model that was never seen beside this one, until it has settled", async () => {
    const { residency, seen } = setUp({ fits: 2 });
    await residency.ensureLoaded("a:latest", hints);
    residency.expectLoad("b:latest");
    expect(residency.doubtfulSince("a:latest")).toBe(seen.now);
    expect(residency.doubtfulSince("b:latest")).toBeUndefined();
    await residency.ensureLoaded("b:latest", hints);
    expect(residency.doubtfulSince("a:latest")).toBeUndefined();
    residency.forget("b:latest");
    residency.expectLoad("b:latest");
    expect(residency.doubtfulSince("a:latest")).toBeUndefined();
  });
});

it("remembers a bounded number of models that do not fit together", async () => {
  const { residency } = setUp();
  for (let i = 0; i <= 1001; i += 1) await residency.ensureLoaded(`m${i}:latest`, hints);
  await residency.ensureLoaded("m0:latest", hints);
  expect(residency.obstacles("m1001:latest")).toEqual(["m0:latest"]);
  expect(residency.obstacles("m1:latest")).toEqual([]);
});

describe("ensureLoaded", () => {
  it("loads a model, and tells how long it took", async () => {
    const { residency, seen } = setUp({ takesMs: 700 });
    expect(await residency.ensureLoaded("a:latest", hints)).toBe(700);
    expect(residency.isLoaded("a:latest")).toBe(true);
    expect(residency.loadedAt("a:latest")).toBe(seen.now);
    expect(seen.changes).toBe(1);
  });

  it("shares one load between all who wait for it", async () => {
    const gate = deferred<void>();
    const { residency, seen } = setUp({ onLoad: () => gate.promise });
    const asked = [1, 2, 3].map(async () => residency.ensureLoaded("a:latest", hints));
    gate.resolve();
    expect(await Promise.all(asked)).toEqual([5, 5, 5]);
    expect(seen.loads).toEqual(["a:latest"]);
  });

  it("answers at once for a model that has answered within 30 s, then looks again", async () => {
    const { residency, seen } = setUp();
    await residency.ensureLoaded("a:latest", hints);
    const asked = seen.asked;
    seen.now += 29_999;
    expect(residency.ensureLoaded("a:latest", hints)).toBe(0);
    expect(seen.asked).toBe(asked);
    seen.now += 1;
    expect(await residency.ensureLoaded("a:latest", hints)).toBe(0);
    expect(seen.asked).toBe(asked + 1);
    expect(seen.loads).toEqual(["a:latest"]);
  });

  it("loads anew what the server has dropped meanwhile", async () => {
    const { residency, seen } = setUp();
    await residency.ensureLoaded("a:latest", hints);
    seen.inMemory = [];
    seen.now += 30_000;
    await residency.ensureLoaded("a:latest", hints);
    expect(seen.loads).toEqual(["a:latest", "a:latest"]);
  });

  it("needs no load for a model that someone else has loaded", async () => {
    const { residency, seen } = setUp();
    seen.inMemory = ["A"];
    expect(await residency.ensureLoaded("a:latest", hints)).toBe(0);
    expect(seen.loads).toEqual([]);
  });

  it("looks again after `forget`, however lately the model answered", async () => {
    const { residency, seen } = setUp();
    await residency.ensureLoaded("a:latest", hints);
    residency.forget("a:latest");
    expect(residency.isLoaded("a:latest")).toBe(false);
    seen.inMemory = [];
    await residency.ensureLoaded("a:latest", hints);
    expect(seen.loads).toHaveLength(2);
  });

  it("does not report a failed load, and tries again next time", async () => {
    const failing = new Set(["a:latest"]);
    const { residency, seen } = setUp({
      onLoad: (model) => (failing.has(model) ? Promise.reject(new Error("no")) : Promise.resolve()),
    });
    expect(await residency.ensureLoaded("a:latest", hints)).toBe(0);
    expect(residency.isLoaded("a:latest")).toBe(false);
    failing.clear();
    expect(await residency.ensureLoaded("a:latest", hints)).toBe(5);
    expect(seen.loads).toHaveLength(2);
  });

  it("leaves a model that is not installed, and no model at all, to the server", async () => {
    const { residency, seen } = setUp({ installed: () => false });
    residency.expectLoad("a:latest");
    expect(await residency.ensureLoaded("a:latest", hints)).toBe(0);
    expect(residency.ensureLoaded("", hints)).toBe(0);
    expect(seen.loads).toEqual([]);
    expect(residency.isLoaded("a:latest")).toBe(false);
  });
});

describe("what stands in a model's way", () => {
  it("is learned from a load that made another model go", async () => {
    const { residency } = setUp({ fits: 1 });
    await residency.ensureLoaded("a:latest", hints);
    expect(residency.obstacles("b:latest")).toEqual([]);
    await residency.ensureLoaded("b:latest", hints);
    expect(residency.isLoaded("a:latest")).toBe(false);
    expect(residency.obstacles("a:latest")).toEqual(["b:latest"]);
    expect(residency.obstacles("c:latest")).toEqual([]);
  });

  it("is unlearned when both fit after all", async () => {
    const given = { fits: 1 };
    const { residency } = setUp(given);
    await residency.ensureLoaded("a:latest", hints);
    await residency.ensureLoaded("b:latest", hints);
    expect(residency.obstacles("a:latest")).toEqual(["b:latest"]);
    given.fits = 2;
    await residency.ensureLoaded("a:latest", hints);
    expect(residency.obstacles("a:latest")).toEqual([]);
    expect(residency.isLoaded("a:latest") && residency.isLoaded("b:latest")).toBe(true);
  });

  it("is learned from loads that went on side by side", async () => {
    const gates = new Map([
      ["a:latest", deferred<void>()],
      ["b:latest", deferred<void>()],
    ]);
    const { residency } = setUp({
      onLoad: (model) => gates.get(model)?.promise ?? Promise.resolve(),
    });
    const loads = ["a:latest", "b:latest"].map((model) => residency.ensureLoaded(model, hints));
    gates.get("a:latest")?.resolve();
    await loads[0];
    gates.get("b:latest")?.resolve();
    await loads[1];
    expect(residency.isLoaded("a:latest")).toBe(false);
    expect(residency.obstacles("a:latest")).toEqual(["b:latest"]);
  });

  it("is not brought back by the last answer of a model that had to go", async () => {
    const { residency, seen } = setUp({ capacity: 1 });
    await residency.ensureLoaded("a:latest", hints);
    residency.expectLoad("b:latest");
    seen.now += 1;
    residency.used("a:latest");
    expect(residency.isLoaded("a:latest")).toBe(false);
    // The server still lists it while it loads the other.
    const load = residency.ensureLoaded("b:latest", hints);
    await Promise.resolve();
    expect(residency.isLoaded("a:latest")).toBe(false);
    await load;
    expect(residency.isLoaded("b:latest")).toBe(true);
  });

  it("is the least recently used model when the server is known to be full", async () => {
    const { residency, seen } = setUp({ fits: 2, capacity: 2 });
    await residency.ensureLoaded("a:latest", hints);
    expect(residency.obstacles("b:latest")).toEqual([]);
    await residency.ensureLoaded("b:latest", hints);
    seen.now += 10;
    residency.used("a:latest");
    expect(residency.obstacles("c:latest")).toEqual(["b:latest"]);
    expect(residency.obstacles("a:latest")).toEqual([]);
  });

  it("is taken as gone once a load of the other is expected", async () => {
    const { residency, seen } = setUp({ capacity: 1 });
    residency.used("a:latest");
    residency.expectLoad("b:latest");
    expect(residency.isLoaded("a:latest")).toBe(false);
    expect(residency.isLoaded("b:latest")).toBe(true);
    await residency.ensureLoaded("b:latest", hints);
    expect(seen.loads).toEqual(["b:latest"]);
  });

  it("is forgotten with everything else when the server was replaced", async () => {
    const { residency } = setUp({ fits: 1 });
    await residency.ensureLoaded("a:latest", hints);
    await residency.ensureLoaded("b:latest", hints);
    residency.reset();
    residency.used("b:latest");
    expect(residency.isLoaded("a:latest")).toBe(false);
    expect(residency.obstacles("a:latest")).toEqual([]);
  });
});
