import { availableParallelism } from "node:os";
import type { Llama } from "node-llama-cpp";

/** How many of the machine's cores a decode of llama.cpp computes on. */
export type CoreCounts = {
  readonly usual: number;
  /** When all may be used. */
  readonly most: number;
};

/**
 * llama.cpp's threads wait by spinning: as many as there are cores starve each other as soon as
 * anything else wants one, so one core is usually left free.
 */
export function coreCounts(cores = availableParallelism()): CoreCounts {
  return { usual: Math.max(1, cores - 1), most: cores };
}

/** What limits the cores of all contexts of one llama.cpp. */
export class Cores {
  readonly usual: number;
  /** What a context is made with: the most it can ever have. */
  readonly most: number;
  readonly #llama: Pick<Llama, "maxThreads">;
  #unlimited = 0;

  /** With a graphics card there is nothing to gain from one core more. */
  constructor(llama: Pick<Llama, "gpu" | "maxThreads">, { usual, most }: CoreCounts) {
    this.#llama = llama;
    this.usual = usual;
    this.most = llama.gpu === false ? most : usual;
  }

  get hasSpare(): boolean {
    return this.most > this.usual;
  }

  /** Sets what decodes that begin from now on compute on: all cores, or one less. */
  use(all: boolean): void {
    this.#llama.maxThreads = all || this.#unlimited > 0 ? this.most : this.usual;
  }

  /**
   * Does something for whose time all cores may be used: making a context, which keeps the limit of
   * that moment as its own, or work on a context beside others, which would wait for a core else.
   */
  async whileUnlimited<T>(work: () => Promise<T>): Promise<T> {
    this.#unlimited += 1;
    this.use(true);
    try {
      return await work();
    } finally {
      this.#unlimited -= 1;
      this.use(false);
    }
  }
}
