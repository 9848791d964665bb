import { ServiceError } from "../../errors/service-error.ts";
import { canonicalModel } from "../model-name.ts";
import type { IdleUnloader } from "./idle-unloader.ts";
import type { MemoryLook, MemoryView } from "./memory-view.ts";
import type { Pins } from "./pins.ts";
import { nextToUnload, type MemoryModel, type UnloadReason } from "./unload-choice.ts";

interface MemoryManagerOptions {
  view: Pick<MemoryView, "look" | "rules">;
  unloader: Pick<IdleUnloader, "unload">;
  pins: Pins;
  /** Names of the installed models. @throws ServiceError when the server is away. */
  installed: () => Promise<string[]>;
  idleMs: number;
  pressure: number;
  checkMs: number;
  onUnload: (model: string, reason: UnloadReason, freedBytes: number) => void;
  /** Told of what is in memory when nothing is to be unloaded any more. */
  onChecked?: ((look: MemoryLook) => void) | undefined;
  /** Told of what went wrong with a model, or with a look at all. */
  onFault: (err: unknown, model?: string) => void;
}

/**
 * Unloads models that have been idle for long enough, sooner where memory is tight, one at a time. A
 * model is never unloaded under a request: its requests wait until that is done.
 */
export class MemoryManager {
  readonly name = "memory";
  readonly #options: MemoryManagerOptions;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> | undefined;
  #hasStopped = false;

  constructor(options: MemoryManagerOptions) {
    this.#options = options;
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
    this.#options.pins.add(model);
  }

  /** Ends that. @returns whether it was pinned. */
  unpin(model: string): boolean {
    return this.#options.pins.remove(model);
  }

  /**
   * Takes a model out of memory, because somebody has asked for it.
   * @throws ServiceError `model_in_use` for one that is at work, or pinned; what the server says.
   */
  async unload(model: string): Promise<void> {
    const { pins, unloader } = this.#options;
    const name = canonicalModel(model);
    if (pins.has(name)) throw inUse(`The model '${model}' is pinned`);
    if (!(await unloader.unload(name))) throw inUse(`The model '${model}' is at work`);
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
    const { view, pins, installed, idleMs, pressure, onChecked } = this.#options;
    if (!pins.isEmpty) pins.keepOnly(await installed());
    if (view.rules === "none") return;
    // Each at most once: one that stays all the same is looked at again with the next check.
    const tried = new Set<string>();
    while (!this.#hasStopped) {
      const look = await view.look();
      const left = look.models.filter(({ name }) => !tried.has(name));
      const next = nextToUnload(left, look.state, { idleMs, pressure });
      if (!next) return onChecked?.(look);
      tried.add(next.model.name);
      await this.#letGo(next.model, next.reason);
    }
  }

  async #letGo({ name, bytes }: MemoryModel, reason: UnloadReason): Promise<void> {
    const { unloader, onUnload, onFault } = this.#options;
    try {
      // Meanwhile it may have been used again.
      if (await unloader.unload(name)) onUnload(name, reason, bytes);
    } catch (err) {
      onFault(err, name);
    }
  }
}

function inUse(message: string): ServiceError {
  return new ServiceError("model_in_use", message, { param: "name" });
}
