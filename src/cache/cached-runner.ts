import type { InferenceRequest, InferenceRunner, OllamaAnswer } from "../inference/runner.ts";
import type { RequestScope } from "../inference/runner.ts";
import type { CacheCounts } from "./cache-counts.ts";
import { Companion } from "./companion.ts";
import { questionOf, type Question } from "./question.ts";
import type { CacheEntry, ResponseCache } from "./response-cache.ts";
import { SharedRun } from "./shared-run.ts";
import type { SimilarQuestions } from "./similar-questions.ts";
import { joined, reasonNotToStore, replayed, stored } from "./stored-answer.ts";

/** A request's scope, and whether it may be answered from the cache. */
export interface CachedScope extends RequestScope {
  /** The client has switched the cache off for this request. */
  bypassCache?: boolean;
}

interface CachedRunnerOptions {
  runner: Pick<InferenceRunner, "answer" | "stream">;
  cache: ResponseCache;
  counts: CacheCounts;
  /** The digest of an installed model; undefined when it is not known. @throws ServiceError. */
  digestOf: (model: string) => Promise<string | undefined>;
  /** Finds similar questions; undefined: only the same are answered. */
  similar: SimilarQuestions | undefined;
  /** Whether answers that were sampled are kept too. */
  keepsSampled: boolean;
  now?: () => number;
}

/**
 * Runs inference, or answers from what was answered before. Identical requests at the same time
 * share one run. What happened is in the request's record.
 */
export class CachedRunner {
  readonly #options: CachedRunnerOptions;
  readonly #runs = new Map<string, SharedRun>();

  constructor(options: CachedRunnerOptions) {
    this.#options = options;
  }

  /** As InferenceRunner.answer. */
  async answer(request: InferenceRequest, scope: CachedScope): Promise<OllamaAnswer> {
    const question = await this.#questionOf(request, scope);
    if (!question) return this.#options.runner.answer(request, scope);
    const kept = this.#find(question, scope);
    if (kept) return kept;
    // Whole answers are shared as runs of a single line.
    const run = this.#runOf(question, scope, "whole", async (audience) => {
      const answer = await this.#options.runner.answer(request, { ...scope, exchange: audience });
      return oneLine(answer);
    });
    const answered = await this.#readUnlessSimilar(question, scope, run);
    if (!("lines" in answered)) return answered.kept;
    const lines: OllamaAnswer[] = [];
    for await (const line of answered.lines) lines.push(line);
    return lines.at(-1) ?? {};
  }

  /** As InferenceRunner.stream. */
  async stream(
    request: InferenceRequest,
    scope: CachedScope,
  ): Promise<AsyncGenerator<OllamaAnswer>> {
    const question = await this.#questionOf(request, scope);
    if (!question) return this.#options.runner.stream(request, scope);
    const kept = this.#find(question, scope);
    if (kept) {
      scope.record.streamed = true;
      return replay(kept);
    }
    const run = this.#runOf(question, scope, "stream", (audience) =>
      this.#options.runner.stream(request, { ...scope, exchange: audience }),
    );
    const answered = await this.#readUnlessSimilar(question, scope, run);
    scope.record.streamed = true;
    return "lines" in answered ? answered.lines : replay(answered.kept);
  }

  /**
   * Waits for the run's first line, and beside it looks whether a similar question was answered:
   * what is there first is the answer. So the lookup costs no time when it finds nothing.
   */
  async #readUnlessSimilar(
    question: Question,
    scope: CachedScope,
    run: SharedRun,
  ): Promise<{ lines: AsyncGenerator<OllamaAnswer> } | { kept: OllamaAnswer }> {
    const { similar } = this.#options;
    if (!similar?.canBeAsked(question)) return { lines: await run.read(scope) };
    const companion = new Companion(scope.exchange);
    const reading = run.read({ record: scope.record, exchange: companion });
    const found = similar.find(question);
    const isRunning = await Promise.race([
      found.then((hit) => hit === undefined),
      reading.then(
        () => true,
        // A similar answer saves the request even where the model is of no help.
        () => false,
      ),
    ]);
    const hit = isRunning || scope.exchange.hasLeft ? undefined : await found;
    if (!hit) return { lines: await reading };
    reading.catch(() => {});
    companion.sendAway();
    return { kept: this.#serve(hit.entry, scope, hit.similarity) };
  }

  /** The question, unless the cache has no part in this request. */
  async #questionOf(
    request: InferenceRequest,
    { record, bypassCache }: CachedScope,
  ): Promise<Question | undefined> {
    // Only text is answered from the cache.
    if (request.path === "/api/embed" || request.images) return undefined;
    const { counts, digestOf, keepsSampled } = this.#options;
    const digest = bypassCache ? undefined : await digestOf(request.model);
    const question =
      digest === undefined ? undefined : questionOf(request, { tenant: record.tenant, digest });
    if (question && (keepsSampled || !question.isSampled)) return question;
    record.cache = { state: "BYPASS" };
    counts.bypasses += 1;
    return undefined;
  }

  #find(question: Question, scope: CachedScope): OllamaAnswer | undefined {
    const { cache, counts } = this.#options;
    const found = cache.find(question);
    if (!found) {
      scope.record.cache = { state: "MISS" };
      counts.misses += 1;
      return undefined;
    }
    return this.#serve(found.entry, scope);
  }

  /** @param similarity of the question that was answered; undefined when it is the same. */
  #serve(entry: CacheEntry, { record }: CachedScope, similarity?: number): OllamaAnswer {
    const { counts, now = Date.now } = this.#options;
    const ageSec = Math.floor((now() - entry.storedAt) / 1000);
    record.cache =
      similarity === undefined
        ? { state: "HIT-EXACT", ageSec }
        : { state: "HIT-SEMANTIC", ageSec, similarity };
    record.model = entry.question.model;
    counts.hit(similarity === undefined ? "exact" : "similar", entry.tookMs);
    return entry.answer;
  }

  /** The run that answers a question: one under way, or a new one. */
  #runOf(
    question: Question,
    { record, background = false }: CachedScope,
    kind: "whole" | "stream",
    start: ConstructorParameters<typeof SharedRun>[0]["start"],
  ): SharedRun {
    // The very text: what differs in case may be answered differently while nothing is kept yet.
    const key = JSON.stringify([kind, background, question.space, question.text]);
    const underWay = this.#runs.get(key);
    if (underWay?.isOpen) {
      this.#options.counts.shared += 1;
      return underWay;
    }
    const startedAt = performance.now();
    const run: SharedRun = new SharedRun({
      record,
      start,
      onWhole: (lines) => this.#store(question, joined(lines), performance.now() - startedAt),
      onEnd: () => {
        if (this.#runs.get(key) === run) this.#runs.delete(key);
      },
    });
    this.#runs.set(key, run);
    return run;
  }

  #store(question: Question, answer: OllamaAnswer, tookMs: number): void {
    const { cache, counts, similar } = this.#options;
    const reason = reasonNotToStore(answer);
    if (reason !== undefined) return counts.notStored(reason);
    const entry = cache.store(question, stored(answer), tookMs);
    if (entry) similar?.add(entry);
  }
}

async function* oneLine(answer: OllamaAnswer): AsyncGenerator<OllamaAnswer> {
  yield answer;
}

async function* replay(answer: OllamaAnswer): AsyncGenerator<OllamaAnswer> {
  yield* replayed(answer);
}
