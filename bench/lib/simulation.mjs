import { DeficitRoundRobin, NoFloor, TurnsByRequest } from "./policies.mjs";
import { logNormal, seededRandom } from "./random.mjs";
import { SimulatedClock } from "./simulated-clock.mjs";
import { SimulatedModels } from "./simulated-models.mjs";
import { SimulatedPrompts } from "./simulated-prompts.mjs";

/** Longer than any simulation takes in real time: its own clock decides when the queue is looked at. */
const NEVER_MS = 2 ** 31 - 1;
/** How often the queue looks at its models, on the simulated clock. */
const SWEEP_MS = 200;
/** Clients come within so many milliseconds. */
const COMING_MS = 10_000;
/** What a client waits that was refused. */
const RETRY_MS = 2000;

/**
 * The policies that can be compared. `by cost` is the service's own. First come, first served knows
 * no tenants, and no model waits for the turn of another one.
 */
export const POLICIES = [
  "first come, first served",
  "by request",
  "deficit round robin",
  "by cost",
];

/**
 * One kind of tenants of a workload.
 * @typedef {object} TenantGroup
 * @property {string} name of the tenant; with a `count` it is followed by a number
 * @property {number} [count] of such tenants
 * @property {number} [weight]
 * @property {number} [clients] of each tenant, each with one request at a time
 * @property {{ everyMs: number, size: number }} [burst] requests that come together, instead
 * @property {number} costMs of a request: the median, where it has a `spread`
 * @property {number} [spread] sigma of the logarithm of the cost
 * @property {{ kinds: number, readMs: number }} [prompts] the clients, or a burst's requests, have so
 * many beginnings of prompts by turns; one that is not in the server's memory costs so much more
 * @property {number} [thinkMs] between an answer and the next request
 * @property {string} [model]
 * @property {boolean} [background]
 * @property {boolean} [newNames] a new name for each request
 * @property {number} [fromMs] when it comes
 * @property {number} [requests] of each client; without it they go on to the end
 */

/**
 * A workload, as its file has it.
 * @typedef {object} Workload
 * @property {string} about
 * @property {number} lastsMs
 * @property {number} [places] side by side for one model
 * @property {number} [room] for models in memory
 * @property {number} [loadMs] of a model
 * @property {number} [patienceMs]
 * @property {number} [maxWaiting]
 * @property {boolean} [hidesPrompts] the queue is not told how prompts begin
 * @property {TenantGroup[]} tenants
 */

/**
 * What has become of a request.
 * @typedef {{ group: string, tenant: string, arrivedMs: number, startedMs: number, endedMs: number, costMs: number, isRead: boolean, expected?: { expectedMs?: number, basis: string } }} Answered
 */

/**
 * Plays a workload with the service's own queue under a simulated clock.
 * @param {Workload} workload
 * @param {string} policy one of POLICIES
 * @param {any} parts the service's own, as `sharingParts` has them: tests have them from the sources
 * @param {number} [seed]
 */
export async function simulate(workload, policy, parts, seed = 1) {
  const clock = new SimulatedClock();
  const { room = 1, loadMs = 0, places = 1, lastsMs } = workload;
  const loadTimes = new parts.LoadTimes();
  const onLoaded = (model, tookMs) => loadTimes.learn(model, tookMs);
  const models = new SimulatedModels(clock, { room, loadMs, onLoaded });
  const queue = composeQueue(workload, policy, parts, { clock, models, loadTimes });
  const world = {
    queue,
    clock,
    models,
    prompts: new SimulatedPrompts(places),
    hidesPrompts: workload.hidesPrompts ?? false,
    parts,
    random: seededRandom(seed),
    hidesTenants: policy === "first come, first served",
    /** @type {Answered[]} */
    answered: [],
    refused: new Map(),
    isOver: false,
    hasSwaps: new Set(workload.tenants.map(({ model = "m" }) => model)).size > room,
    isSweeping: false,
    names: 0,
    /** Loads that somebody waits for. */
    loading: new WeakSet(),
  };
  for (const group of workload.tenants) startGroup(world, group);
  await clock.runUntil(lastsMs);
  world.isOver = true;
  queue.rejectWaiting(new Error("the simulation is over"));
  return { answered: world.answered, refused: world.refused, loads: models.loads, lastsMs };
}

