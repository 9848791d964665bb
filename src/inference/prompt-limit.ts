import { ServiceError } from "../errors/service-error.ts";
import { canonicalModel } from "../models/model-name.ts";
import type { ChatMessage } from "./messages.ts";

/** The contract's estimate: four characters make a token. */
const CHARS_PER_TOKEN = 4;

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

  /** @throws ServiceError `prompt_too_large`. */
  check(model: string, texts: (string | null | undefined)[]): void {
    let chars = 0;
    for (const text of texts) chars += text?.length ?? 0;
    const estimated = Math.ceil(chars / CHARS_PER_TOKEN);
    const limit = this.#byModel.get(canonicalModel(model)) ?? this.#limit;
    if (estimated <= limit) return;
    throw new ServiceError(
      "prompt_too_large",
      `The prompt has about ${estimated} tokens; the limit is ${limit}`,
      { fields: { estimated_tokens: estimated, limit_tokens: limit } },
    );
  }
}

/** The texts of messages that count: contents, and tool calls as JSON. */
export function textsOf(messages: ChatMessage[]): (string | null | undefined)[] {
  return messages.flatMap((message) => [
    message.content,
    message.tool_calls ? JSON.stringify(message.tool_calls) : undefined,
  ]);
}
