import type { InstalledModel, LoadedModel } from "../../../../src/hosts/client.ts";
import { IdleUnloader } from "../../../../src/models/memory/idle-unloader.ts";
import type { Shortage } from "../../../../src/models/memory/insufficient-memory.ts";
import { MemoryCounts } from "../../../../src/models/memory/memory-counts.ts";
import { MemoryManager } from "../../../../src/models/memory/memory-manager.ts";
import { MemoryReport } from "../../../../src/models/memory/memory-report.ts";
import { MemoryRoom } from "../../../../src/models/memory/memory-room.ts";
import { MemoryView, type MemoryRules } from "../../../../src/models/memory/memory-view.ts";
import { ModelSizes } from "../../../../src/models/memory/model-sizes.ts";
import { ModelUse } from "../../../../src/models/memory/model-use.ts";
import { Pins } from "../../../../src/models/memory/pins.ts";
import type { FairQueue } from "../../../../src/scheduling/fair-queue.ts";

export const MINUTE = 60_000;
export const IDLE_MS = 5 * MINUTE;
export const GB = 2 ** 30;
export const OWN = "own:latest";

export interface Given {
  rules?: MemoryRules;
  /** Of 32 GB. */
  availableGb?: number;
  limitGb?: number;
  /** False: there may be more memory than is known. */
  isCertain?: boolean;
  mostLoaded?: number;
  isLoading?: (model: string) => boolean;
  /** In place of what the test's own list says. */
  isLoaded?: (model: string) => boolean;
  /** A real queue, in place of a list of what is held. */
  queue?: () => Pick<FairQueue, "drain" | "hold">;
}

/** A model in memory, of 8 GB unless it is said otherwise. */
export interface InMemory {
  expiresAt: number;
  gb?: number;
  context?: number;
}

/** A server with models in memory, and a clock that the test moves. */
export function setUpMemory(given: Given = {}) {
  const { rules = "all", availableGb = 16, limitGb = 24, isCertain = true } = given;
  const { mostLoaded, isLoading = () => false, isLoaded, queue } = given;
  const world = {
    now: 0,
    loaded: new Map<string, InMemory>(),
    held: new Set<string>(),
    unloaded: [] as string[],
    faults: [] as unknown[],
    unfit: [] as Shortage[],
    availableGb,
    /** Installed models, and what `/api/show` says of them. */
    installed: new Map<string, { sizeGb: number; info?: object; parameters?: string }>(),
    shows: 0,
  };
  const now = (): number => world.now;
  const use = new ModelUse({ now });
  const pins = new Pins();
  const counts = new MemoryCounts();
  const server = { unload: (_model: string): Promise<void> => Promise.resolve() };
  const installed = (): InstalledModel[] =>
    [...world.installed].map(([name, { sizeGb }]) => ({
      name,
      size: sizeGb * GB,
      digest: `of ${name}`,
      modified_at: null,
    }));
  const sizes = new ModelSizes({
    catalog: { find: async (model) => installed().find(({ name }) => name === model) },
    show: async (model) => {
      world.shows += 1;
      const { info = {}, parameters } = world.installed.get(model) ?? {};
      return { model_info: info, parameters };
    },
    cache: () => ({ parallel: 1, cacheType: undefined }),
    usualContext: undefined,
  });
  const list = async (): Promise<LoadedModel[]> => {
    const listed = [...world.loaded].map(([name, { expiresAt, gb = 8, context = 4096 }]) => ({
      name,
      model: name,
      size: gb * GB,
      size_vram: 0,
      context_length: context,
      digest: `of ${name}`,
      details: {},
      expires_at: String(expiresAt),
    }));
    sizes.learn(listed);
    return listed;
  };
  const whole = ({ size }: { size: number }): number => size;
  const view = new MemoryView({
    list,
    rules: () => rules,
    use,
    pins,
    machine: async () => ({ totalBytes: 32 * GB, availableBytes: world.availableGb * GB }),
    limits: () => ({
      limitBytes: limitGb * GB,
      mainLimitBytes: limitGb * GB,
      isCertain,
      bytesOf: whole,
      mainBytesOf: whole,
    }),
    mostLoaded: () => mostLoaded,
    ownModel: OWN,
    now,
  });
  const take = (model: string): (() => void) | undefined => {
    if (world.held.has(model)) return undefined;
    world.held.add(model);
    return () => void world.held.delete(model);
  };
  const unloader = new IdleUnloader({
    hold: (model) => {
      if (queue) return queue().hold(model);
      return (use.of(model)?.running ?? 0) > 0 ? undefined : take(model);
    },
    drain: async (model, signal) => (queue ? queue().drain(model, signal) : take(model)),
    isLoading,
    use,
    unload: async (model) => {
      await server.unload(model);
      world.loaded.delete(model);
      sizes.left(model);
    },
  });
  const onUnload = (model: string, reason: string, bytes: number): void => {
    counts.left(bytes);
    world.unloaded.push(`${model} ${reason}`);
  };
  const onFault = (err: unknown): void => void world.faults.push(err);
  const manager = new MemoryManager({
    view,
    unloader,
    pins,
    installed: async () => installed().map(({ name }) => name),
    idleMs: IDLE_MS,
    pressure: 0.85,
    checkMs: MINUTE,
    onUnload,
    onFault,
  });
  const room = new MemoryRoom({
    view,
    sizes,
    unloader,
    isLoaded: isLoaded ?? ((model) => world.loaded.has(model)),
    isLoading,
    isPinned: (model) => pins.has(model),
    ownModel: OWN,
    pressure: 0.85,
    maxWaitMs: MINUTE,
    onUnload,
    onRefused: () => void (counts.refused += 1),
    onUnfit: (shortage) => void world.unfit.push(shortage),
    onFault,
  });
  const report = new MemoryReport({
    view,
    sizes,
    installed: async () => installed(),
    counts,
    idleMs: IDLE_MS,
    pressure: 0.85,
    videoBytes: () => 0,
    promptCacheBytes: () => undefined,
  });
  /** Uses a model now, for no time. */
  const useOnce = (model: string, keepAliveMs?: number, more: Partial<InMemory> = {}): void => {
    const end = use.begin(model, keepAliveMs);
    end();
    world.loaded.set(model, { expiresAt: world.now + IDLE_MS, ...more });
  };
  return {
    world,
    use,
    useOnce,
    server,
    pins,
    sizes,
    view,
    unloader,
    manager,
    room,
    report,
    counts,
  };
}
