import { ServiceError } from "../../errors/service-error.ts";
import type { LoadedModel } from "../../hosts/client.ts";
import { canonicalModel } from "../model-name.ts";
import type { ModelUse } from "./model-use.ts";
import {
  nextToUnload,
  type MemoryModel,
  type MemoryState,
  type UnloadReason,
} from "./unload-choice.ts";

/**
 * Which models may be unloaded: all; those whose every use went through the service, where others
 * use the server, too; none of a server on another machine.
 */
export type MemoryRules = "all" | "seen" | "none";

/** The machine's memory, in bytes. */
interface MachineMemory {
  totalBytes: number;
  availableBytes: number;
}

interface MemoryManagerOptions {
  /** The models in memory, as `/api/ps` has them. @throws ServiceError when the server is away. */
  list: () => Promise<LoadedModel[]>;
  rules: () => MemoryRules;
  use: Pick<ModelUse, "of">;
  /** As `FairQueue.hold`. */
  hold: (model: string) => (() => void) | undefined;
  /** Whether a load of the model is under way. */
  isLoading: (model: string) => boolean;
  /** Has the server unload a model; settles when it has said so. @throws ServiceError. */
  unload: (model: string) => Promise<void>;
  memory: () => Promise<MachineMemory>;
  /** Memory that models may take together, in bytes. */
  limitBytes: (totalBytes: number) => number;
  /** Part of a model's size that is in the machine's memory. */
  bytesOf: (model: LoadedModel) => number;
  idleMs: number;
  pressure: number;
  checkMs: number;
  /** The service's own model, by its canonical name. */
  ownModel: string;
  onUnload: (model: string, reason: UnloadReason, freedBytes: number) => void;
  /** Told of what went wrong with a model, or with a look at all. */
  onFault: (err: unknown, model?: string) => void;
  now?: () => number;
}

/** What was seen of a model in memory. */
interface Sighting {
  firstAt: number;
  lastAt: number;
  expiresAt: string;
  /** It was used by others than the service. */
  isForeign: boolean;
}

/** What a look at the memory has shown. */
interface Look {
  models: (MemoryModel & { listed: LoadedModel })[];
  state: MemoryState;
  machine: MachineMemory;
}

/**
 * Unloads models that have been idle for long enough, sooner where memory is tight, one at a time. A
 * model is never unloaded under a request: its requests wait until that is done.
 */
export class MemoryManager {
  readonly name = "memory";
  readonly #options: MemoryManagerOptions;
  readonly #now: () => number;
  readonly #sightings = new Map<string, Sighting>();
  readonly #pinned = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> | undefined;
  #hasStopped = false;
  #unloaded = 0;
  #freedBytes = 0;

