import { expect, it } from "vitest";
import { LoadTimes } from "../../../../src/models/load-times.ts";
import { LoadedModels } from "../../../../src/models/loaded-models.ts";
import { deferred } from "../../../../src/runtime/deferred.ts";
import { LightSignal } from "../../../../src/runtime/light-signal.ts";
import { FairQueue } from "../../../../src/scheduling/fair-queue.ts";
import { ModelFloor } from "../../../../src/scheduling/model-floor.ts";
import { seededRandom } from "../../../support/prng.ts";
import { fakeHost, turnsByCost } from "../../scheduling/queue-set-up.ts";
import { IDLE_MS, MINUTE, OWN, setUpMemory } from "./memory-set-up.ts";

const SEEDS = 200;
const MINUTES = 1000;
const TICK_MS = 30_000;
const PATIENCE_MS = 2 * MINUTE;
const LOAD_MS = 30_000;
const LONGEST_RUN_MS = 2 * MINUTE;
const MOST_LOADED = 3;
const LIMIT_GB = 26;
const TENANTS = ["t", "u", "v", "w"];

/**
 * What a request may wait for another model's turn to end. The clock goes in ticks: what is due in
 * between is seen up to one later, when the turn ends and when the request goes.
 */
const LONGEST_TURN_MS = PATIENCE_MS + LOAD_MS + LONGEST_RUN_MS + 2 * TICK_MS;

interface Traffic {
  sizesGb: Record<string, number>;
  pinned: string[];
}

/** Six models, of which not every three fit, and one stays: several wait at once for two places. */
const CROWDED: Traffic = {
  sizesGb: { "a:1": 6, "b:1": 8, "c:1": 8, "d:1": 10, "e:1": 12, [OWN]: 1 },
  pinned: ["a:1"],
};

/** Four models, of which any three fit: one at a time waits for another one's turn. */
const ONE_TOO_MANY: Traffic = {
  sizesGb: { "a:1": 6, "b:1": 8, "c:1": 8, [OWN]: 1 },
  pinned: [],
};

it("keeps its promises through 1 000 minutes of mixed traffic", async () => {
  let [requests, loads] = [0, 0];
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const play = new Play(seed, seed % 2 === 0 ? CROWDED : ONE_TOO_MANY);
    await play.run();
    requests += play.requests;
    loads += play.loads;
  }
  // There was something to keep them through.
  expect(requests).toBeGreaterThan(100 * SEEDS);
  expect(loads).toBeGreaterThan(20 * SEEDS);
}, 180_000);

/** A request that has not got its place. */
interface Waiting {
  model: string;
  /** When it came to be the first of its tenant's line. */
  headAt: number;
}

/**
 * Traffic of some tenants through the real queue and what decides about models, before a played
 * server that loads whatever it is told to.
 */
