import { awakeNow } from "../../runtime/awake-clock.ts";

interface Use {
  running: number;
  lastUsedAt: number;
  /** Until when a client or the operator wants it kept; the latest wish holds. */
  keptUntil: number | undefined;
}

/** Models whose use is remembered. Names have at most 512 characters: half a megabyte in all. */
const MAX_REMEMBERED = 500;

interface ModelUseOptions {
  now?: () => number;
  /** How long the operator wants an idle model kept where its request says nothing. */
  keepMs?: (model: string) => number | undefined;
}

/**
 * When each model was last used through the service, and by how many requests it is now. Ollama
 * tells neither. Names are canonical; times on the clock of `awakeNow`.
 */
export class ModelUse {
  readonly #now: () => number;
  readonly #keepMs: NonNullable<ModelUseOptions["keepMs"]>;
  readonly #uses = new Map<string, Use>();

  constructor({ now = awakeNow, keepMs = () => undefined }: ModelUseOptions = {}) {
    this.#now = now;
    this.#keepMs = keepMs;
  }

  /** A request is sent to a model. @returns to be called once when it has ended. */
  begin(model: string, keepAliveMs: number | undefined): () => void {
    const use = this.#entry(model);
    use.running += 1;
    return () => {
      use.running -= 1;
      use.lastUsedAt = this.#now();
      const keptMs = keepAliveMs ?? this.#keepMs(model);
      use.keptUntil = keptMs === undefined ? undefined : use.lastUsedAt + keptMs;
    };
  }

  /** The service brings a model into memory by itself, which counts as a use. */
  loaded(model: string): void {
    this.#entry(model).lastUsedAt = this.#now();
  }

  /** What is known of a model; undefined for one that was not used. */
  of(model: string): Readonly<Use> | undefined {
    return this.#uses.get(model);
  }

  /** The server was replaced: what was in memory is gone, and with it every wish. */
  reset(): void {
    for (const [model, { running }] of this.#uses) if (running === 0) this.#uses.delete(model);
  }

  #entry(model: string): Use {
    const use = this.#uses.get(model) ?? { running: 0, lastUsedAt: 0, keptUntil: undefined };
    // The least recently used stands first.
    this.#uses.delete(model);
    this.#uses.set(model, use);
    this.#forgetOldest();
    return use;
  }

  #forgetOldest(): void {
    for (const [model, { running }] of this.#uses) {
      if (this.#uses.size <= MAX_REMEMBERED) return;
      if (running === 0) this.#uses.delete(model);
    }
  }
}
