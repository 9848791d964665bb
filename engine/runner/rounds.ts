import { Progress } from "../watch/progress.ts";
import type { Cores } from "./cores.ts";
import { SpareCore } from "./spare-core.ts";

/** The step of one sequence in a round. */
export type Step<T> = {
  /** Tokens that the step decodes; 0 where it only changes memory. */
  readonly tokens: number;
  /** Alone, the step must give bit for bit the same numbers every time. */
  readonly exactly?: boolean;
  /**
   * `alone`: the round has no other step. A round ends with its slowest step, so a step must wait
   * for nothing but llama.cpp.
   */
  readonly take: (alone: boolean) => Promise<T>;
};

type Waiting = {
  readonly order: number;
  readonly tokens: number;
  readonly exactly: boolean;
  readonly go: (alone: boolean) => void;
};

type Round = { readonly tokens: number; readonly spare: boolean; readonly startedAt: number };

/**
 * Runs the sequences of one context in rounds, so that each decode of llama.cpp holds all of them.
 * Without rounds node-llama-cpp (3.22) starts the next decode as soon as any sequence has requested
 * one: requests that come a moment later always miss it, and two streams decode in turns.
 *
 * Between two rounds nothing decodes. Then a sequence's memory can be changed: the library holds
 * its context lock as long as any sequence has a next token queued.
 */
export class Rounds {
  readonly #spareCore = new SpareCore();
  readonly #cores: Pick<Cores, "hasSpare" | "use">;
  readonly #progress: Progress;
  #waiting: Waiting[] = [];
  #running = 0;
  #starting = false;
  #round: Round | undefined;

  constructor(cores: Pick<Cores, "hasSpare" | "use">, progress = new Progress()) {
    this.#cores = cores;
    this.#progress = progress;
  }

  /**
   * Runs one step in the next round. `order` is the sequence's number: llama.cpp decodes sequences
   * in one pass only as long as their numbers rise by one, and splits a batch that is out of order.
   */
  async run<T>(order: number, { tokens, exactly = false, take }: Step<T>): Promise<T> {
    const alone = await new Promise<boolean>((go) => {
      this.#waiting.push({ order, tokens, exactly, go });
      this.#start();
    });
    this.#progress.began(tokens);
    try {
      return await take(alone);
    } finally {
      this.#progress.ended(tokens);
      this.#running -= 1;
      this.#start();
    }
  }

  /**
   * The sequences of the last round have until the event loop's next turn to request their next
   * step.
   */
  #start(): void {
    if (this.#running > 0) return;
    this.#end();
    if (this.#starting || this.#waiting.length === 0) return;
    this.#starting = true;
    setImmediate(() => {
      this.#starting = false;
      const members = this.#waiting.toSorted((a, b) => a.order - b.order);
      this.#waiting = [];
      this.#running = members.length;
      this.#begin(members);
      for (const { go } of members) go(members.length === 1);
    });
  }

  #begin(members: readonly Waiting[]): void {
    if (!this.#cores.hasSpare) return;
    const [first] = members;
    const mayVary = members.length > 1 || !first?.exactly;
    const tokens = members.reduce((sum, member) => sum + member.tokens, 0);
    const spare = mayVary && this.#spareCore.shouldUse(tokens);
    this.#cores.use(spare);
    // A change of memory takes time that says nothing about decoding.
    const onlyDecodes = members.every((member) => member.tokens > 0);
    if (onlyDecodes) this.#round = { tokens, spare, startedAt: performance.now() };
  }

  #end(): void {
    if (!this.#round) return;
    const { tokens, spare, startedAt } = this.#round;
    this.#round = undefined;
    this.#spareCore.learn(tokens, spare, performance.now() - startedAt);
  }
}
