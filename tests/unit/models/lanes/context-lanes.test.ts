import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServiceError } from "../../../../src/errors/service-error.ts";
import { ContextLanes } from "../../../../src/models/lanes/context-lanes.ts";
import type { ContextLimits } from "../../../../src/models/lanes/lane-choice.ts";
import { sameLoadOptions, type LoadOptions } from "../../../../src/models/load-options.ts";
import { LoadedModels } from "../../../../src/models/loaded-models.ts";
import { Admission } from "../../../../src/scheduling/admission.ts";
import { fakeClient } from "../../../support/fake-client.ts";
import { seededRandom } from "../../../support/prng.ts";
import { setUpQueue } from "../../scheduling/queue-set-up.ts";

const MODEL = "m:latest";
const DEFAULT = 4096;
const LOAD_MS = 50;

interface Given {
  mode?: "service" | "all" | "off";
  configured?: Record<string, number[]>;
  limits?: ContextLimits;
  parallel?: number;
  /** Tokens that a load has memory for. */
  room?: number;
  /** Whether the server tells of contexts. */
  tells?: boolean;
}

/** A server that loads by Ollama's rule, and all that stands before it, on a fake clock. */
function setUp(given: Given = {}) {
  const { mode = "service", configured = {}, limits = {}, parallel = 1, tells = true } = given;
  const server = {
    loadedWith: undefined as { options: LoadOptions } | undefined,
    running: 0,
    loads: 0,
    /** Loads that a request caused by itself. */
    reloadedByRequest: 0,
    /** Loads while a request ran on the model. */
    loadedUnder: 0,
    asked: [] as string[],
  };
  const normal = (options: LoadOptions): LoadOptions => ({ num_ctx: DEFAULT, ...options });
  const load = (options: LoadOptions): void => {
    if (server.running > 0) server.loadedUnder += 1;
    server.loads += 1;
    server.loadedWith = undefined;
    const size = Number(normal(options)?.["num_ctx"]);
    if (size > (given.room ?? Infinity)) {
      throw new ServiceError("upstream_unavailable", "model requires more system memory");
    }
    server.loadedWith = { options };
  };
  const list = async () => {
    const askedAt = performance.now();
    const found = server.loadedWith
      ? [
          {
            name: "m",
            ...(tells && { context_length: normal(server.loadedWith.options)?.["num_ctx"] }),
          },
        ]
      : [];
    lanes.seen(found, askedAt);
    return found;
  };
  const lanes: ContextLanes = new ContextLanes({
    mode,
    configured,
    limits: async (model) => (server.asked.push(model), limits),
    look: list,
    isLoading: (model) => models.isLoading(model),
    isSure: (model) => server.running > 0 || models.hasLatelyAnswered(model),
  });
  const models: LoadedModels = new LoadedModels({
    listLoaded: async () => (await list()).map(({ name }) => name),
    isInstalled: async () => true,
    load: (model, hints) =>
      lanes.load(model, hints, async ({ options }) => {
        await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
        load(options);
      }),
    capacity: () => 3,
    onChange: () => queue.wake(),
    onGone: (model) => lanes.gone(model),
    onFailure: () => {},
    assertWorks: () => {},
  });
  const { queue } = setUpQueue({ models, modelParallel: parallel });
  const catalog = { isKnownMissing: () => false };
  const admission = new Admission({ queue, catalog, loadedModels: models });

  /** A request from its queueing to its end. @returns what it was sent with. */
  async function run(own: LoadOptions, { tenant = "a", ms = 10, pinned = true } = {}) {
    const lane = lanes.request(MODEL, own, pinned ? "pinned" : "context");
    await lane?.ready();
    const { signal } = fakeClient();
    const hints = { kind: "generate" as const, options: own, lane };
    const admitted = await admission.admit({
      line: "text",
      tenant,
      model: MODEL,
      maxWaitMs: 1e6,
      signal,
      admits: lane?.admits,
      hints,
    });
    const { options, context } = lane?.begin() ?? { options: own, context: undefined };
    const isLoaded =
      server.loadedWith && sameLoadOptions(normal(server.loadedWith.options), normal(options));
    if (!isLoaded) {
      server.reloadedByRequest += 1;
      try {
        load(options);
      } catch (err) {
        models.forget(MODEL);
        admitted.place.release("failed");
        throw err;
      }
    }
    lanes.answered(MODEL, options);
    server.running += 1;
    await new Promise((resolve) => setTimeout(resolve, ms));
    server.running -= 1;
    models.used(MODEL);
    admitted.place.release("completed");
    return { options, context };
  }

  /** Lets time pass until a promise has settled. */
  async function done<T>(promise: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const ended = promise.finally(() => void (state.isDone = true));
    ended.catch(() => {});
    for (let i = 0; i < 10_000; i += 1) {
      await vi.advanceTimersByTimeAsync(5);
      if (state.isDone) return ended;
    }
    throw new Error("it has not settled in 50 s of the clock");
  }

  return { server, lanes, models, run, done, queue };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const size = (tokens: number): LoadOptions => ({ num_ctx: tokens });

describe("over 150 seeds, whatever clients ask", () => {
  it("no request loads its model by itself, none is loaded under another, and each has what it asked", async () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const random = seededRandom(seed);
      const some = (most: number): number => 1 + Math.floor(random() * most);
      const own = 65_536;
      const configured: Record<string, number[]> =
        random() < 0.5 ? { "*": [some(8192), 16_384, own] } : {};
      const given = { configured, limits: { own }, parallel: some(4) };
      const { server, models, run, done } = setUp(given);
      const requests: Promise<void>[] = [];
      let unloads = 0;
      for (let i = 0; i < 40; i += 1) {
        const asked = random() < 0.2 ? undefined : some(own);
        const options = {
          ...(asked !== undefined && { num_ctx: asked }),
          ...(random() < 0.3 && { num_gpu: some(3) }),
        };
        const request = run(options, { tenant: `t${some(5)}`, ms: some(30) });
        requests.push(
          request.then(({ context }) => {
            expect(context?.asked, `seed ${seed}`).toBe(asked);
            expect(context?.used ?? 0, `seed ${seed}`).toBeGreaterThanOrEqual(asked ?? 0);
          }),
        );
        if (random() < 0.5) await vi.advanceTimersByTimeAsync(some(40));
        if (random() < 0.9) continue;
        // The server lets go of it: somebody has asked for that, or it was idle.
        await done(Promise.all(requests));
        if (random() < 0.5) models.forget(MODEL);
        else await vi.advanceTimersByTimeAsync(31_000);
        server.loadedWith = undefined;
        unloads += 1;
      }
      await done(Promise.all(requests));
      const most = configured["*"]?.length ?? 2;
      expect([server.reloadedByRequest, server.loadedUnder], `seed ${seed}`).toEqual([0, 0]);
      expect(server.loads, `seed ${seed}`).toBeLessThanOrEqual(most * (unloads + 1));
    }
  });
});

