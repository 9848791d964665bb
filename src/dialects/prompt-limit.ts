import { ServiceError } from "../errors/service-error.ts";
import { canonicalModel } from "../models/model-name.ts";
import type { ChatMessage } from "./messages.ts";

/** The contract's estimate: four characters make a token. */
const CHARS_PER_TOKEN = 4;

type Texts = (string | null | undefined)[];

/** Refuses prompts that are too large for the machine to take on. */
export class PromptLimit {
  readonly #limit: number;
  readonly #byModel: Map<string, number>;

  /** @param byModel limits in tokens of models that differ from the general one. */
  constructor(limit: number, byModel: Readonly<Record<string, number>>) {
    this.#limit = limit;
    this.#byModel = new Map(
      Object.entries(byModel).map(([model, tokens]) => [canonicalModel(model), tokens]),
    );
  }

  /** The most tokens that a prompt of a model may have. */
  tokensOf(model: string): number {
    return this.#byModel.get(canonicalModel(model)) ?? this.#limit;
  }

  /** @throws ServiceError `prompt_too_large`. */
  check(model: string, texts: Texts): void {
    const limit = this.tokensOf(model);
    // A text has no more characters than it is long: what is short enough need not be read.
    if (estimate(texts, (text) => text.length) <= limit) return;
    const estimated = estimate(texts, codePoints);
    if (estimated <= limit) return;
    throw new ServiceError(
      "prompt_too_large",
      `The prompt has about ${estimated} tokens; the limit is ${limit}`,
      { fields: { estimated_tokens: estimated, limit_tokens: limit } },
    );
  }
}

/** About how many tokens texts have, by the contract's estimate. */
export function estimatedTokens(texts: Texts): number {
  return estimate(texts, codePoints);
}

function estimate(texts: Texts, charsOf: (text: string) => number): number {
  const chars = texts.reduce((sum, text) => sum + (text ? charsOf(text) : 0), 0);
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    // Two units make one, unless the second is missing.
    if ((text.codePointAt(i) ?? 0) > 0xffff) i += 1;
    count += 1;
  }
  return count;
}

/** The texts of messages that count: contents, and tool calls as JSON. */
export function textsOf(messages: ChatMessage[]): Texts {
  return messages.flatMap((message) => [
    message.content,
    message.tool_calls ? JSON.stringify(message.tool_calls) : undefined,
  ]);
}
