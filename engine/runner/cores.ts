import { availableParallelism } from "node:os";
import type { Llama } from "node-llama-cpp";

/** How many of the machine's cores a decode of llama.cpp computes on. */
export type CoreCounts = {
  readonly usual: number;
  /** With all cores. */
  readonly most: number;
};

/**
 * llama.cpp's threads wait by spinning. With as many threads as cores they starve each other as
 * soon as another program needs a core, so one core is usually left free.
 */
export function coreCounts(cores = availableParallelism()): CoreCounts {
  return { usual: Math.max(1, cores - 1), most: cores };
}

/** The limit of cores for all contexts of one llama.cpp. */
export class Cores {
  readonly usual: number;
  /** The number of threads that a context is created with, which is its limit. */
  readonly most: number;
  readonly #llama: Pick<Llama, "maxThreads">;
  #unlimited = 0;

  /** With a GPU one core more gains nothing. */
  constructor(llama: Pick<Llama, "gpu" | "maxThreads">, { usual, most }: CoreCounts) {
    this.#llama = llama;
    this.usual = usual;
    this.most = llama.gpu === false ? most : usual;
  }

  get hasSpare(): boolean {
    return this.most > this.usual;
  }

  /** Sets the cores of all decodes that begin from now on: all cores, or one less. */
  use(all: boolean): void {
    this.#llama.maxThreads = all || this.#unlimited > 0 ? this.most : this.usual;
  }

  /**
   * Lets `work` use all cores. Needed for creating a context, which keeps the limit of that moment,
   * and for work on one context beside others, which would otherwise wait for a core.
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
