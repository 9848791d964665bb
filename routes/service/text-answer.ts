import type { AppContext } from "../../middleware/env.ts";
import type { InferenceRequest, OllamaAnswer } from "../../src/inference/runner.ts";
import { answerJson } from "../answer-json.ts";
import type { Services } from "./services.ts";
import { streamAnswer } from "./stream-answer.ts";

/** How a route shows what Ollama answers. */
interface AnswerShape {
  whole: (answer: OllamaAnswer) => unknown;
  /** Server-sent events of a stream; told of failures that can only be shown inside it. */
  frames: (
    lines: AsyncGenerator<OllamaAnswer>,
    onError: (err: unknown) => void,
  ) => AsyncGenerator<string>;
}

/**
 * The model of a text request: the one it names, else the default.
 * @throws ServiceError `model_not_found`, `model_not_allowed`, `prompt_too_large`.
 */
export async function textModel(
  { catalog, promptLimit }: Services,
  named: string | undefined,
  texts: (string | null | undefined)[],
): Promise<string> {
  const model = named ?? (await catalog.defaultModel());
  catalog.assertAllowed(model);
  promptLimit.check(model, texts);
  return model;
}

/** Runs a text request, and answers with the whole or with a stream. */
export async function answerText(
  c: AppContext,
  { runner, onStreamError }: Services,
  request: InferenceRequest,
  { stream, shape }: { stream: boolean | undefined; shape: AnswerShape },
): Promise<Response> {
  const scope = { record: c.get("record"), exchange: c.get("exchange") };
  if (!stream) return answerJson(c, shape.whole(await runner.answer(request, scope)));
  const lines = await runner.stream(request, scope);
  return streamAnswer(
    c,
    shape.frames(lines, (err) => onStreamError(err, scope.record.id)),
  );
}
