import { Histogram, Registry } from "prom-client";
import type { EndedRequest } from "../requests/ended-request.ts";
import { ENDINGS } from "../../workers/request-store/endings.ts";
import { byValue } from "../runtime/by-value.ts";
import type { SchemaCheck } from "../inference/answer-schema.ts";
import { WAIT_BUCKETS } from "./buckets.ts";
import { PREFIX } from "./names.ts";
import { Tallies, type Tally } from "./tallies.ts";

const CACHE_OUTCOMES = {
  "HIT-EXACT": "hit_exact",
  "HIT-SEMANTIC": "hit_semantic",
  MISS: "miss",
  BYPASS: "bypass",
} as const satisfies Record<NonNullable<EndedRequest["cache"]>, string>;

const SCHEMA_CHECKS: readonly SchemaCheck[] = ["valid", "repaired", "mismatch"];

type Instruments = ReturnType<typeof instrumentsIn>;

/** The figures of a project's requests to one model, whose labels were looked up. */
type ModelFigures = ReturnType<typeof figuresOf>;

/** The figures of a project's requests, model by model, in a registry of their own. */
export class ProjectMetrics {
  readonly registry = new Registry();
  readonly #instruments: Instruments;
  readonly #models = new Map<string, ModelFigures>();

  constructor(project: string) {
    this.registry.setDefaultLabels({ project });
    this.#instruments = instrumentsIn(this.registry);
  }

  /** A request has ended. @param model its label. */
  ended(model: string, ended: EndedRequest): void {
    let figures = this.#models.get(model);
    if (!figures) this.#models.set(model, (figures = figuresOf(this.#instruments, model)));
    figures.requests[ended.ended].add(1);
    figures.duration.observe(ended.tookMs / 1000);
    if (ended.queueMs !== undefined) this.#instruments.queueWait.observe(ended.queueMs / 1000);
    const firstMs = firstTokenMs(ended);
    if (firstMs !== undefined) figures.firstToken.observe(firstMs / 1000);
    add(figures.inputTokens, ended.inputTokens);
    add(figures.outputTokens, ended.outputTokens);
    add(figures.inferenceSeconds, ended.inferenceMs, 1000);
    if (ended.isPromptCut) figures.truncated.add(1);
    if (ended.cache) figures.cache[CACHE_OUTCOMES[ended.cache]].add(1);
    if (ended.schemaCheck) figures.schemaChecks[ended.schemaCheck].add(1);
    add(figures.savedSeconds, ended.savedMs, 1000);
    add(figures.images, ended.images);
    add(figures.imageSavedBytes, ended.imageBytesSaved);
  }

  /** Removes what there is of a model. */
  forget(model: string): void {
    const { requests, cache, schemaChecks, queueWait: _ofAll, ...others } = this.#instruments;
    for (const outcome of ENDINGS) requests.remove(model, outcome);
    for (const outcome of Object.values(CACHE_OUTCOMES)) cache.remove(model, outcome);
    for (const outcome of SCHEMA_CHECKS) schemaChecks.remove(model, outcome);
    for (const metric of Object.values(others)) metric.remove(model);
    this.#models.delete(model);
  }
}

function instrumentsIn(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string): Tallies<"model"> =>
    new Tallies({ name: PREFIX + name, help, labelNames: ["model"], registers });
  const outcomes = (name: string, help: string): Tallies<"model" | "outcome"> =>
    new Tallies({ name: PREFIX + name, help, labelNames: ["model", "outcome"], registers });
  const waits = (name: string, help: string, labelNames: "model"[]): Histogram<"model"> =>
    new Histogram({ name: PREFIX + name, help, labelNames, buckets: WAIT_BUCKETS, registers });
  return {
    requests: outcomes("requests_total", "Requests that have ended, and how"),
    duration: waits("request_duration_seconds", "From a request to the end of its answer", [
      "model",
    ]),
    firstToken: waits(
      "time_to_first_token_seconds",
      "From asking for a place to the first token of a streamed answer",
      ["model"],
    ),
    queueWait: waits("queue_wait_seconds", "How long requests have waited for a place", []),
    inputTokens: counter("input_tokens_total", "Tokens of prompts that models have read"),
    outputTokens: counter("output_tokens_total", "Tokens that models have written"),
    inferenceSeconds: counter("inference_seconds_total", "Inference that requests have taken"),
    truncated: counter("truncated_prompts_total", "Prompts that did not fit and were cut"),
    schemaChecks: outcomes(
      "schema_checks_total",
      "Answers that were checked against the schema that they are held to",
    ),
    cache: outcomes("cache_requests_total", "Requests that the response cache has looked at"),
    savedSeconds: counter(
      "cache_saved_seconds_total",
      "What the answers of the cache had taken when they were made",
    ),
    images: counter("images_total", "Images of requests"),
    imageSavedBytes: counter("image_saved_bytes_total", "Bytes that compression has saved"),
  };
}

function figuresOf(instruments: Instruments, model: string) {
  const { requests, cache, schemaChecks } = instruments;
  return {
    requests: byValue(ENDINGS, (outcome) => requests.labels(model, outcome)),
    cache: byValue(Object.values(CACHE_OUTCOMES), (outcome) => cache.labels(model, outcome)),
    schemaChecks: byValue(SCHEMA_CHECKS, (outcome) => schemaChecks.labels(model, outcome)),
    duration: instruments.duration.labels(model),
    firstToken: instruments.firstToken.labels(model),
    inputTokens: instruments.inputTokens.labels(model),
    outputTokens: instruments.outputTokens.labels(model),
    inferenceSeconds: instruments.inferenceSeconds.labels(model),
    truncated: instruments.truncated.labels(model),
    savedSeconds: instruments.savedSeconds.labels(model),
    images: instruments.images.labels(model),
    imageSavedBytes: instruments.imageSavedBytes.labels(model),
  };
}

/** How long the first token of a streamed answer took; undefined where none came. */
function firstTokenMs(ended: EndedRequest): number | undefined {
  const { streamed, status, queueMs, loadMs, firstMs } = ended;
  if (!streamed || status >= 400 || firstMs === undefined) return undefined;
  return (queueMs ?? 0) + (loadMs ?? 0) + firstMs;
}

/** Adds a figure, in parts of the counter's unit, where there is one. */
function add(tally: Tally, figure: number | undefined, parts = 1): void {
  if (figure) tally.add(figure / parts);
}
