/**
 * Cuts a text at the first stop sequence while it arrives in pieces. Only what may still become a
 * stop sequence is held back.
 */
export class StopHolder {
  readonly #stops: readonly string[];
  #held = "";

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== "");
  }

  /** What may go out now, and whether a stop sequence has ended the text. */
  push(piece: string): { text: string; stopped: boolean } {
    const all = this.#held + piece;
    const found = this.#stops.map((stop) => all.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) {
      this.#held = "";
      return { text: all.slice(0, Math.min(...found)), stopped: true };
    }
    const keep = Math.max(0, ...this.#stops.map((stop) => openEnd(all, stop)));
    this.#held = all.slice(all.length - keep);
    return { text: all.slice(0, all.length - keep), stopped: false };
  }

  /** The rest, once the text has ended by itself. */
  flush(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}

/** Length of the longest end of `text` that `stop` begins with. */
export function openEnd(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length -= 1) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
