import type { KeptRun } from "../../workers/request-store/agents/kept-run.ts";

interface PendingRunsOptions {
  /** The most that wait, in number and in bytes of JSON; further ones are dropped and counted. */
  most: number;
  mostBytes: number;
  /** How many make a batch. */
  batch: number;
}

/** A run's latest state, as the thread takes it. */
interface Waiting {
  json: string;
  project: string;
  tenant: string;
}

/** The latest states of runs that wait to be written. */
export class PendingRuns {
  readonly #options: PendingRunsOptions;
  /** By the ids of their runs. */
  readonly #waiting = new Map<string, Waiting>();
  #bytes = 0;
  /** Those that are being written. */
  #batch: readonly [string, Waiting][] = [];
  #lost = 0;

  constructor(options: PendingRunsOptions) {
    this.#options = options;
  }

  /** How many wait, with those that are being written. */
  get size(): number {
    return this.#waiting.size + this.#batch.length;
  }

  /** How many were dropped. */
  get lost(): number {
    return this.#lost;
  }

  /** A run's earlier state that waits is replaced. @returns false where there is no room. */
  set(run: KeptRun): boolean {
    const json = JSON.stringify(run);
    const before = this.#waiting.get(run.id);
    const { most, mostBytes } = this.#options;
    const bytes = this.#bytes + json.length - (before?.json.length ?? 0);
    if (bytes > mostBytes || (!before && this.size >= most)) {
      this.#lost += 1;
      return false;
    }
    this.#bytes = bytes;
    this.#waiting.set(run.id, { json, project: run.project, tenant: run.tenant });
    return true;
  }

  /** The oldest batch, the same until it is dropped, as an array in JSON; undefined where nothing waits. */
  peek(): string | undefined {
    if (this.#batch.length === 0) {
      this.#batch = [...this.#waiting].slice(0, this.#options.batch);
      for (const [id, { json }] of this.#batch) {
        this.#waiting.delete(id);
        this.#bytes -= json.length;
      }
    }
    if (this.#batch.length === 0) return undefined;
    return `[${this.#batch.map(([, { json }]) => json).join(",")}]`;
  }

  /** The oldest batch is written. */
  drop(): void {
    this.#batch = [];
  }

  /** The oldest batch will never be written. @returns how many it had. */
  giveUp(): number {
    const count = this.#batch.length;
    this.#lost += count;
    this.#batch = [];
    return count;
  }

  /** Nothing of a project waits any more. What the thread has already is not called back. */
  forget(forgotten: string): void {
    const isOf = ({ project, tenant }: Waiting): boolean =>
      project === forgotten || tenant === forgotten;
    this.#batch = this.#batch.filter(([, waiting]) => !isOf(waiting));
    for (const [id, waiting] of this.#waiting) {
      if (!isOf(waiting)) continue;
      this.#waiting.delete(id);
      this.#bytes -= waiting.json.length;
    }
  }

  /** Gives all of them up. */
  clear(): void {
    this.#lost += this.size;
    this.#waiting.clear();
    this.#bytes = 0;
    this.#batch = [];
  }
}
