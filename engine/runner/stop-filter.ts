/**
 * Cuts a text at the first stop sequence while it arrives in pieces. Only text that may still
 * become a stop sequence is held back.
 */
export class StopFilter {
  readonly #stops: readonly string[];
  #held = "";

  constructor(stops: readonly string[]) {
    this.#stops = [...new Set(stops)].filter((stop) => stop !== "");
  }

  /** The text that may be sent now, and whether a stop sequence has ended the text. */
  push(piece: string): { text: string; stopped: boolean } {
    const all = this.#held + piece;
    let end = all.length;
    let keep = 0;
    let stopped = false;
    for (const stop of this.#stops) {
      const at = all.indexOf(stop);
      stopped ||= at >= 0;
      if (at >= 0) end = Math.min(end, at);
      else keep = Math.max(keep, openEnd(all, stop));
    }
    if (stopped) {
      this.#held = "";
      return { text: all.slice(0, end), stopped };
    }
    this.#held = all.slice(all.length - keep);
    return { text: all.slice(0, all.length - keep), stopped: false };
  }

  /** The text that was held back, when the text ends without a stop sequence. */
  flush(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}

/** The length of the longest suffix of `text` that is a prefix of `stop`. */
export function openEnd(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length -= 1) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
