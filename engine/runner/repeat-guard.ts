const MAX_REPEATS = 30;

/** Detects an answer that repeats one token without end, by Ollama's count. */
export class RepeatGuard {
  #last = "";
  #repeats = 0;

  /** Takes the next piece of text; `true` once it has repeated more than thirty times. */
  loops(piece: string): boolean {
    const bare = piece.trim();
    this.#repeats = bare === this.#last ? this.#repeats + 1 : 0;
    this.#last = bare;
    return this.#repeats > MAX_REPEATS;
  }
}
