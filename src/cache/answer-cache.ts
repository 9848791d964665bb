import { ClientLeft } from "../errors/service-error.ts";
import type { Audience, RequestScope } from "../inference/runner.ts";
import type { CacheCounts } from "./cache-counts.ts";
import { Companion } from "./companion.ts";
import type { Question } from "./question.ts";
import type { FoundEntry, ResponseCache } from "./response-cache.ts";
import type { KeptAnswer, RunOutcome } from "./run-outcome.ts";
import type { Shadow } from "./shadow/shadow.ts";
import { SharedRun } from "./shared-run.ts";
import type { SimilarQuestion, SimilarQuestions } from "./similar-questions.ts";

/** What a request wants of the cache: nothing, the same question's answer, or a similar one's too. */
export type CacheWish = "off" | "exact" | "semantic";

/** A request's scope, and what it wants of the cache. */
export interface CachedScope extends RequestScope {
  cache: CacheWish;
}

/** How a question is answered where the cache cannot, line by line. */
export interface Run<Line> {
  /** Only runs of the same form can be read in place of one another. */
  form: string;
  /**
   * Starts the run; its first line is there when it settles.
   * @param ready to be waited for before the model is asked, though not before the queue.
   */
  start: (audience: Audience, ready: Promise<unknown> | undefined) => Promise<AsyncGenerator<Line>>;
  /** Estimate of the memory that a line takes. */
  bytesOf: (line: Line) => number;
  /** What is kept of a run whose lines are all there. */
  outcome: (lines: Line[]) => RunOutcome;
}

/** A question's answer: kept from earlier, or being made. */
export type Answered<Line> = { kept: KeptAnswer } | { lines: AsyncGenerator<Line> };

interface AnswerCacheOptions {
  cache: ResponseCache;
  counts: CacheCounts;
  /** The digest of an installed model; undefined when there is none. @throws ServiceError. */
  digestOf: (model: string) => Promise<string | undefined>;
  /** Finds similar questions; undefined: only the same are answered. */
  similar: SimilarQuestions | undefined;
  /** Similar answers are not served but compared with what the model answers. */
  shadow: Shadow | undefined;
  /** Whether answers that were sampled are kept too. */
  keepsSampled: boolean;
}

/**
 * Answers questions from what was answered before, or lets them be answered. Identical questions
 * at the same time share one run. What happened is in the request's record.
 */
