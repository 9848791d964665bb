import type { LoadHints } from "../load-hints.ts";
import type { IdleUnloader } from "./idle-unloader.ts";
import { insufficientMemory, type Shortage } from "./insufficient-memory.ts";
import type { MemoryView, ViewedModel } from "./memory-view.ts";
import type { ModelNeed, ModelSizes } from "./model-sizes.ts";
import { RoomMaker, type MadeRoom } from "./room-maker.ts";
import { bytesTogether, type UnloadReason } from "./unload-choice.ts";

interface MemoryRoomOptions {
  view: Pick<MemoryView, "limits" | "look" | "models" | "mostLoaded" | "rules">;
  sizes: Pick<ModelSizes, "known" | "loadedBytes" | "loadedContext" | "needOf">;
  unloader: Pick<IdleUnloader, "unloadOnceIdle">;
  /** Whether a model is in memory, as far as known. */
  isLoaded: (model: string) => boolean;
  /** Whether a load of a model is under way. */
  isLoading: (model: string) => boolean;
  /** Whether a model is pinned. */
  isPinned: (model: string) => boolean;
  /** The service's own model, by its canonical name: it is the first to leave. */
  ownModel: string;
  pressure: number;
  /** How long a load waits for requests on a model that is to leave for it. */
  maxWaitMs: number;
  onUnload: (model: string, reason: UnloadReason, freedBytes: number) => void;
  onRefused: () => void;
  /** Told of a model that is loaded although it cannot fit. */
  onUnfit: (shortage: Shortage) => void;
  /** Told of what went wrong while room was made. */
  onFault: (err: unknown, model: string) => void;
}

const NONE: MadeRoom = { left: [], end: () => {} };

/**
 * Room in memory for models that are not there: whether they can fit at all, which others leave for
 * them, and that those are gone before the load. What runs is waited for; what is pinned, or used by
 * others than the service, stays. Names are canonical.
 */
export class MemoryRoom {
  readonly #options: MemoryRoomOptions;
  readonly #maker: RoomMaker;

  constructor(options: MemoryRoomOptions) {
    this.#options = options;
    this.#maker = new RoomMaker(options);
  }

  /**
   * To be called before a request waits. Undefined at once where the model is in memory with that
   * context, so that most requests do not wait for this.
   * @throws ServiceError (later) `insufficient_memory` where the model cannot be in memory, whatever
   * ends and leaves. What the server says of its models is not reported: the load will.
   */
  assertFits(model: string, hints: LoadHints): Promise<void> | undefined {
    if (model === "" || this.#isThere(model, numCtxOf(hints))) return undefined;
    return this.#assertFits(model, numCtxOf(hints));
  }

  /**
   * Has others leave for a model that is about to be loaded, once nothing runs on them.
   * Never rejects.
   */
  async makeFor(model: string, hints: LoadHints): Promise<MadeRoom> {
    try {
      return await this.#makeFor(model, numCtxOf(hints));
    } catch (err) {
      // The server is away, for instance: the load will say so.
      this.#options.onFault(err, model);
      return NONE;
    }
  }

  /** Of models, the least recently used first, those that may leave, in the order in which they do. */
  leaving(models: string[]): string[] {
    const { ownModel, isPinned } = this.#options;
    const others = models.filter((name) => name !== ownModel && !isPinned(name));
    return models.includes(ownModel) ? [ownModel, ...others] : others;
  }

  /**
   * Of models in memory, the least recently used first, those that have to leave for another one
   * because of the memory that they take, as far as that is known now.
   */
  overflow(model: string, others: string[]): string[] {
    const { sizes, view } = this.#options;
    const need = sizes.known(model);
    if (need === undefined || view.rules === "none" || !view.limits.isCertain) return [];
    // It is there already, whatever the limit says of that.
    if (sizes.loadedBytes(model) !== undefined && !this.#maker.isLeaving(model)) return [];
    let excess = need - view.limits.limitBytes;
    for (const other of others) excess += sizes.loadedBytes(other) ?? 0;
    const toLeave: string[] = [];
    for (const other of this.leaving(others)) {
      if (excess <= 0) return toLeave;
      excess -= sizes.loadedBytes(other) ?? 0;
      toLeave.push(other);
    }
    // It does not fit even so: no need to have all others leave.
    return excess <= 0 ? toLeave : [];
  }

  /** Whether a model fits beside what is there now, as far as known. @throws ServiceError. */
  async isFreeFor(model: string): Promise<boolean> {
    const { view, sizes, pressure } = this.#options;
    if (view.rules === "none") return false;
    const { models, state } = await view.look();
    const need = await sizes.needOf(model, undefined);
    const isCrowded = models.length >= (state.mostLoaded ?? Infinity);
    if (isCrowded || state.usedShare > pressure) return false;
    return bytesTogether(models) + (need?.bytes ?? 0) <= state.limitBytes;
  }

  #isThere(model: string, numCtx: number | undefined): boolean {
    const { isLoaded, sizes } = this.#options;
    if (!isLoaded(model)) return false;
    return numCtx === undefined || numCtx <= (sizes.loadedContext(model) ?? 0);
  }

  async #assertFits(model: string, numCtx: number | undefined): Promise<void> {
    const shortage = await this.#shortageOf(model, numCtx).catch(() => undefined);
    if (!shortage) return;
    this.#options.onRefused();
    throw insufficientMemory(shortage);
  }