it("a server that does not tell of contexts is asked once, and then each says its own", async () => {
  const { server, run, done } = setUp({ tells: false });
  server.loadedWith = { options: undefined };
  expect(await done(run(size(9000)))).toEqual({
    options: size(9000),
    context: { asked: 9000, used: 9000 },
  });
  expect(await done(run(size(2000)))).toMatchObject({ context: { asked: 2000, used: 9000 } });
  expect(await done(run(undefined))).toEqual({ options: size(9000), context: undefined });
  expect(server.asked).toEqual([MODEL]);
});

it("waits ten minutes before it tries again what has run out of memory", async () => {
  const given = { configured: { m: [8192, 32_768] }, room: 20_000 };
  const { server, run, done } = setUp(given);
  await done(run(size(8192)));
  const again = async () => (await done(run(size(20_001)))).context?.used;
  expect(await again()).toBe(8192);
  expect(await again()).toBe(8192);
  expect(server.loads).toBe(3);
  given.room = 40_000;
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(await again()).toBe(32_768);
});

it("forgets with the server what it was loaded with, and what it had no room for", async () => {
  const given = { configured: { m: [8192, 32_768] }, room: 20_000 };
  const { lanes, models, run, done } = setUp(given);
  await done(run(size(30_000)));
  expect(lanes.report(MODEL)).toMatchObject({ num_ctx: 8192, lanes: [8192] });
  lanes.reset();
  models.reset();
  expect(lanes.report(MODEL)).toMatchObject({ num_ctx: null, lanes: [8192, 32_768] });
});

it("a failure of another kind is the server's to tell, and nothing smaller is tried", async () => {
  const { lanes } = setUp({ configured: { m: [8192, 32_768] } });
  const lane = lanes.request(MODEL, size(30_000), "pinned");
  const tried: unknown[] = [];
  const failing = lanes.load(MODEL, { kind: "generate", lane }, ({ options }) => {
    tried.push(options);
    return Promise.reject(new ServiceError("upstream_unavailable", "exit status 2"));
  });
  await expect(failing).rejects.toThrow("exit status 2");
  expect(tried).toEqual([size(32_768)]);
});

it("a client's own body keeps its other options, and has a size only where one is needed", async () => {
  const { run, done } = setUp({ mode: "all" });
  const passed = (own: LoadOptions) => done(run(own, { pinned: false }));
  expect((await passed({ num_gpu: 1 })).options).toEqual({ num_gpu: 1 });
  // It says the size that the server has by itself.
  expect((await passed({ num_ctx: 2048, num_gpu: 1 })).options).toEqual({
    num_ctx: DEFAULT,
    num_gpu: 1,
  });
  expect((await passed({ num_ctx: 8192, num_gpu: 1 })).options).toEqual({
    num_ctx: 8192,
    num_gpu: 1,
  });
  expect((await passed({ num_gpu: 1 })).options).toEqual({ num_ctx: 8192, num_gpu: 1 });
});

it.each<["service" | "all" | "off", boolean, boolean]>([
  ["service", true, false],
  ["all", true, true],
  ["off", false, false],
])("CONTEXT_LANES=%s: on /api/v1 %s, on /api %s", (mode, service, passed) => {
  const { lanes } = setUp({ mode });
  expect(lanes.request(MODEL, undefined, "pinned") !== undefined).toBe(service);
  expect(lanes.request(MODEL, undefined, "context") !== undefined).toBe(passed);
});
