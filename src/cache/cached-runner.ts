import type { OllamaAnswer } from "../inference/answers.ts";
import type { OllamaRequest, InferenceRunner } from "../inference/runner.ts";
import type { AnswerCache, Answered, CachedScope, Run } from "./answer-cache.ts";
import { questionOf } from "./question.ts";
import {
  answerText,
  joined,
  reasonNotToStore,
  replayed,
  stored,
  thinkingText,
} from "./stored-answer.ts";

interface CachedRunnerOptions {
  runner: Pick<InferenceRunner, "answer" | "stream">;
  answers: AnswerCache;
}

/** Runs inference for the service's own routes, or answers them from the cache. */
export class CachedRunner {
  readonly #runner: CachedRunnerOptions["runner"];
  readonly #answers: AnswerCache;

  constructor({ runner, answers }: CachedRunnerOptions) {
    this.#runner = runner;
    this.#answers = answers;
  }

  /** As InferenceRunner.answer. */
  async answer(request: OllamaRequest, scope: CachedScope): Promise<OllamaAnswer> {
    // Whole answers are shared as runs of a single line.
    const answered = await this.#ask(request, scope, "whole", async (signal) =>
      oneLine(await this.#runner.answer(request, { ...scope, signal })),
    );
    if (!answered) return this.#runner.answer(request, scope);
    if ("kept" in answered) return answered.kept;
    const lines: OllamaAnswer[] = [];
    for await (const line of answered.lines) lines.push(line);
    return lines.at(-1) ?? {};
  }

  /** As InferenceRunner.stream. */
  async stream(request: OllamaRequest, scope: CachedScope): Promise<AsyncGenerator<OllamaAnswer>> {
    const answered = await this.#ask(request, scope, "stream", (signal) =>
      this.#runner.stream(request, { ...scope, signal }),
    );
    if (!answered) return this.#runner.stream(request, scope);
    const { record } = scope;
    record.streamed = true;
    if (!("kept" in answered)) return answered.lines;
    record.call.firstMs = record.elapsedMs;
    return replay(answered.kept);
  }

  /** Asks the cache, if the request is one for it. */
  async #ask(
    request: OllamaRequest,
    scope: CachedScope,
    form: string,
    start: Run<OllamaAnswer>["start"],
  ): Promise<Answered<OllamaAnswer> | undefined> {
    // Only text is answered from the cache.
    if (request.path === "/api/embed" || request.images) return undefined;
    scope.record.model = request.model;
    const question = await this.#answers.questionOf(request.model, scope, (of) =>
      questionOf(request, of),
    );
    return question && this.#answers.answer(question, scope, { form, start, bytesOf, outcome });
  }
}

function outcome(lines: OllamaAnswer[]): ReturnType<Run<OllamaAnswer>["outcome"]> {
  const answer = joined(lines);
  const reason = reasonNotToStore(answer);
  return reason === undefined ? { answer: stored(answer) } : { reason };
}

/** What a line takes beside its text: objects, figures, keys. */
const OVERHEAD_BYTES = 256;

function bytesOf(line: OllamaAnswer): number {
  return OVERHEAD_BYTES + answerText(line).length + thinkingText(line).length;
}

async function* oneLine(answer: OllamaAnswer): AsyncGenerator<OllamaAnswer> {
  yield answer;
}

async function* replay(answer: OllamaAnswer): AsyncGenerator<OllamaAnswer> {
  yield* replayed(answer);
}