  /** Why a model cannot be in memory; undefined where it can, or where that cannot be told. */
  async #shortageOf(model: string, numCtx: number | undefined): Promise<Shortage | undefined> {
    const { view, sizes } = this.#options;
    if (view.rules === "none") return undefined;
    const models = await view.models();
    // Most models are there, and what they take need not be found out.
    const there = models.find(({ name }) => name === model);
    if (there && (numCtx ?? 0) <= (there.listed.context_length ?? 0)) return undefined;
    return this.#shortage(model, await sizes.needOf(model, numCtx), models);
  }

  #shortage(
    model: string,
    need: ModelNeed | undefined,
    models: ViewedModel[],
  ): Shortage | undefined {
    const { limits, mostLoaded } = this.#options.view;
    const there = models.find(({ name }) => name === model);
    const isThere = there && need && (there.listed.context_length ?? need.context) === need.context;
    const others = models.filter(({ name }) => name !== model);
    const pinned = others.filter(({ isPinned }) => isPinned);
    const isCrowded = !there && pinned.length >= (mostLoaded ?? Infinity);
    const isAbove =
      need !== undefined &&
      limits.isCertain &&
      need.bytes + bytesTogether(pinned) > limits.limitBytes;
    if (isThere || (!isCrowded && !isAbove)) return undefined;
    const { limitBytes } = limits;
    return { model, need, limitBytes, mostLoaded, isCrowded, loaded: others, pinned };
  }

  async #makeFor(model: string, numCtx: number | undefined): Promise<MadeRoom> {
    const { view, sizes, onUnfit } = this.#options;
    if (view.rules === "none") return NONE;
    const need = await sizes.needOf(model, numCtx).catch(() => undefined);
    // Last: what follows is decided before anything else can happen.
    const models = await view.models();
    const shortage = this.#shortage(model, need, models);
    if (shortage) onUnfit(shortage);
    return this.#maker.make(model, shortage ? 0 : (need?.bytes ?? 0), models);
  }
}

/**
 * The context that a request needs: what it asks for, which is the client's and of any shape, or
 * what its model's lane gives where that is less.
 */
function numCtxOf({ options, lane }: LoadHints): number | undefined {
  const asked = options?.["num_ctx"];
  const size = lane?.size();
  if (typeof asked !== "number" || asked <= 0) return size;
  return Math.min(asked, size ?? asked);
}
