import { describe, expect, it } from "vitest";
import { ServerFailure } from "../../../src/errors/server-failure.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { LoadHints } from "../../../src/models/load-hints.ts";
import { LoadedModels } from "../../../src/models/loaded-models.ts";
import { deferred, type Deferred } from "../../../src/runtime/deferred.ts";
import { LightSignal } from "../../../src/runtime/light-signal.ts";

const hints: LoadHints = { kind: "generate" };
const large: LoadHints = { kind: "generate", options: { num_ctx: 8192 } };

/** A server whose loads end when the test says so. */
function setUp({ assertWorks = () => {} }: { assertWorks?: (model: string) => void } = {}) {
  const seen = {
    inMemory: [] as string[],
    loads: [] as { hints: LoadHints; end: Deferred<void> }[],
    failed: [] as [string, LoadHints, string][],
  };
  const loadedModels: LoadedModels = new LoadedModels({
    listLoaded: () => Promise.resolve([...seen.inMemory]),
    isInstalled: () => Promise.resolve(true),
    load: async (model, wanted) => {
      const end = deferred<void>();
      seen.loads.push({ hints: wanted, end });
      await end.promise;
      seen.inMemory = [model];
    },
    onFailure: (model, wanted, err) => void seen.failed.push([model, wanted, err.message]),
    assertWorks,
    capacity: () => undefined,
    onChange: () => {},
  });
  return { loadedModels, seen };
}

const settled = (): Promise<void> => new Promise(setImmediate);
const outOfMemory = new ServerFailure(500, { code: "upstream_unavailable", message: "too large" });

/** How each ends: milliseconds, or the error. */
function ends(asked: (number | Promise<number>)[]): Promise<unknown[]> {
  return Promise.all(asked.map(async (one) => Promise.resolve(one).catch((err: unknown) => err)));
}

describe("a load that fails", () => {
  it("is told once for all, and to each who waits; the next one tries anew", async () => {
    const { loadedModels, seen } = setUp();
    const asked = ends([1, 2, 3].map(() => loadedModels.ensureLoaded("a:latest", hints)));
    await settled();
    seen.loads[0]?.end.reject(outOfMemory);
    expect(await asked).toEqual([outOfMemory, outOfMemory, outOfMemory]);
    expect(seen.failed).toEqual([["a:latest", hints, "too large"]]);
    expect(loadedModels.isLoaded("a:latest")).toBe(false);
    const again = loadedModels.ensureLoaded("a:latest", hints);
    await settled();
    seen.loads[1]?.end.resolve();
    expect(await again).toEqual(expect.any(Number));
    expect(seen.loads).toHaveLength(2);
  });

  it("leaves those to try their own who want it loaded otherwise, one after the other", async () => {
    const { loadedModels, seen } = setUp();
    const asked = ends([large, hints, hints].map((wanted) => loadedModels.ensureLoaded("a:latest", wanted))); // oxfmt-ignore
    await settled();
    seen.loads[0]?.end.reject(outOfMemory);
    await settled();
    expect(seen.loads.map((load) => load.hints)).toEqual([large, hints]);
    seen.loads[1]?.end.resolve();
    const [first, ...others] = await asked;
    expect(first).toBe(outOfMemory);
    expect(others).toEqual([expect.any(Number), expect.any(Number)]);
    expect(seen.loads).toHaveLength(2);
  });

  it("has nobody who has left try again", async () => {
    const { loadedModels, seen } = setUp();
    const leaving = new LightSignal();
    const asked = ends([
      loadedModels.ensureLoaded("a:latest", large),
      loadedModels.ensureLoaded("a:latest", hints, leaving),
    ]);
    await settled();
    const left = new Error("left");
    leaving.abort(left);
    seen.loads[0]?.end.reject(outOfMemory);
    expect(await asked).toEqual([outOfMemory, left]);
    expect(seen.loads).toHaveLength(1);
  });

  it.each([400, 404, 405, 501])(
    "by a refusal (%i) is left to the answer to the request itself",
    async (status) => {
      const { loadedModels, seen } = setUp();
      const asked = loadedModels.ensureLoaded("a:latest", hints);
      await settled();
      const refused = new ServerFailure(status, { code: "invalid_request", message: "no such" });
      seen.loads[0]?.end.reject(refused);
      expect(await asked).toBe(0);
      expect(seen.failed).toEqual([]);
      expect(loadedModels.isLoaded("a:latest")).toBe(false);
    },
  );

  it("on a server that was replaced ends no wait for the new one", async () => {
    const { loadedModels, seen } = setUp();
    const old = ends([loadedModels.ensureLoaded("a:latest", hints)]);
    await settled();
    loadedModels.reset();
    const now = loadedModels.ensureLoaded("a:latest", hints);
    await settled();
    expect(seen.loads).toHaveLength(2);
    seen.loads[0]?.end.reject(outOfMemory);
    expect(await old).toEqual([outOfMemory]);
    expect(seen.failed).toEqual([]);
    expect(loadedModels.isLoading("a:latest")).toBe(true);
    seen.loads[1]?.end.resolve();
    expect(await now).toEqual(expect.any(Number));
    expect(loadedModels.isLoading("a:latest")).toBe(false);
  });
});

it("a model in memory that can be given no work is refused to all who wait, and asked for again", async () => {
  const stuck = new ServiceError("upstream_unavailable", "it hangs");
  let isStuck = true;
  const { loadedModels, seen } = setUp({
    assertWorks: () => {
      if (isStuck) throw stuck;
    },
  });
  seen.inMemory = ["a:latest"];
  expect(await ends([1, 2].map(() => loadedModels.ensureLoaded("a:latest", hints)))).toEqual([
    stuck,
    stuck,
  ]);
  expect(seen.failed).toEqual([["a:latest", hints, "it hangs"]]);
  isStuck = false;
  expect(await loadedModels.ensureLoaded("a:latest", hints)).toBe(0);
  expect(seen.loads).toEqual([]);
});
