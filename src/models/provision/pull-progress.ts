import type { ModelProgress } from "../changes/progress.ts";

/** Parts of a model that are counted; it has a dozen. */
const MAX_PARTS = 1024;

interface Part {
  completed: number;
  total: number;
}

/** How much of a model is there: the sum of its parts, which show as the server gets to them. */
export class PullProgress {
  readonly #parts = new Map<string, Part>();
  completedBytes = 0;
  totalBytes = 0;

  /** Takes a line of the pull. @returns whether the figures are others now. */
  read({ digest, total, completed = 0 }: ModelProgress): boolean {
    if (digest === undefined || total === undefined) return false;
    const before = this.#parts.get(digest) ?? { completed: 0, total: 0 };
    if (this.#parts.size >= MAX_PARTS && !this.#parts.has(digest)) return false;
    if (before.completed === completed && before.total === total) return false;
    this.#parts.set(digest, { completed, total });
    this.completedBytes += completed - before.completed;
    this.totalBytes += total - before.total;
    return true;
  }

  /** Whole tenths that are there. A model of no size is there. */
  get tenths(): number {
    return this.totalBytes === 0 ? 10 : Math.floor((10 * this.completedBytes) / this.totalBytes);
  }
}
