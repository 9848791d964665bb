import type { PullStatus } from "../sources/source.ts";

type Work = (report: (status: PullStatus) => void, signal: AbortSignal) => Promise<void>;
type Follower = { readonly queue: PullStatus[]; wake: () => void };

/** One download with any number of followers. It is cancelled when the last of them leaves. */
export class PullJob {
  /** Settles when the work is over, however it ended. */
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();
  readonly #followers = new Set<Follower>();
  #latest: PullStatus | undefined;
  #outcome: { ok: true } | { ok: false; err: unknown } | undefined;

  constructor(work: Work) {
    this.ended = work((status) => this.#report(status), this.#abort.signal).then(
      () => this.#settle({ ok: true }),
      (err: unknown) => this.#settle({ ok: false, err }),
    );
  }

  /** The last follower has left. A later request needs a new download. */
  get cancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  /**
   * The lines from now on, beginning with the latest, until `signal` aborts. Throws what the work
   * threw.
   */
  async *follow(signal: AbortSignal): AsyncGenerator<PullStatus, void> {
    const follower: Follower = { queue: this.#latest ? [this.#latest] : [], wake: () => {} };
    this.#followers.add(follower);
    const leave = () => follower.wake();
    signal.addEventListener("abort", leave);
    try {
      while (!signal.aborted) {
        const next = follower.queue.shift();
        if (next) {
          yield next;
        } else if (this.#outcome) {
          if (!this.#outcome.ok) throw this.#outcome.err;
          return;
        } else {
          await new Promise<void>((resolve) => {
            follower.wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener("abort", leave);
      this.#followers.delete(follower);
      if (this.#followers.size === 0) this.#abort.abort();
    }
  }

  #report(status: PullStatus): void {
    this.#latest = status;
    for (const { queue, wake } of this.#followers) {
      // A slow reader gets the latest figure of a layer, not all of them.
      if (queue.at(-1)?.digest !== undefined && queue.at(-1)?.digest === status.digest) queue.pop();
      queue.push(status);
      wake();
    }
  }

  #settle(outcome: { ok: true } | { ok: false; err: unknown }): void {
    this.#outcome = outcome;
    for (const follower of this.#followers) follower.wake();
  }
}