export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #runs = new Map<string, SharedRun<unknown>>();

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
  }

  /**
   * The question of a request, unless the cache has no part in it: then the record says so.
   * @param read makes the question, if the request is one that can be answered from the cache.
   */
  async questionOf(
    model: string,
    { record, cache: wish }: CachedScope,
    read: (of: { tenant: string; digest: string }) => Question | undefined,
  ): Promise<Question | undefined> {
    const { counts, digestOf, keepsSampled } = this.#options;
    // A server that cannot list its models may answer all the same.
    const digest = wish === "off" ? undefined : await digestOf(model).catch(() => undefined);
    const question = digest === undefined ? undefined : read({ tenant: record.tenant, digest });
    if (question && (keepsSampled || !question.isSampled)) return question;
    record.cache = { state: "BYPASS" };
    counts.bypasses += 1;
    return undefined;
  }

  /** Answers a question. @throws what its run throws before its first line; ClientLeft. */
  async answer<Line>(
    question: Question,
    scope: CachedScope,
    run: Run<Line>,
  ): Promise<Answered<Line>> {
    const { cache, similar, shadow } = this.#options;
    // It may have left while the digest was asked for; a run that nobody joins is not called off.
    if (scope.exchange.hasLeft) throw new ClientLeft();
    const found = cache.find(question);
    if (found) return this.#serve(found, scope);
    scope.record.cache = { state: "MISS" };
    const looksFurther = scope.cache === "semantic" && similar?.canBeAsked(question) === true;
    if (looksFurther && !shadow) return this.#unlessSimilar(similar, question, scope, run);
    const more = looksFurther ? { compareWith: () => similar.find(question) } : {};
    const shared = this.#shared(question, scope, run, more);
    this.#missed(shared);
    return { lines: await shared.run.read(scope) };
  }

  /**
   * Lets the run wait for its place in the queue, and looks for a similar question beside it. A hit
   * gives the place back before the model is loaded or asked.
   */
  async #unlessSimilar<Line>(
    similar: SimilarQuestions,
    question: Question,
    scope: CachedScope,
    run: Run<Line>,
  ): Promise<Answered<Line>> {
    const companion = new Companion(scope.exchange);
    const lookup = similar.find(question).then((found) => {
      if (!found || scope.exchange.hasLeft) return undefined;
      const kept = this.#options.cache.use(found.entry);
      const hit = kept && { kept, similarity: found.similarity };
      // Before the run, which waits for this, goes on: it does so only for who still needs it.
      if (hit) companion.sendAway();
      return hit;
    });
    const shared = this.#shared(question, scope, run, { ready: lookup });
    const reading = shared.run.read({ record: scope.record, exchange: companion });
    // A similar answer saves the request even where the queue is full or the server is away.
    reading.catch(() => {});
    const hit = await lookup;
    if (hit) return this.#serve(hit.kept, scope, hit.similarity);
    this.#missed(shared);
    return { lines: await reading };
  }

  /** @param similarity of the question that was answered; undefined when it is the same. */
  #serve(
    { entry, ageMs }: FoundEntry,
    { record }: CachedScope,
    similarity?: number,
  ): { kept: KeptAnswer } {
    const { counts } = this.#options;
    const ageSec = Math.floor(ageMs / 1000);
    // Figures of a run that it had joined, and that does not answer it.
    Object.assign(record, { queueMs: undefined, loadMs: undefined, firstMs: undefined });
    record.cache =
      similarity === undefined
        ? { state: "HIT-EXACT", ageSec }
        : { state: "HIT-SEMANTIC", ageSec, similarity };
    counts.hit(similarity === undefined ? "exact" : "similar", entry.tookMs);
    return { kept: entry.answer };
  }

  /**
   * The run that answers a question: one under way, or a new one.
   * @param more.ready what a new run waits for before it asks the model.
   * @param more.compareWith finds what a new run's answer is compared with.
   */
  #shared<Line>(
    question: Question,
    { record, background = false }: CachedScope,
    { form, start, bytesOf, outcome }: Run<Line>,
    more: {
      ready?: Promise<unknown>;
      compareWith?: () => Promise<SimilarQuestion | undefined>;
    } = {},
  ): { run: SharedRun<Line>; isJoined: boolean } {
    // The very text: what differs in case may be answered differently while nothing is kept yet.
    const key = JSON.stringify([form, background, question.space, question.text]);
    const underWay = this.#runs.get(key);
    if (underWay?.isOpen) return { run: underWay as SharedRun<Line>, isJoined: true };
    const startedAt = performance.now();
    const { cache } = this.#options;
    const { drops } = cache;
    const similar = more.compareWith?.();
    const run: SharedRun<Line> = new SharedRun({
      record,
      start: (audience) => start(audience, more.ready),
      bytesOf,
      onWhole: (lines) => {
        let result: RunOutcome = lines ? outcome(lines) : { reason: "too_long" };
        // What was forgotten meanwhile may not come back, nor what it was to be compared with.
        if (drops !== cache.drops) result = { reason: "deleted" };
        this.#keep(question, result, performance.now() - startedAt);
        if (similar) this.#options.shadow?.compare(question, result, similar);
      },
      onEnd: () => {
        if (this.#runs.get(key) === run) this.#runs.delete(key);
      },
    });
    this.#runs.set(key, run);
    return { run, isJoined: false };
  }

  /** Nothing that is kept answers it. */
  #missed({ isJoined }: { isJoined: boolean }): void {
    const { counts } = this.#options;
    counts.misses += 1;
    if (isJoined) counts.shared += 1;
  }

  #keep(question: Question, outcome: RunOutcome, tookMs: number): void {
    const { cache, counts, similar } = this.#options;
    if ("reason" in outcome) return counts.notStored(outcome.reason);
    const entry = cache.store(question, outcome.answer, tookMs);
    if (entry) similar?.add(entry);
  }
}
