import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LoadHints } from "../../../../src/models/load-hints.ts";
import { ModelUse } from "../../../../src/models/memory/model-use.ts";
import { WarmUp } from "../../../../src/models/provision/warm-up.ts";
import { deferred } from "../../../../src/runtime/deferred.ts";
import { noLanes } from "../../../support/no-lanes.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const GIB = 2 ** 30;

/** Models of 4 GiB each on a server with room for 8, whose loads end when told. */
function setUp(installed = ["a:latest", "b:latest", "all-minilm:latest"]) {
  const loaded: string[] = [];
  const loads: { model: string; hints: LoadHints; end: (fails?: "fails") => void }[] = [];
  const said: string[] = [];
  const state = {
    isBusy: false,
    freeBytes: (8 * GIB) as number | undefined,
    toEvict: [] as string[],
    expectedBytes: (4 * GIB) as number | undefined,
    remote: [] as string[],
  };
  const modelUse = new ModelUse();
  const warmUp = new WarmUp({
    catalog: {
      isInstalled: async (model) => installed.includes(`${model}:latest`),
      isRemote: (model) => state.remote.includes(model),
      embeds: async (model) => model === "all-minilm",
    },
    loadedModels: {
      ensureLoaded: (model, hints) => {
        const load = deferred<number>();
        const end = (fails?: "fails"): void => {
          if (!fails) loaded.push(model);
          load.resolve(1);
        };
        loads.push({ model, hints, end });
        return load.promise;
      },
      isLoaded: (model) => loaded.includes(model),
      modelsToEvict: () => state.toEvict,
    },
    modelUse,
    lanes: noLanes,
    isBusy: () => state.isBusy,
    freeBytes: async () => state.freeBytes,
    expectedBytes: async () => state.expectedBytes,
    keepAlive: "30m",
    reports: { say: (line) => void said.push(line), log: () => {} },
  });
  const stop = new AbortController();
  const load = (model: string) => warmUp.load(model, stop.signal);
  return { load, stop, state, loads, said, modelUse };
}

/** Lets all that can go on go on. */
const settle = () => vi.advanceTimersByTimeAsync(0);

it("loads one at a time, to be kept as the operator says", async () => {
  const { load, loads, said, modelUse } = setUp();
  const both = Promise.all([load("a"), load("all-minilm")]);
  await settle();
  expect(loads).toMatchObject([
    { model: "a:latest", hints: { kind: "generate", keepAlive: "30m" } },
  ]);
  expect(modelUse.of("a:latest")).toMatchObject({ running: 1 });
  loads[0]?.end();
  await settle();
  expect(modelUse.of("a:latest")).toMatchObject({
    running: 0,
    keptUntil: performance.now() + 30 * 60_000,
  });
  expect(loads[1]).toMatchObject({ model: "all-minilm:latest", hints: { kind: "embed" } });
  loads[1]?.end();
  await both;
  expect(said).toEqual(["The model a is in memory.", "The model all-minilm is in memory."]);
});

it("waits while requests of clients do", async () => {
  const { load, state, loads } = setUp();
  state.isBusy = true;
  const loading = load("a");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(loads).toEqual([]);
  state.isBusy = false;
  await vi.advanceTimersByTimeAsync(1000);
  loads[0]?.end();
  await loading;
  expect(loads).toHaveLength(1);
});

it.each([
  ["what does not fit", { freeBytes: 3 * GIB }, /takes about 4\.0 GB, and 3\.0 GB are free/],
  ["what would push another model out", { toEvict: ["b:latest"] }, /would push b:latest out/],
  ["anything on another machine", { freeBytes: undefined }, /memory .* is not known/],
])("does not load %s", async (_what, more, says) => {
  const { load, state, loads, said } = setUp();
  Object.assign(state, more);
  await load("a");
  expect(loads).toEqual([]);
  expect(said).toEqual([expect.stringMatching(says)]);
});

it("loads a model of unknown size", async () => {
  const { load, state, loads } = setUp();
  state.expectedBytes = undefined;
  void load("a");
  await settle();
  expect(loads).toHaveLength(1);
});

it("says nothing of a model that is not installed or runs elsewhere", async () => {
  const { load, state, loads, said } = setUp();
  state.remote = ["b"];
  await Promise.all([load("c"), load("b")]);
  expect([loads, said]).toEqual([[], []]);
});

it("goes on with the next when one cannot be loaded", async () => {
  const { load, loads, said, modelUse } = setUp();
  void load("a");
  const next = load("b");
  await settle();
  loads[0]?.end("fails");
  await settle();
  loads[1]?.end();
  await next;
  expect(said).toEqual([
    "The model a is loaded when it is asked for: the server could not load it.",
    "The model b is in memory.",
  ]);
  expect(modelUse.of("a:latest")?.running).toBe(0);
});

it("waits for nothing any more once the server has gone, and begins nothing", async () => {
  const { load, stop, loads, said, modelUse } = setUp();
  const both = Promise.all([load("a"), load("b")]);
  await settle();
  stop.abort();
  await both;
  expect(loads).toHaveLength(1);
  expect(said).toEqual([]);
  expect(modelUse.of("a:latest")?.running).toBe(0);
});
