/**
 * Counts what llama.cpp has finished: tokens decoded, blocks of prompts read, texts embedded,
 * models unloaded. So progress is visible without a clock.
 */
export class Progress {
  #done = 0;
  #tokens = 0;

  /** Pieces of work that have ended since the start. */
  get done(): number {
    return this.#done;
  }

  /** Tokens that llama.cpp is working on. */
  get tokensUnderWay(): number {
    return this.#tokens;
  }

  /** Work on so many tokens begins; `ended` follows with the same figure. */
  began(tokens: number): void {
    this.#tokens += tokens;
  }

  ended(tokens: number): void {
    this.#tokens -= tokens;
    this.#done += 1;
  }
}
