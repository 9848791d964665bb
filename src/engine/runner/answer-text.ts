import type { Token } from "node-llama-cpp";
import { closeJson } from "./close-json.ts";
import { RepeatGuard } from "./repeat-guard.ts";
import { StopHolder } from "./stop-holder.ts";
import { type Detokenize, TokenText } from "./token-text.ts";

type AnswerTextOptions = {
  readonly detokenize: Detokenize;
  readonly stops: readonly string[];
};

/**
 * What a token adds: text that may go out, and whether the answer ends with it or goes round in
 * circles.
 */
type Step = { readonly text: string; readonly stopped: boolean; readonly loops: boolean };

/** An answer's text as it grows token by token. */
export class AnswerText {
  readonly #tokens: TokenText;
  readonly #stops: StopHolder;
  readonly #guard = new RepeatGuard();
  #sent = "";

  constructor({ detokenize, stops }: AnswerTextOptions) {
    this.#tokens = new TokenText(detokenize);
    this.#stops = new StopHolder(stops);
  }

  push(token: Token): Step {
    const piece = this.#tokens.push(token);
    const step = this.#stops.push(piece);
    this.#sent += step.text;
    return { ...step, loops: piece !== "" && this.#guard.loops(piece) };
  }

  /** What was held back, now that nothing follows. */
  end(): string {
    const { text, stopped } = this.#stops.push(this.#tokens.flush());
    const rest = stopped ? text : text + this.#stops.flush();
    this.#sent += rest;
    return rest;
  }

  /** What was held back, and what makes a whole of a JSON object that has to end here. */
  endAsJson(): string {
    const rest = this.end();
    return rest + closeJson(this.#sent);
  }
}
