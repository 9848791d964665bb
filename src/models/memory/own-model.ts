import type { Part } from "../../runtime/lifecycle.ts";
import type { ViewedModel } from "./memory-view.ts";

interface OwnModelOptions {
  /** Its canonical name. */
  model: string;
  /** Whether it is installed, and fits beside what is there. @throws ServiceError. */
  mayLoad: () => Promise<boolean>;
  /** Loads it. @returns whether it is in memory then. @throws ServiceError. */
  load: () => Promise<boolean>;
  /** Told of a load that has failed. */
  onFault: (err: unknown) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
  firstPauseMs?: number;
}

const FIRST_PAUSE_MS = 2000;
/** Pauses grow by this. */
const GROWTH = 3;
/** Tries without success, or with a short one: with these pauses they go on for 40 minutes. */
const MAX_TRIES = 8;
/** One that has been there for so long was not loaded in vain: tries are counted anew. */
const LASTING_MS = 10 * 60_000;

/**
 * Has the embedding model of the response cache in memory while there is room: soon after the server
 * is up, and again when others have pushed it out. It makes no room for itself, and gives way where
 * that goes on: pauses grow, and after some tries it is left to the first question that needs it. A
 * model whose keep_alive has ended was not pushed out, and is not loaded again.
 */
export class OwnModel implements Part {
  readonly name = "embedding model of the cache";
  readonly #options: OwnModelOptions;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #hasStopped = false;
  /** When it would leave by itself, as last seen; undefined while it is not in memory. */
  #expiresAt: number | undefined;
  #thereSince = 0;

  constructor(options: OwnModelOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** A server has come up, with nothing in memory. */
  serverUp(): void {
    this.#tries = 0;
    this.#expiresAt = undefined;
    this.#tryIn(0);
  }

  /** What is in memory, as it was just seen. */
  seen(models: readonly ViewedModel[]): void {
    const own = models.find(({ name }) => name === this.#options.model);
    const now = this.#now();
    if (own) {
      if (this.#expiresAt === undefined) this.#thereSince = now;
      else if (now - this.#thereSince >= LASTING_MS) this.#tries = 0;
      this.#expiresAt = Date.parse(own.listed.expires_at);
      return;
    }
    const wasPushedOut = this.#expiresAt !== undefined && this.#expiresAt > now;
    this.#expiresAt = undefined;
    if (wasPushedOut) this.#tryAgain();
  }

  /** It was unloaded because nobody used it. */
  leftIdle(): void {
    this.#expiresAt = undefined;
  }

  stop(): void {
    this.#hasStopped = true;
    clearTimeout(this.#timer);
  }

  #tryAgain(): void {
    const { firstPauseMs = FIRST_PAUSE_MS } = this.#options;
    if (this.#tries >= MAX_TRIES || this.#timer) return;
    this.#tryIn(firstPauseMs * GROWTH ** Math.max(0, this.#tries - 1));
  }

  #tryIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#hasStopped) return;
    this.#timer = setTimeout(() => void this.#try(), ms).unref();
  }

  async #try(): Promise<void> {
    this.#timer = undefined;
    this.#tries += 1;
    try {
      const { mayLoad, load } = this.#options;
      if ((await mayLoad()) && (await load())) return;
    } catch (err) {
      if (!this.#hasStopped) this.#options.onFault(err);
    }
    this.#tryAgain();
  }
}
