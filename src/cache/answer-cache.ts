import type { RequestScope, RunRecord } from "../inference/runner.ts";
import type { LightSignal } from "../runtime/light-signal.ts";
import type { CacheCounts } from "./cache-counts.ts";
import type { CacheOutcome } from "../requests/request-record.ts";
import type { Question } from "./question.ts";
import type { FoundEntry, ResponseCache } from "./response-cache.ts";
import type { KeptAnswer, RunOutcome } from "./run-outcome.ts";
import type { Shadow } from "./shadow/shadow.ts";
import { SharedRun } from "./shared-run.ts";
import type { SimilarQuestions } from "./similar-questions.ts";

/** What a request wants of the cache: nothing, the same question's answer, or a similar one's too. */
export type CacheMode = "off" | "exact" | "semantic";

/** A request's scope, and what it wants of the cache. */
export interface CachedScope extends RequestScope {
  record: RunRecord & {
    readonly startedAt: number;
    /** Undefined where the cache has no part. */
    cache: CacheOutcome | undefined;
  };
  cache: CacheMode;
}

/** How a question is answered where the cache cannot, line by line. */
export interface Run<Line> {
  /** Only runs of the same form can be read in place of one another. */
  form: string;
  /** Starts the run; its first line is there when it settles. */
  start: (signal: LightSignal) => Promise<AsyncGenerator<Line>>;
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
    { record, cache: mode }: CachedScope,
    read: (of: { tenant: string; digest: string }) => Question | undefined,
  ): Promise<Question | undefined> {
    const { counts, digestOf, keepsSampled } = this.#options;
    // A server that cannot list its models may answer all the same.
    const digest = mode === "off" ? undefined : await digestOf(model).catch(() => undefined);
    const question = digest === undefined ? undefined : read({ tenant: record.tenant, digest });
    if (question && (keepsSampled || !question.isSampled)) return question;
    record.cache = { state: "BYPASS" };
    counts.bypasses += 1;
    return undefined;
  }

  /** Answers a question. @throws what its run throws before its first line; the scope's reason. */
  async answer<Line>(
    question: Question,
    scope: CachedScope,
    run: Run<Line>,
  ): Promise<Answered<Line>> {
    const { similar, shadow } = this.#options;
    // The client may have left while the digest was asked for; a run without readers goes on.
    scope.signal.throwIfAborted();
    const same = this.#same(question, scope);
    if (same) return same;
    scope.record.cache = { state: "MISS" };
    const isCompared = scope.cache === "semantic" && similar?.canBeAsked(question) === true;
    // The request that has begun a run under way has been compared.
    if (isCompared && !shadow && !this.#underWay(question, scope, run)) {
      const found = await this.#similar(similar, question, scope);
      if (found) return found;
    }
    const shared = this.#shared(question, scope, run, isCompared && shadow ? similar : undefined);
    return { lines: await shared.read(scope) };
  }

  /** The kept answer to the same question. */
  #same(question: Question, scope: CachedScope): { kept: KeptAnswer } | undefined {
    const found = this.#options.cache.find(question);
    return found && this.#serve(found, scope);
  }

  /**
   * The kept answer to a similar question. It is looked for before the request asks for a place: a
   * hit saves a request even where the queue is full.
   * @throws the scope's reason.
   */
  async #similar(
    similar: SimilarQuestions,
    question: Question,
    scope: CachedScope,
  ): Promise<{ kept: KeptAnswer } | undefined> {
    const found = await similar.find(question);
    scope.signal.throwIfAborted();
    const kept = found && this.#options.cache.use(found.entry);
    // Meanwhile the same question may have been answered.
    return kept ? this.#serve(kept, scope, found.similarity) : this.#same(question, scope);
  }

  /** @param similarity of the question that was answered; undefined when it is the same. */
  #serve(
    { entry, ageMs }: FoundEntry,
    { record }: CachedScope,
    similarity?: number,
  ): { kept: KeptAnswer } {
    const { counts } = this.#options;
    const ageSec = Math.floor(ageMs / 1000);
    record.cache =
      similarity === undefined
        ? { state: "HIT-EXACT", ageSec }
        : { state: "HIT-SEMANTIC", ageSec, similarity };
    counts.hit(similarity === undefined ? "exact" : "similar", entry.tookMs);
    return { kept: entry.answer };
  }

  /** The run of the very same request that others can still join. */
  #underWay<Line>(
    question: Question,
    scope: CachedScope,
    run: Run<Line>,
  ): SharedRun<Line> | undefined {
    const underWay = this.#runs.get(keyOf(question, scope, run));
    return underWay?.isOpen ? (underWay as SharedRun<Line>) : undefined;
  }

  /**
   * The run that answers a question which nothing kept answers: one under way, or a new one.
   * @param compared finds what a new run's answer is compared with, in shadow mode.
   */
  #shared<Line>(
    question: Question,
    scope: CachedScope,
    run: Run<Line>,
    compared: SimilarQuestions | undefined,
  ): SharedRun<Line> {
    const { cache, counts } = this.#options;
    counts.misses += 1;
    const underWay = this.#underWay(question, scope, run);
    if (underWay) {
      counts.shared += 1;
      return underWay;
    }
    const { start, bytesOf, outcome } = run;
    const key = keyOf(question, scope, run);
    const startedAt = performance.now();
    const { drops } = cache;
    const similar = compared?.find(question);
    const shared: SharedRun<Line> = new SharedRun({
      record: scope.record,
      start,
      bytesOf,
      onWhole: (lines) => {
        let result: RunOutcome = lines ? outcome(lines) : { reason: "too_long" };
        // What was forgotten meanwhile may not come back, nor what it was to be compared with.
        if (drops !== cache.drops) result = { reason: "deleted" };
        this.#keep(question, result, performance.now() - startedAt);
        if (similar) this.#options.shadow?.compare(question, result, similar);
      },
      onEnd: () => {
        if (this.#runs.get(key) === shared) this.#runs.delete(key);
      },
    });
    this.#runs.set(key, shared);
    return shared;
  }

  #keep(question: Question, outcome: RunOutcome, tookMs: number): void {
    const { cache, counts, similar } = this.#options;
    if ("reason" in outcome) return counts.notStored(outcome.reason);
    const entry = cache.store(question, outcome.answer, tookMs);
    if (entry) similar?.add(entry);
  }
}

/** The very text: what differs in case may be answered differently while nothing is kept yet. */
function keyOf<Line>(
  { space, text }: Question,
  { background = false }: CachedScope,
  { form }: Run<Line>,
): string {
  return JSON.stringify([form, background, space, text]);
}