/** The service's own queue with a policy. */
export function composeQueue(workload, policy, parts, { clock, models, loadTimes }) {
  const { places = 1, patienceMs = 30_000, maxWaiting = 100_000 } = workload;
  const { FairQueue, ModelFloor, StartTimeTurns, CostEstimates, TenantWeights } = parts;
  const weights = new TenantWeights(
    new Map(workload.tenants.flatMap(({ name, weight }) => (weight ? [[name, weight]] : []))),
  );
  const now = () => clock.now;
  const isPlain = policy === "first come, first served";
  const options = { weights, estimates: new CostEstimates(), now };
  const Turns = {
    "first come, first served": TurnsByRequest,
    "by request": TurnsByRequest,
    "deficit round robin": DeficitRoundRobin,
    "by cost": StartTimeTurns,
  }[policy];
  const line = { maxRunning: places, maxWaiting, tenantMaxRunning: places };
  return new FairQueue({
    host: { origin: "", assertAvailable() {}, checkHealth() {} },
    lines: { text: line, vision: line },
    modelParallel: () => places,
    floor: isPlain ? new NoFloor(models) : new ModelFloor({ models, loadTimes, patienceMs }),
    turns: { interactive: new Turns(options), background: new Turns(options) },
    watch: { add: (member) => ({ member, at: 0 }), forget() {} },
    now,
    sweepMs: NEVER_MS,
  });
}

/** While requests wait for models the queue looks at those again and again. */
function sweep(world) {
  if (world.isSweeping || world.queue.stats("text").queued === 0) return;
  world.isSweeping = true;
  world.clock.after(SWEEP_MS, () => {
    world.queue.wake();
    world.isSweeping = false;
    sweep(world);
  });
}

function startGroup(world, group) {
  const { count = 1, clients = 1, burst, fromMs = 0 } = group;
  for (let i = 0; i < count; i += 1) {
    const tenant = count === 1 ? group.name : `${group.name}${i}`;
    if (burst) startBursts(world, group, tenant);
    else {
      for (let client = 0; client < clients; client += 1) {
        // Not one tenant's after the other's: first come, first served would keep that order.
        const comesMs = fromMs + world.random() * COMING_MS;
        world.clock.after(comesMs, () => void keepAsking(world, group, tenant, client));
      }
    }
  }
}

function startBursts(world, group, tenant) {
  const { everyMs, size } = group.burst;
  const burst = () => {
    for (let i = 0; i < size; i += 1) void ask(world, group, tenant, i);
    world.clock.after(everyMs, burst);
  };
  world.clock.after((group.fromMs ?? 0) + world.random() * everyMs, burst);
}

async function keepAsking(world, group, tenant, client) {
  const { requests = Number.POSITIVE_INFINITY, thinkMs = 0, newNames = false } = group;
  for (let sent = 0; sent < requests; sent += 1) {
    const name = newNames ? `${tenant}-${(world.names += 1)}` : tenant;
    const isAnswered = await ask(world, group, name, client);
    const pauseMs = isAnswered ? thinkMs : RETRY_MS;
    if (pauseMs > 0) await world.clock.pause(pauseMs);
  }
}

/** One request, to its end. @returns whether it was answered. */
async function ask(world, group, tenant, client) {
  const { clock, queue, models, prompts, parts, answered, refused } = world;
  const { model = "m", background = false, name } = group;
  const arrivedMs = clock.now;
  const beginning = group.prompts ? client % group.prompts.kinds : undefined;
  let costMs = costOf(world, group);
  let expected;
  let place;
  try {
    const acquired = queue.acquire({
      line: "text",
      tenant: world.hidesTenants ? "everybody" : tenant,
      model,
      maxWaitMs: Number.POSITIVE_INFINITY,
      signal: new parts.LightSignal(),
      prefix: world.hidesPrompts ? undefined : beginning,
      background: background && !world.hidesTenants,
      waiting: {
        waitsForPlace: (standing) => void (expected = standing),
        wouldWait: () => {},
        waitsForModel: () => {},
      },
    });
    if (world.hasSwaps) sweep(world);
    place = await acquired;
  } catch {
    if (world.isOver) return false;
    refused.set(name, (refused.get(name) ?? 0) + 1);
    return false;
  }
  const loading = models.loading(model);
  if (loading) {
    const waitedFrom = clock.now;
    const isFirst = !world.loading.has(loading);
    world.loading.add(loading);
    await place.whileLoading(loading);
    if (isFirst) queue.loaded(model, clock.now - waitedFrom);
  }
  const isRead = beginning !== undefined && !prompts.begin(model, `${tenant} ${beginning}`);
  if (isRead) costMs += group.prompts.readMs;
  const one = {
    ...{ group: name, tenant, costMs, isRead, expected },
    ...{ arrivedMs, startedMs: clock.now, endedMs: Infinity },
  };
  answered.push(one);
  models.begin(model);
  await clock.pause(costMs);
  one.endedMs = clock.now;
  models.end(model);
  if (beginning !== undefined) prompts.end(model, `${tenant} ${beginning}`);
  place.release("completed", costMs);
  return true;
}

function costOf({ random }, { costMs, spread = 0 }) {
  if (spread === 0) return costMs;
  return logNormal(costMs, spread, random);
}
