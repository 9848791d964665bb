/**
 * What llama.cpp gets done, counted: tokens decoded, blocks of prompts read, texts embedded, models
 * taken out of memory. Whether anything happens shows without a look at any clock.
 */
export class Progress {
  #done = 0;
  #tokens = 0;

  /** Pieces of work that have ended since the start. */
  get done(): number {
    return this.#done;
  }

  /** Tokens that llama.cpp has been given and not yet given back. */
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
