import { streamed } from "../api.ts";
import type { Cli } from "../cli.ts";
import { answerParts, type AnswerPart } from "./answer-parts.ts";

/** A question and the route that takes it; its body has the route's fields. */
export interface Question {
  path: "/api/v1/generate" | "/api/v1/chat" | "/api/v1/vlm";
  body: Record<string, unknown>;
}

/**
 * Asks the service, and gives its answer as it comes.
 * @throws CliError where the service refuses; the signal's reason.
 */
export async function* streamedAnswer(
  cli: Cli,
  { path, body }: Question,
  signal: AbortSignal,
): AsyncGenerator<AnswerPart> {
  const call = cli.api.POST(path, {
    // The three routes differ in their fields; the service checks them.
    body: { ...body, stream: true } as never,
    signal,
  });
  yield* answerParts(await streamed(call));
}
