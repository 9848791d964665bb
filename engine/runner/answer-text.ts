import type { Token } from "node-llama-cpp";
import type { TokenLogprob } from "./logprobs.ts";
import { RepeatGuard } from "./repeat-guard.ts";
import { StopFilter } from "./stop-filter.ts";
import { TokenText, type TokenTextOptions } from "./token-text.ts";

type AnswerTextOptions = TokenTextOptions & {
  readonly stops: readonly string[];
};

/** Text that may go out, with the figures of the tokens it comes from, if they were asked for. */
export type Piece = { readonly text: string; readonly logprobs: readonly TokenLogprob[] };

/** What a token adds, and whether the answer ends with it or goes round in circles. */
export type Step = Piece & { readonly stopped: boolean; readonly loops: boolean };

/** An answer's text as it grows token by token. */
export class AnswerText {
  readonly #tokens: TokenText;
  readonly #stops: StopFilter;
  readonly #guard = new RepeatGuard();
  /** Figures of tokens whose text is held back, with the place in the answer it begins at. */
  #rated: { readonly at: number; readonly logprob: TokenLogprob }[] = [];
  #seen = 0;
  #sent = "";

  constructor({ stops, ...tokens }: AnswerTextOptions) {
    this.#tokens = new TokenText(tokens);
    this.#stops = new StopFilter(stops);
  }

  push(token: Token, logprob?: TokenLogprob): Step {
    if (logprob) this.#rated.push({ at: this.#seen, logprob });
    const piece = this.#tokens.push(token);
    this.#seen += piece.length;
    const { text, stopped } = this.#stops.push(piece);
    this.#sent += text;
    return {
      text,
      logprobs: this.#ratedUpTo(this.#sent.length),
      stopped,
      loops: this.#loops(piece),
    };
  }

  /**
   * What was held back, now that nothing follows. A character of which some bytes are missing is
   * left out, with the figures of its tokens.
   */
  end(): Piece {
    const { text, stopped } = this.#stops.push(this.#tokens.flush());
    const rest = stopped ? text : text + this.#stops.flush();
    this.#sent += rest;
    return { text: rest, logprobs: this.#ratedUpTo(this.#sent.length) };
  }

  /**
   * What was held back, and what `close` says makes a whole of the answer. A character of which
   * some bytes are missing is left out: no grammar would know it.
   */
  endBy(close: (text: string) => string): Piece {
    const rest = this.#stops.flush();
    this.#sent += rest;
    const logprobs = this.#ratedUpTo(this.#sent.length);
    return { text: rest + close(this.#sent), logprobs };
  }

  #loops(piece: string): boolean {
    return piece !== "" && this.#guard.loops(piece);
  }

  /** Tokens whose text does not go out, as a stop sequence cuts it off, never get here. */
  #ratedUpTo(length: number): TokenLogprob[] {
    const ready = this.#rated.filter(({ at }) => at < length);
    this.#rated = this.#rated.filter(({ at }) => at >= length);
    return ready.map(({ logprob }) => logprob);
  }
}
