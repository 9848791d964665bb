import type { Audience, RequestScope } from "../inference/runner.ts";
import type { CacheCounts } from "./cache-counts.ts";
import { Companion } from "./companion.ts";
import type { Question } from "./question.ts";
import type { CacheEntry, ResponseCache } from "./response-cache.ts";
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
  /** Starts the run; its first line is there when it settles. */
  start: (audience: Audience) => Promise<AsyncGenerator<Line>>;
  /** What is kept of a run whose lines are all there. */
  outcome: (lines: Line[]) => RunOutcome;
}

/** What a run has come to: an answer to keep, or why it is not kept. */
export type RunOutcome = { answer: KeptAnswer } | { reason: string };

/** An answer as it is kept: of which shape is known to who has asked. */
export type KeptAnswer = Record<string, unknown>;

/** A question's answer: kept from earlier, or being made. */
export type Answered<Line> = { kept: KeptAnswer } | { lines: AsyncGenerator<Line> };

interface AnswerCacheOptions {
  cache: ResponseCache;
  counts: CacheCounts;
  /** The digest of an installed model; undefined when it is not known. @throws ServiceError. */
  digestOf: (model: string) => Promise<string | undefined>;
  /** Finds similar questions; undefined: only the same are answered. */
  similar: SimilarQuestions | undefined;
  /** Similar answers are not served but compared with what the model answers. */
  shadow: Shadow | undefined;
  /** Whether answers that were sampled are kept too. */
  keepsSampled: boolean;
  now?: () => number;
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
    const digest = wish === "off" ? undefined : await digestOf(model);
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
    const { cache, counts, similar, shadow } = this.#options;
    const found = cache.find(question);
    if (found) return this.#serve(found.entry, scope);
    scope.record.cache = { state: "MISS" };
    counts.misses += 1;
    const looksFurther = scope.cache === "semantic" && similar?.canBeAsked(question) === true;
    if (!looksFurther) return { lines: await this.#shared(question, scope, run).read(scope) };
    const lookup = (): ReturnType<SimilarQuestions["find"]> => similar.find(question);
    if (shadow) return { lines: await this.#shared(question, scope, run, lookup).read(scope) };
    return this.#unlessSimilar(lookup(), scope, this.#shared(question, scope, run));
  }

  /**
   * Waits for the run's first line, and beside it for the lookup: what is there first is the
   * answer. So the lookup costs no time when it finds nothing.
   */
  async #unlessSimilar<Line>(
    lookup: Promise<SimilarQuestion | undefined>,
    scope: CachedScope,
    run: SharedRun<Line>,
  ): Promise<Answered<Line>> {
    const companion = new Companion(scope.exchange);
    const reading = run.read({ record: scope.record, exchange: companion });
    const isRunning = await Promise.race([
      lookup.then((hit) => hit === undefined),
      reading.then(
        () => true,
        // A similar answer saves the request even where the model is of no help.
        () => false,
      ),
    ]);
    const hit = isRunning || scope.exchange.hasLeft ? undefined : await lookup;
    if (!hit) return { lines: await reading };
    reading.catch(() => {});
    companion.sendAway();
    return this.#serve(hit.entry, scope, hit.similarity);
  }

  /** @param similarity of the question that was answered; undefined when it is the same. */
  #serve(entry: CacheEntry, { record }: CachedScope, similarity?: number): { kept: KeptAnswer } {
    const { counts, now = Date.now } = this.#options;
    const ageSec = Math.floor((now() - entry.storedAt) / 1000);
    record.cache =
      similarity === undefined
        ? { state: "HIT-EXACT", ageSec }
        : { state: "HIT-SEMANTIC", ageSec, similarity };
    record.model = entry.question.model;
    counts.hit(similarity === undefined ? "exact" : "similar", entry.tookMs);
    return { kept: entry.answer };
  }

  /**
   * The run that answers a question: one under way, or a new one.
   * @param lookup finds what a new run's answer is compared with.
   */
  #shared<Line>(
    question: Question,
    { record, background = false }: CachedScope,
    { form, start, outcome }: Run<Line>,
    lookup?: () => Promise<SimilarQuestion | undefined>,
  ): SharedRun<Line> {
    // The very text: what differs in case may be answered differently while nothing is kept yet.
    const key = JSON.stringify([form, background, question.space, question.text]);
    const underWay = this.#runs.get(key);
    if (underWay?.isOpen) {
      this.#options.counts.shared += 1;
      return underWay as SharedRun<Line>;
    }
    const startedAt = performance.now();
    const similar = lookup?.();
    const run: SharedRun<Line> = new SharedRun({
      record,
      start,
      onWhole: (lines) => {
        const result = outcome(lines);
        this.#keep(question, result, performance.now() - startedAt);
        if (similar) this.#options.shadow?.compare(question, result, similar);
      },
      onEnd: () => {
        if (this.#runs.get(key) === run) this.#runs.delete(key);
      },
    });
    this.#runs.set(key, run);
    return run;
  }

  #keep(question: Question, outcome: RunOutcome, tookMs: number): void {
    const { cache, counts, similar } = this.#options;
    if ("reason" in outcome) return counts.notStored(outcome.reason);
    const entry = cache.store(question, outcome.answer, tookMs);
    if (entry) similar?.add(entry);
  }
}
