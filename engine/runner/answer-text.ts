import type { Token } from "node-llama-cpp";
import type { TokenLogprob } from "./logprobs.ts";
import { RepeatGuard } from "./repeat-guard.ts";
import { StopFilter } from "./stop-filter.ts";
import { TokenText, type TokenTextOptions } from "./token-text.ts";

type AnswerTextOptions = TokenTextOptions & {
  readonly stops: readonly string[];
};

/**
 * Text that may be sent, with the log probabilities of its tokens where the request asks for them.
 */
export type Piece = { readonly text: string; readonly logprobs: readonly TokenLogprob[] };

/** The text that a token adds, and whether the answer ends with it or repeats itself. */
export type Step = Piece & { readonly stopped: boolean; readonly loops: boolean };

/** An answer's text as it grows token by token. */
export class AnswerText {
  readonly #tokens: TokenText;
  readonly #stops: StopFilter;
  readonly #guard = new RepeatGuard();
  /**
   * Log probabilities of tokens whose text is held back, with the position of that text in the
   * answer.
   */
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
   * The text that was held back, at the end of the answer. A character with missing bytes is left
   * out, and so are the log probabilities of its tokens.
   */
  end(): Piece {
    const { text, stopped } = this.#stops.push(this.#tokens.flush());
    const rest = stopped ? text : text + this.#stops.flush();
    this.#sent += rest;
    return { text: rest, logprobs: this.#ratedUpTo(this.#sent.length) };
  }

  /**
   * The text that was held back, and what `close` adds to complete the answer. A character with
   * missing bytes is left out: no grammar would accept it.
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

  /** Tokens whose text is cut off by a stop sequence never get here. */
  #ratedUpTo(length: number): TokenLogprob[] {
    const ready = this.#rated.filter(({ at }) => at < length);
    this.#rated = this.#rated.filter(({ at }) => at >= length);
    return ready.map(({ logprob }) => logprob);
  }
}
