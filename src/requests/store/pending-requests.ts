import type { EndedRequest } from "../ended-request.ts";

interface PendingRequestsOptions {
  /** The most that wait; further ones are dropped and counted. */
  most: number;
  /** How many make a batch. */
  batch: number;
}

/** Requests that wait to be written, in the order in which they ended. */
export class PendingRequests {
  readonly #options: PendingRequestsOptions;
  #waiting: EndedRequest[] = [];
  /** The batch that is being written, as the thread takes it. */
  #batch: { json: string; count: number } | undefined;
  #lost = 0;

  constructor(options: PendingRequestsOptions) {
    this.#options = options;
  }

  /** How many wait, with those of the batch that is being written. */
  get size(): number {
    return this.#waiting.length + (this.#batch?.count ?? 0);
  }

  /** How many were dropped. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether there is a full batch. */
  get isLarge(): boolean {
    return this.#waiting.length >= this.#options.batch;
  }

  /** @returns false where there is no room. */
  add(request: EndedRequest): boolean {
    if (this.size >= this.#options.most) {
      this.#lost += 1;
      return false;
    }
    this.#waiting.push(request);
    return true;
  }

  /** The oldest batch, the same until it is dropped; undefined where nothing waits. */
  peek(): string | undefined {
    if (!this.#batch && this.#waiting.length > 0) {
      const requests = this.#waiting.splice(0, this.#options.batch);
      this.#batch = { json: JSON.stringify(requests), count: requests.length };
    }
    return this.#batch?.json;
  }

  /** The oldest batch is written. */
  drop(): void {
    this.#batch = undefined;
  }

  /** The oldest batch will never be written. @returns how many it had. */
  giveUp(): number {
    const { count } = this.#batch ?? { count: 0 };
    this.#lost += count;
    this.#batch = undefined;
    return count;
  }

  /** Gives all of them up. */
  clear(): void {
    this.#lost += this.size;
    this.#waiting = [];
    this.#batch = undefined;
  }
}
