import { LightSignal, type Signal } from "../../runtime/light-signal.ts";
import { deferred } from "../../runtime/deferred.ts";
import { unlessAborted } from "../../runtime/unless-aborted.ts";
import type { ModelProgress } from "./progress.ts";

/** Lines that are kept for watchers to come; a model has a dozen parts. */
const MAX_KEPT = 512;

interface Watcher {
  /** What it has still to be given: of each part the latest line only. */
  pending: Map<string, ModelProgress>;
  wake: () => void;
}

interface SharedPullOptions {
  /**
   * Downloads, and tells of each line. Lines with a `digest` say how large the model is.
   * @throws what the watchers are given.
   */
  download: (report: (line: ModelProgress) => void, signal: LightSignal) => Promise<void>;
  /** Called once, when nobody may join any more. */
  onClose: () => void;
}

/** One download with many watchers. Those who leave stop nothing, not even the last of them. */
export class SharedPull {
  /** Settles with the download; rejects with why it has failed or was cancelled. */
  readonly ended: Promise<void>;
  readonly #signal = new LightSignal();
  readonly #lines = new Map<string, ModelProgress>();
  readonly #watchers = new Set<Watcher>();
  readonly #sized = deferred<void>();
  readonly #onClose: () => void;
  #hasEnded = false;
  #isClosed = false;

  constructor({ download, onClose }: SharedPullOptions) {
    this.#onClose = onClose;
    this.ended = this.#run(download);
    // Watchers get the error; without watchers it is no unhandled rejection.
    this.ended.catch(() => {});
  }

  /** Settles as soon as the first size is known, or the download has ended. Never rejects. */
  get sized(): Promise<void> {
    return this.#sized.promise;
  }

  /** @throws as `ended`, where it has. */
  async throwIfFailed(): Promise<void> {
    if (this.#hasEnded) await this.ended;
  }

  /** Cancels the download for all its watchers, with the reason that they are given. */
  cancel(reason: Error): void {
    this.#close();
    this.#signal.abort(reason);
  }

  /**
   * The lines so far, then those to come until the end. A slow watcher misses figures.
   * @throws as `ended`; the signal's reason.
   */
  async *watch(signal: Signal): AsyncGenerator<ModelProgress> {
    const pending = new Map(this.#lines);
    const watcher: Watcher = { pending, wake: () => {} };
    this.#watchers.add(watcher);
    try {
      for (;;) {
        const [next] = pending;
        if (next) {
          const [key, line] = next;
          pending.delete(key);
          yield line;
        } else if (this.#hasEnded) {
          return await this.ended;
        } else {
          const woken = deferred<void>();
          watcher.wake = woken.resolve;
          await unlessAborted(woken.promise, signal);
        }
      }
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  async #run(download: SharedPullOptions["download"]): Promise<void> {
    try {
      await download((line) => this.#report(line), this.#signal);
    } catch (err) {
      throw this.#signal.aborted ? this.#signal.reason : err;
    } finally {
      this.#hasEnded = true;
      this.#close();
      this.#sized.resolve();
      for (const { wake } of this.#watchers) wake();
    }
  }

  #report(line: ModelProgress): void {
    const key = line.digest ?? line.status;
    keep(this.#lines, key, line);
    for (const { pending, wake } of this.#watchers) {
      keep(pending, key, line);
      wake();
    }
    if (line.digest !== undefined) this.#sized.resolve();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }
}

/** In the place of an earlier line about the same, else at the end. */
function keep(lines: Map<string, ModelProgress>, key: string, line: ModelProgress): void {
  lines.set(key, line);
  if (lines.size <= MAX_KEPT) return;
  const [oldest] = lines.keys();
  if (oldest !== undefined) lines.delete(oldest);
}
