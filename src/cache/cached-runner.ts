import type { OllamaAnswer } from "../inference/answers.ts";
import type { OllamaRequest } from "../inference/runner.ts";
import type { StrictRunner } from "../schemas/strict-runner.ts";
import type { AnswerCache, CacheAnswer, CachedScope, Run } from "./answer-cache.ts";
import { questionOf } from "./question.ts";
import { textOf } from "../inference/answer-text.ts";
import { joined, reasonNotToStore, replayed, stored, thinkingText } from "./stored-answer.ts";

interface CachedRunnerOptions {
  runner: Pick<StrictRunner, "answer" | "stream">;
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

  /** As StrictRunner.answer. */
  async answer(request: OllamaRequest, scope: CachedScope): Promise<OllamaAnswer> {
    // Whole answers are shared as runs of a single line.
    const answer = await this.#lookUp(request, scope, "whole", async (signal) =>
      oneLine(await this.#runner.answer(request, { ...scope, signal })),
    );
    if (!answer) return this.#runner.answer(request, scope);
    if ("kept" in answer) return answer.kept;
    const lines: OllamaAnswer[] = [];
    for await (const line of answer.lines) lines.push(line);
    return lines.at(-1) ?? {};
  }

  /** As StrictRunner.stream. */
  async stream(request: OllamaRequest, scope: CachedScope): Promise<AsyncGenerator<OllamaAnswer>> {
    const answer = await this.#lookUp(request, scope, "stream", (signal) =>
      this.#runner.stream(request, { ...scope, signal }),
    );
    if (!answer) return this.#runner.stream(request, scope);
    const { record } = scope;
    record.streamed = true;
    if (!("kept" in answer)) return answer.lines;
    record.call.firstMs = record.elapsedMs;
    return replay(answer.kept);
  }

  /** The cache's answer; undefined for a request that is not for it. */
  async #lookUp(
    request: OllamaRequest,
    scope: CachedScope,
    form: string,
    start: Run<OllamaAnswer>["start"],
  ): Promise<CacheAnswer<OllamaAnswer> | undefined> {
    // The cache has answers to texts only.
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
  return OVERHEAD_BYTES + textOf(line).length + thinkingText(line).length;
}

async function* oneLine(answer: OllamaAnswer): AsyncGenerator<OllamaAnswer> {
  yield answer;
}

async function* replay(answer: OllamaAnswer): AsyncGenerator<OllamaAnswer> {
  yield* replayed(answer);
}
