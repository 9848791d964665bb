import type { RequestScope, RunRecord } from "../inference/runner.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import type { Interval } from "../runtime/interval.ts";
import type { LightSignal } from "../runtime/light-signal.ts";
import type { CacheCounts } from "./cache-counts.ts";
import type { CacheOutcome } from "./cache-outcome.ts";
import type { Question, QuestionOwner } from "./question.ts";
import type { CacheHit, ResponseCache } from "./response-cache.ts";
import type { KeptAnswer, RunOutcome } from "./run-outcome.ts";
import type { Shadow } from "./shadow/shadow.ts";
import { SharedRun } from "./shared-run.ts";
import type { SimilarQuestions } from "./similar-questions.ts";

/** What a request takes from the cache: nothing, the same question's answer, or a similar one's too. */
export type CacheMode = "off" | "exact" | "semantic";

/** A request's scope, and its cache mode. */
export interface CachedScope extends RequestScope {
  record: RunRecord & {
    readonly startedAt: number;
    onEnd(action: () => void): void;
    /** Undefined where the cache has no part. */
    cache: CacheOutcome | undefined;
    /** When the cache was asked. */
    lookup?: Interval | undefined;
  };
  cache: CacheMode;
}

/** How a question is answered on a miss, line by line. */
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
export type CacheAnswer<Line> = { kept: KeptAnswer } | { lines: AsyncGenerator<Line> };

interface AnswerCacheOptions {
  cache: ResponseCache;
  counts: CacheCounts;
  /** The digest of an installed model; undefined when there is none. @throws ServiceError. */
  digestOf: (model: string) => Promise<string | undefined>;
  /** The version of the inference server; undefined while it is away. */
  serverVersion: () => string | undefined;
  /** Finds similar questions; undefined: only the same question is a hit. */
  similar: SimilarQuestions | undefined;
  /** Similar answers are not served but compared with what the model answers. */
  shadow: Shadow | undefined;
  /** Whether sampled answers are kept too. */
  keepsSampled: boolean;
}

/**
 * Answers questions from the response cache, else by a run, whose answer it keeps. Identical
 * questions at the same time share one run. The outcome is in the request's record.
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
    read: (of: QuestionOwner) => Question | undefined,
  ): Promise<Question | undefined> {
    const { counts, digestOf, serverVersion, keepsSampled } = this.#options;
    if (mode !== "off") record.lookup = { from: awakeNow(), to: undefined };
    // A server that cannot list its models may answer all the same.
    const digest = mode === "off" ? undefined : await digestOf(model).catch(() => undefined);
    const { tenant } = record;
    const question =
      digest === undefined ? undefined : read({ tenant, digest, version: serverVersion() });
    if (question && (keepsSampled || !question.isSampled)) return question;
    lookedUp(record);
    record.cache = { state: "BYPASS" };
    counts.bypasses += 1;
    return undefined;
  }

  /** Answers a question. @throws what its run throws before its first line; the scope's reason. */
  async answer<Line>(
    question: Question,
    scope: CachedScope,
    run: Run<Line>,
  ): Promise<CacheAnswer<Line>> {
    const { counts, similar, shadow } = this.#options;
    // The client may have left while the digest was read; a run without readers goes on.
    scope.signal.throwIfAborted();
    const same = this.#findSame(question, scope);
    if (same) return same;
    scope.record.cache = { state: "MISS" };
    const key = runKey(question, scope, run);
    const compared =
      scope.cache === "semantic" && similar?.canLookUp(question) ? similar : undefined;
    // The request that started an open run has been compared.
    if (compared && !shadow && !this.#openRun(key)) {
      const found = await this.#findSimilar(compared, question, scope);
      if (found) return found;
    }
    lookedUp(scope.record);
    counts.misses += 1;
    let shared = this.#openRun<Line>(key);
    if (shared) counts.shared += 1;
    else shared = this.#startRun(key, question, scope, run, shadow && compared?.find(question));
    return { lines: await shared.read(scope) };
  }

  /** The kept answer to the same question. */
  #findSame(question: Question, scope: CachedScope): { kept: KeptAnswer } | undefined {
    const hit = this.#options.cache.find(question);
    return hit && this.#serve(hit, scope);
  }

  /**
   * The kept answer to a similar question. The lookup comes before the request waits for a place: a
   * hit saves a request even where the queue is full.
   * @throws the scope's reason.
   */
  async #findSimilar(
    similar: SimilarQuestions,
    question: Question,
    scope: CachedScope,
  ): Promise<{ kept: KeptAnswer } | undefined> {
    const found = await similar.find(question);
    scope.signal.throwIfAborted();
    const hit = found && this.#options.cache.use(found.entry);
    // Meanwhile the same question may have been answered.
    return hit ? this.#serve(hit, scope, found.similarity) : this.#findSame(question, scope);
  }

  /** @param similarity of the question that was answered; undefined when it is the same. */
  #serve(
    { entry, ageMs }: CacheHit,
    { record }: CachedScope,
    similarity?: number,
  ): { kept: KeptAnswer } {
    const ageSec = Math.floor(ageMs / 1000);
    const isSame = similarity === undefined;
    const savedMs = entry.tookMs;
    lookedUp(record);
    record.cache = isSame
      ? { state: "HIT-EXACT", ageSec, savedMs }
      : { state: "HIT-SEMANTIC", ageSec, similarity, savedMs };
    this.#options.counts.hit(isSame ? "exact" : "similar", entry.tookMs);
    return { kept: entry.answer };
  }

  /** The run of the very same request that others can still join. */
  #openRun<Line>(key: string): SharedRun<Line> | undefined {
    const run = this.#runs.get(key);
    return run?.isOpen ? (run as SharedRun<Line>) : undefined;
  }

  /** @param similar in shadow mode: finds what the run's answer is compared with. */
  #startRun<Line>(
    key: string,
    question: Question,
    { record }: CachedScope,
    { start, bytesOf, outcome }: Run<Line>,
    similar: ReturnType<SimilarQuestions["find"]> | undefined,
  ): SharedRun<Line> {
    const { cache, counts, shadow, similar: index } = this.#options;
    const startedAt = awakeNow();
    const { drops } = cache;
    const shared: SharedRun<Line> = new SharedRun({
      record,
      start,
      bytesOf,
      onWhole: (lines) => {
        let result: RunOutcome = lines ? outcome(lines) : { reason: "too_long" };
        // What was deleted meanwhile may not come back, nor what it was to be compared with.
        if (drops !== cache.drops) result = { reason: "deleted" };
        if ("reason" in result) counts.notStored(result.reason);
        else {
          const entry = cache.store(question, result.answer, awakeNow() - startedAt);
          if (entry) index?.add(entry);
        }
        if (similar) shadow?.compare(question, result, similar);
      },
      onEnd: () => {
        if (this.#runs.get(key) === shared) this.#runs.delete(key);
      },
    });
    this.#runs.set(key, shared);
    return shared;
  }
}

/** The cache has said what it has. */
function lookedUp({ lookup }: CachedScope["record"]): void {
  if (lookup) lookup.to ??= awakeNow();
}

/**
 * The very text: what differs in case may be answered differently while nothing is kept yet. Who
 * allows only so much waiting may be refused, and nobody else with it.
 */
function runKey<Line>(
  { space, text }: Question,
  { background = false, maxExpectedMs }: CachedScope,
  { form }: Run<Line>,
): string {
  return JSON.stringify([form, background, maxExpectedMs, space, text]);
}
