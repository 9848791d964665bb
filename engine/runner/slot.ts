import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { commonPrefix } from "./prefix.ts";
import type { Rounds, Step } from "./rounds.ts";

type SlotOptions = {
  readonly sequence: LlamaContextSequence;
  /** The sequence's number in its context. */
  readonly order: number;
  readonly rounds: Rounds;
  readonly block: number;
  /** The number of cores of a reproducible decode. */
  readonly cores: number;
};

/** A sequence, and how much of its memory may be used again. */
export class Slot {
  readonly sequence: LlamaContextSequence;
  /** Tokens of a prompt that are read in one decode. */
  readonly block: number;
  readonly #rounds: Rounds;
  readonly #order: number;
  readonly #cores: number;
  /**
   * Leading tokens that were read in whole blocks, alone in their decode and on the usual cores.
   * Their numbers are bit for bit those of a fresh start.
   */
  #settled = 0;
  /** Leading tokens that were computed with all tokens before them in memory. */
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
   * How many tokens of this prompt need not be read again. The last token is never among them: its
   * output is the first token of the answer. `exactly`: only tokens that are bit for bit as if read
   * now.
   */
  reusable(prompt: readonly Token[], exactly: boolean): number {
    const shared = commonPrefix(this.sequence.contextTokens, prompt.slice(0, -1));
    if (!exactly) return Math.min(shared, this.#sound);
    return this.#wholeBlocks(Math.min(shared, this.#settled));
  }

  /**
   * Drops everything but what `prompt` can use again, and returns the number of tokens that are
   * kept.
   */
  async keep(prompt: readonly Token[], exactly: boolean): Promise<number> {
    const count = this.reusable(prompt, exactly);
    if (count > 0) await this.sequence.adaptStateToTokens(prompt.slice(0, count), false);
    // Some kinds of memory can only be cut further back than requested.
    const kept = this.sequence.nextTokenIndex;
    const useful = count > 0 && (kept === count || !exactly);
    if (!useful && kept > 0) await this.sequence.clearHistory();
    const left = useful ? kept : 0;
    this.#settled = Math.min(this.#settled, this.#wholeBlocks(left));
    this.#sound = Number.POSITIVE_INFINITY;
    return left;
  }

  /**
   * Reads the tokens from `from` to `to` of a prompt; `alone` when nothing else is in the same
   * decode.
   */
  async read(prompt: readonly Token[], from: number, to: number, alone: boolean): Promise<void> {
    await this.sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(from, to));
    // Another model may have changed the number of cores meanwhile.
    const exact = alone && this.sequence.context.currentThreads === this.#cores;
    if (exact && this.#settled === from && to - from === this.block) this.#settled = to;
  }

  /** Drops tokens out of the middle. The tokens behind them were computed with the dropped ones. */
  async drop(start: number, end: number): Promise<void> {
    this.#sound = Math.min(this.#sound, start);
    this.#settled = Math.min(this.#settled, this.#wholeBlocks(start));
    await this.sequence.eraseContextTokenRanges([{ start, end }]);
  }

  /** After a failed decode nothing in memory may be used again. */
  invalidate(): void {
    this.#sound = 0;
    this.#settled = 0;
  }

  #wholeBlocks(count: number): number {
    return count - (count % this.block);
  }
}

/**
 * The free slot for a prompt: the one that holds most of it, if that is at least half of the prompt
 * or of what the slot holds. Otherwise the least recently used one, which comes first. A beginning
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