  constructor(options: MemoryManagerOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Begins to look at the memory from time to time. */
  start(): void {
    this.#timer = setInterval(() => void this.check(), this.#options.checkMs).unref();
  }

  /** Settles when nothing is being unloaded any more. */
  async stop(): Promise<void> {
    this.#hasStopped = true;
    clearInterval(this.#timer);
    await this.#checking;
  }

  /** Keeps a model in memory whatever happens, once it is there. */
  pin(model: string): void {
    this.#pinned.add(canonicalModel(model));
  }

  /** Ends that. @returns whether it was pinned. */
  unpin(model: string): boolean {
    return this.#pinned.delete(canonicalModel(model));
  }

  /**
   * Takes a model out of memory, because somebody has asked for it.
   * @throws ServiceError `model_in_use` for one that is at work, or pinned; what the server says.
   */
  async unload(model: string): Promise<void> {
    const name = canonicalModel(model);
    if (this.#pinned.has(name)) throw inUse(`The model '${model}' is pinned`);
    if (!(await this.#unloadIdle(name))) throw inUse(`The model '${model}' is at work`);
  }

  /** Looks at the memory now, and unloads what is to go; all callers await the same. Never rejects. */
  check(): Promise<void> {
    this.#checking ??= this.#check()
      .catch((err: unknown) => this.#options.onFault(err))
      .finally(() => {
        this.#checking = undefined;
      });
    return this.#checking;
  }

  async #check(): Promise<void> {
    const { rules, idleMs, pressure } = this.#options;
    if (rules() === "none") return;
    // Each at most once: one that stays all the same is looked at again with the next check.
    const tried = new Set<string>();
    while (!this.#hasStopped) {
      const { models, state } = await this.#look();
      const left = models.filter(({ name }) => !tried.has(name));
      const next = nextToUnload(left, state, { idleMs, pressure });
      if (!next) return;
      tried.add(next.model.name);
      await this.#letGo(next.model, next.reason);
    }
  }

  async #letGo({ name, bytes }: MemoryModel, reason: UnloadReason): Promise<void> {
    const { onUnload, onFault } = this.#options;
    try {
      // Meanwhile it may have been used again.
      if (!(await this.#unloadIdle(name))) return;
      this.#unloaded += 1;
      this.#freedBytes += bytes;
      onUnload(name, reason, bytes);
    } catch (err) {
      onFault(err, name);
    }
  }

  /** Unloads a model while its requests wait. @returns false where it is at work. */
  async #unloadIdle(name: string): Promise<boolean> {
    const { hold, isLoading, unload, use } = this.#options;
    const release = hold(name);
    if (!release) return false;
    try {
      if (isLoading(name) || (use.of(name)?.running ?? 0) > 0) return false;
      await unload(name);
      return true;
    } finally {
      release();
    }
  }

  async #look(): Promise<Look> {
    const { list, memory, limitBytes } = this.#options;
    const [loaded, machine] = await Promise.all([list(), memory()]);
    const { totalBytes, availableBytes } = machine;
    const names = new Set(loaded.map(({ name }) => canonicalModel(name)));
    for (const name of this.#sightings.keys()) if (!names.has(name)) this.#sightings.delete(name);
    return {
      models: loaded.map((model) => this.#seen(model)),
      state: { limitBytes: limitBytes(totalBytes), usedShare: 1 - availableBytes / totalBytes },
      machine,
    };
  }

  #seen(listed: LoadedModel): Look["models"][number] {
    const { use, bytesOf, ownModel, rules } = this.#options;
    const name = canonicalModel(listed.name);
    const now = this.#now();
    const known = use.of(name);
    const before = this.#sightings.get(name);
    const sighting = before ?? {
      firstAt: now,
      lastAt: now,
      expiresAt: listed.expires_at,
      // It was there before the service has used it.
      isForeign: known === undefined,
    };
    const isMoved = sighting.expiresAt !== listed.expires_at;
    const isOurs = known && (known.running > 0 || known.lastUsedAt >= sighting.lastAt);
    sighting.isForeign ||= isMoved && !isOurs;
    sighting.lastAt = now;
    sighting.expiresAt = listed.expires_at;
    this.#sightings.set(name, sighting);
    return {
      name,
      listed,
      bytes: bytesOf(listed),
      running: known?.running ?? 0,
      idleMs: now - (known?.lastUsedAt ?? sighting.firstAt),
      isPinned: this.#pinned.has(name),
      isKept: (known?.keptUntil ?? 0) > now,
      isOwn: name === ownModel,
      isSeen: rules() === "all" || (rules() === "seen" && !sighting.isForeign),
    };
  }

  /** As `GET /api/v1/system/memory` shows it. @throws ServiceError when the server is away. */
  async report() {
    const { rules, idleMs, pressure } = this.#options;
    const { models, state, machine } = await this.#look();
    const next = models
      .filter((m) => m.running === 0 && !m.isPinned && !m.isKept && m.isSeen)
      .toSorted((a, b) => b.idleMs - a.idleMs)[0];
    const usedBytes = models.reduce((sum, { bytes }) => sum + bytes, 0);
    const longestMs = state.usedShare > pressure ? idleMs / 2 : idleMs;
    return {
      rules: rules(),
      machine: {
        total_bytes: machine.totalBytes,
        available_bytes: machine.availableBytes,
        pressure,
      },
      limit_bytes: Math.round(state.limitBytes),
      used_bytes: usedBytes,
      free_bytes: Math.max(0, Math.round(state.limitBytes) - usedBytes),
      idle_timeout: finite(idleMs),
      models: models.map((model) => ({
        name: model.listed.name,
        bytes: model.bytes,
        vram_bytes: model.listed.size_vram,
        running: model.running,
        idle: Math.round(model.idleMs / 1000),
        pinned: model.isPinned,
        kept: model.isKept,
        managed: model.isSeen,
        expires_at: model.listed.expires_at,
      })),
      next: next
        ? { name: next.listed.name, in: finite(Math.max(0, longestMs - next.idleMs)) }
        : null,
      unloaded: this.#unloaded,
      freed_bytes: this.#freedBytes,
    };
  }
}

function inUse(message: string): ServiceError {
  return new ServiceError("model_in_use", message, { param: "name" });
}

/** Whole seconds; null for never. */
function finite(ms: number): number | null {
  return Number.isFinite(ms) ? Math.round(ms / 1000) : null;
}