class Play {
  requests = 0;
  loads = 0;
  readonly #seed: number;
  readonly #traffic: Traffic;
  readonly #random: () => number;
  readonly #memory = setUpMemory({
    limitGb: LIMIT_GB,
    mostLoaded: MOST_LOADED,
    isLoading: (model) => this.#models.isLoading(model),
    isLoaded: (model) => this.#models.isLoaded(model),
    queue: () => this.#queue,
  });
  readonly #models: LoadedModels;
  readonly #loadTimes = new LoadTimes();
  readonly #queue: FairQueue;
  /** What happens at a time. */
  #due: { at: number; happen: () => void }[] = [];
  readonly #lines = new Map(TENANTS.map((tenant): [string, Waiting[]] => [tenant, []]));
  /** When a model came into memory, each time: then another one's turn had ended. */
  readonly #turns: number[] = [];
  #broken: Error | undefined;

  constructor(seed: number, traffic: Traffic) {
    this.#seed = seed;
    this.#traffic = traffic;
    this.#random = seededRandom(seed);
    const { world, view, room, server, pins } = this.#memory;
    const now = (): number => world.now;
    const info = { "general.architecture": "bert" };
    for (const [name, sizeGb] of Object.entries(traffic.sizesGb)) {
      world.installed.set(name, { sizeGb, info });
    }
    for (const model of traffic.pinned) pins.add(model);
    this.#models = new LoadedModels({
      listLoaded: async () => (await view.models()).map(({ name }) => name),
      isInstalled: () => Promise.resolve(true),
      load: (model) => this.#load(model),
      onFailure: (model) => this.#breaks(`${model} was not loaded`),
      assertWorks: () => {},
      capacity: () => MOST_LOADED,
      leaving: (models) => room.leaving(models),
      overflow: (model, others) => room.overflow(model, others),
      makeRoom: (model, hints) => room.makeFor(model, hints),
      onChange: () => this.#queue.wake(),
      now,
    });
    // Only models' turns are waited for.
    const line = { maxRunning: 1000, maxWaiting: 1000, tenantMaxRunning: 1000 };
    this.#queue = new FairQueue({
      turns: turnsByCost(),
      host: fakeHost,
      lines: { text: line, vision: line },
      modelParallel: () => 1000,
      floor: new ModelFloor({
        models: this.#models,
        loadTimes: this.#loadTimes,
        patienceMs: PATIENCE_MS,
      }),
      watch: { add: (member) => ({ member, at: 0 }), forget: () => {} },
      now,
      // The play wakes it.
      sweepMs: 1e9,
    });
    server.unload = async (model) => {
      if (this.#isRunning(model)) this.#breaks(`${model} is unloaded under a request`);
      if (traffic.pinned.includes(model)) this.#breaks(`${model} is unloaded, which is pinned`);
      this.#models.forget(model);
    };
  }

  async run(): Promise<void> {
    const { world, manager } = this.#memory;
    for (; world.now < MINUTES * MINUTE; world.now += TICK_MS) {
      const due = this.#due.filter(({ at }) => at <= world.now);
      this.#due = this.#due.filter(({ at }) => at > world.now);
      for (const { happen } of due) happen();
      if (due.length > 0) await settled();
      // Traffic comes and goes.
      const chance = (world.now / MINUTE) % 200 < 100 ? 0.15 : 0.02;
      for (const tenant of TENANTS) if (this.#random() < chance) void this.#ask(tenant);
      this.#queue.wake();
      await settled();
      if (world.now % MINUTE === 0) {
        world.availableGb = this.#random() < 0.3 ? 2 : 16;
        await manager.check();
        this.#assertNoneIsLate();
      }
      if (this.#broken) throw this.#broken;
    }
    expect(world.faults).toEqual([]);
    this.#queue.rejectWaiting(new Error("the play is over"));
    await settled();
  }

  #assertNoneIsLate(): void {
    const { world, use } = this.#memory;
    for (const name of world.loaded.keys()) {
      const { lastUsedAt = 0, keptUntil = 0 } = use.of(name) ?? {};
      const isLate = world.now - lastUsedAt > IDLE_MS && world.now >= keptUntil;
      const isWanted = [...this.#lines.values()].flat().some(({ model }) => model === name);
      const mayBeThere = isWanted || this.#isRunning(name) || this.#models.isLoading(name);
      if (isLate && !mayBeThere && !this.#traffic.pinned.includes(name)) {
        this.#breaks(`${name} is kept past its time`);
      }
    }
  }

  /** A request of a tenant, from its coming to its end. */
  async #ask(tenant: string): Promise<void> {
    const { world } = this.#memory;
    const names = Object.keys(this.#traffic.sizesGb);
    const model = names[Math.floor(this.#random() ** 1.5 * names.length)] ?? "";
    const runMs = Math.ceil((this.#random() ** 2 * LONGEST_RUN_MS) / TICK_MS) * TICK_MS;
    const keepAliveMs = this.#random() < 0.2 ? 30 * MINUTE * this.#random() : undefined;
    const waiting: Waiting = { model, headAt: Infinity };
    const line = this.#lines.get(tenant) ?? [];
    line.push(waiting);
    if (line[0] === waiting) waiting.headAt = world.now;
    const signal = new LightSignal();
    const request = { line: "text", tenant, model, maxWaitMs: Infinity, signal } as const;
    const place = await Promise.resolve(this.#queue.acquire(request)).catch(() => undefined);
    if (!place) return;
    line.splice(line.indexOf(waiting), 1);
    if (line[0]) line[0].headAt = Math.min(line[0].headAt, world.now);
    const loadMs = await this.#models.ensureLoaded(model, { kind: "generate" });
    // One that was not the first might have gone later without those before it.
    const headAt = Math.min(waiting.headAt, world.now - loadMs);
    this.#assertTurnsWereShort(headAt, world.now - loadMs);
    await this.#answer(model, runMs, keepAliveMs);
    place.release("completed");
  }

  #assertTurnsWereShort(headAt: number, sentAt: number): void {
    const turns = this.#turns.filter((at) => at > headAt && at < sentAt);
    const ends = this.#traffic === ONE_TOO_MANY ? [sentAt] : [...turns, sentAt];
    let from = headAt;
    for (const end of ends) {
      const turnMs = end - from;
      if (turnMs > LONGEST_TURN_MS) this.#breaks(`a turn was waited for during ${turnMs} ms`);
      from = end;
    }
  }

  async #answer(model: string, runMs: number, keepAliveMs: number | undefined): Promise<void> {
    const { world, use } = this.#memory;
    if (!world.loaded.has(model)) this.#breaks(`${model} is not there for its request`);
    const end = use.begin(model, keepAliveMs);
    await this.#after(runMs);
    end();
    this.#models.used(model);
    this.requests += 1;
  }

  async #load(model: string): Promise<void> {
    const { world } = this.#memory;
    world.loaded.set(model, { expiresAt: world.now, gb: this.#traffic.sizesGb[model] ?? 0 });
    this.#turns.push(world.now);
    this.loads += 1;
    if (world.loaded.size > MOST_LOADED)
      this.#breaks(`${[...world.loaded.keys()].join(", ")} are loaded`);
    await this.#after(LOAD_MS);
  }

  #isRunning(model: string): boolean {
    return (this.#memory.use.of(model)?.running ?? 0) > 0;
  }

  #after(ms: number): Promise<void> {
    const { promise, resolve } = deferred<void>();
    this.#due.push({ at: this.#memory.world.now + ms, happen: resolve });
    return promise;
  }

  #breaks(promise: string): void {
    const minute = this.#memory.world.now / MINUTE;
    this.#broken ??= new Error(`seed ${this.#seed}, minute ${minute}: ${promise}`);
  }
}

/** Everything that can go on without time has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
