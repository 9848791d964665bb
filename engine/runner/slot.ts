import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { commonPrefix } from "./prefix.ts";
import type { Rounds, Step } from "./rounds.ts";

type SlotOptions = {
  readonly sequence: LlamaContextSequence;
  /** The sequence's number in its context. */
  readonly order: number;
  readonly rounds: Rounds;
  readonly block: number;
  /** Cores an exact decode computes on. */
  readonly cores: number;
};

/** A sequence, and how far what it has in memory may be used again. */
export class Slot {
  readonly sequence: LlamaContextSequence;
  /** Tokens of a prompt that are read in one go. */
  readonly block: number;
  readonly #rounds: Rounds;
  readonly #order: number;
  readonly #cores: number;
  /**
   * Leading tokens read in whole blocks with nothing else in the same decode, on the usual cores:
   * their numbers are bit for bit those of a fresh start.
   */
  #settled = 0;
  /** Leading tokens that have seen all that stands before them. */
  #sound = Number.POSITIVE_INFINITY;

  constructor({ sequence, order, rounds, block, cores }: SlotOptions) {
    this.sequence = sequence;
    this.block = block;
    this.#rounds = rounds;
    this.#order = order;
    this.#cores = cores;
  }

  /** Runs a step of this sequence in the next round of its context. */
  inRound<T>(step: Step<T>): Promise<T> {
    return this.#rounds.run(this.#order, step);
  }

  /**
   * How many tokens of this prompt need not be read again; never the last one, whose outcome is the
   * answer's first token. `exactly`: only those that are bit for bit as if read now.
   */
  reusable(prompt: readonly Token[], exactly: boolean): number {
    const shared = commonPrefix(this.sequence.contextTokens, prompt.slice(0, -1));
    if (!exactly) return Math.min(shared, this.#sound);
    return this.#wholeBlocks(Math.min(shared, this.#settled));
  }

  /** Forgets all but what `prompt` can use again, and returns how much that is. */
  async keep(prompt: readonly Token[], exactly: boolean): Promise<number> {
    const count = this.reusable(prompt, exactly);
    if (count > 0) await this.sequence.adaptStateToTokens(prompt.slice(0, count), false);
    // Some kinds of memory can only be cut further back than asked.
    const kept = this.sequence.nextTokenIndex;
    const useful = count > 0 && (kept === count || !exactly);
    if (!useful && kept > 0) await this.sequence.clearHistory();
    const left = useful ? kept : 0;
    this.#settled = Math.min(this.#settled, this.#wholeBlocks(left));
    this.#sound = Number.POSITIVE_INFINITY;
    return left;
  }

  /** Reads the tokens from `from` to `to` of a prompt; `alone` when nothing else decodes beside. */
  async read(prompt: readonly Token[], from: number, to: number, alone: boolean): Promise<void> {
    await this.sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(from, to));
    // Another model at work may have taken cores, or given some.
    const exact = alone && this.sequence.context.currentThreads === this.#cores;
    if (exact && this.#settled === from && to - from === this.block) this.#settled = to;
  }

  /** Drops tokens out of the middle; what follows has seen what is no longer there. */
  async drop(start: number, end: number): Promise<void> {
    this.#sound = Math.min(this.#sound, start);
    this.#settled = Math.min(this.#settled, this.#wholeBlocks(start));
    await this.sequence.eraseContextTokenRanges([{ start, end }]);
  }

  /** After a failed decode nothing in memory is trusted. */
  invalidate(): void {
    this.#sound = 0;
    this.#settled = 0;
  }

  #wholeBlocks(count: number): number {
    return count - (count % this.block);
  }
}

/**
 * The free slot for a prompt: the one that holds most of it, if that is a good part of the prompt
 * or of what the slot holds. Otherwise the one used longest ago, which comes first: a beginning
 * that many conversations share is no reason to overwrite the latest of them.
 */
export function chooseSlot(
  free: readonly Slot[],
  prompt: readonly Token[],
  exactly: boolean,
): number {
  const shares = free.map((slot) => slot.reusable(prompt, exactly));
  const most = Math.max(...shares);
  const best = shares.indexOf(most);
  const held = free[best]?.sequence.nextTokenIndex ?? 0;
  return most * 2 >= Math.min(prompt.length, held) ? best : 0;
}
