import type { LoadedModel } from "../../hosts/client.ts";
import { awakeClock, awakeNow } from "../../runtime/awake-clock.ts";
import { canonicalModel } from "../model-name.ts";
import type { ModelMemory } from "./model-memory.ts";
import type { ModelUse } from "./model-use.ts";
import type { Pins } from "./pins.ts";
import type { MemoryModel, MemoryState } from "./unload-choice.ts";

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

interface MemoryViewOptions {
  /** The models in memory, as `/api/ps` has them. @throws ServiceError when the server is away. */
  list: () => Promise<LoadedModel[]>;
  rules: () => MemoryRules;
  use: Pick<ModelUse, "of">;
  pins: Pick<Pins, "has">;
  machine: () => Promise<MachineMemory>;
  /** The memory that models may take together. */
  limits: () => ModelMemory;
  /** Models that may be in memory at once; undefined where that is the server's business alone. */
  mostLoaded: () => number | undefined;
  /** The service's own model, by its canonical name. */
  ownModel: string;
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

/** A model in memory, and how the server lists it. */
export type ViewedModel = MemoryModel & { listed: LoadedModel };

/** What a look at the memory has shown. */
export interface MemoryLook {
  models: ViewedModel[];
  state: MemoryState;
  machine: MachineMemory;
}

/** Looks at what is in memory, and remembers whose models they are. */
export class MemoryView {
  readonly #options: MemoryViewOptions;
  readonly #now: () => number;
  readonly #sightings = new Map<string, Sighting>();

  constructor(options: MemoryViewOptions) {
    this.#options = options;
    this.#now = options.now ?? awakeNow;
  }

  get rules(): MemoryRules {
    return this.#options.rules();
  }

  get limits(): ModelMemory {
    return this.#options.limits();
  }

  get mostLoaded(): number | undefined {
    return this.#options.mostLoaded();
  }

  /** The models in memory now. @throws ServiceError when the server is away. */
  async models(): Promise<ViewedModel[]> {
    const listed = await this.#options.list();
    const names = new Set(listed.map(({ name }) => canonicalModel(name)));
    for (const name of this.#sightings.keys()) if (!names.has(name)) this.#sightings.delete(name);
    return listed.map((model) => this.#seen(model));
  }

  /** The same with the machine's memory. @throws as `models`. */
  async look(): Promise<MemoryLook> {
    const [models, machine] = await Promise.all([this.models(), this.#options.machine()]);
    const { limitBytes, mainLimitBytes } = this.limits;
    const usedShare = 1 - machine.availableBytes / machine.totalBytes;
    const { mostLoaded } = this;
    return { models, state: { limitBytes, mainLimitBytes, usedShare, mostLoaded }, machine };
  }

  #seen(listed: LoadedModel): ViewedModel {
    const { use, pins, ownModel } = this.#options;
    const { limits, rules } = this;
    const name = canonicalModel(listed.name);
    const now = this.#now();
    const known = use.of(name);
    const sighting = this.#sight(name, listed, now);
    return {
      name,
      listed,
      bytes: limits.bytesOf(listed),
      mainBytes: limits.mainBytesOf(listed),
      running: known?.running ?? 0,
      // Whoever opens the machine again finds the models as they were.
      idleMs: now - Math.max(known?.lastUsedAt ?? sighting.firstAt, awakeClock.wokeAt),
      isPinned: pins.has(name),
      isKept: (known?.keptUntil ?? 0) > now,
      isOwn: name === ownModel,
      isSeen: rules === "all" || (rules === "seen" && !sighting.isForeign),
    };
  }

  #sight(name: string, { expires_at: expiresAt }: LoadedModel, now: number): Sighting {
    const known = this.#options.use.of(name);
    // One that was there before the service has used it is someone else's.
    const isForeign = known === undefined;
    const before = this.#sightings.get(name) ?? { firstAt: now, lastAt: now, expiresAt, isForeign };
    const isMoved = before.expiresAt !== expiresAt;
    const isOurs = known && (known.running > 0 || known.lastUsedAt >= before.lastAt);
    const sighting = {
      ...before,
      lastAt: now,
      expiresAt,
      isForeign: before.isForeign || (isMoved && !isOurs),
    };
    this.#sightings.set(name, sighting);
    return sighting;
  }
}
