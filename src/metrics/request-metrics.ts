import { Counter, Histogram, Registry } from "prom-client";
import { ERROR_CODES } from "../errors/codes.ts";
import { canonicalModel } from "../models/model-name.ts";
import type { EndedRequest } from "../requests/ended-request.ts";
import { type Ending, ENDINGS } from "../../workers/request-store/endings.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import { byValue } from "../runtime/by-value.ts";
import { TOKEN_BUCKETS, WAIT_BUCKETS } from "./buckets.ts";
import { LabelPlaces, OTHER } from "./label-places.ts";
import { PREFIX } from "./names.ts";
import { ProjectMetrics } from "./project-metrics.ts";
import { Tallies, type Tally } from "./tallies.ts";

/** Projects, and models, that have a label of their own. */
export const MOST_NAMES = 20;

/** Of clients that name no project: their addresses are nobody's business. */
const UNKNOWN = "unknown";

/** Of what has no model or no operation, such as a refusal. No canonical name of a model is this. */
const NONE = "none";

/** The figures that are made from the record of each request; a batch counts as its items. */
export class RequestMetrics {
  readonly #registry = new Registry();
  readonly #all = instrumentsIn(this.#registry);
  readonly #byProject = new Map<string, ProjectMetrics>();
  readonly #operations = new Map<string, Record<Ending, Tally>>();
  readonly #projects: LabelPlaces;
  readonly #models: LabelPlaces;

  /** @param now milliseconds, on any clock. */
  constructor(now: () => number = awakeNow) {
    this.#projects = new LabelPlaces({
      most: MOST_NAMES,
      onLeave: (project) => this.#byProject.delete(project),
      now,
    });
    this.#models = new LabelPlaces({
      most: MOST_NAMES,
      onLeave: (model) => this.#forgetModel(model),
      now,
    });
    // These are always there, so that every metric is.
    for (const project of [UNKNOWN, OTHER]) this.#metricsOf(project);
  }

  /** The registries to show: one for all requests, and one for each project, with the same names. */
  get registries(): { all: Registry; byProject: Registry[] } {
    const byProject = [...this.#byProject.values()].map(({ registry }) => registry);
    return { all: this.#registry, byProject };
  }

  /** A request has ended. */
  readonly ended = (ended: EndedRequest): void => {
    if (ended.kind === "batch") return;
    const use = isAnswered(ended) ? 1 + (ended.inferenceMs ?? 0) : 0;
    const project = ended.project === UNKNOWN ? UNKNOWN : this.#projects.used(ended.project, use);
    const model = this.#modelOf(ended.model, use);
    this.#metricsOf(project).ended(model, ended);
    const { errors, betweenTokens } = this.#all;
    this.#operation(ended.operation ?? NONE)[ended.ended].add(1);
    if (ended.errorCode) errors.inc({ code: ended.errorCode });
    const { bodyMs, outputTokens = 0 } = ended;
    if (!ended.streamed || bodyMs === undefined || outputTokens < 2) return;
    betweenTokens.observe({ model }, bodyMs / 1000 / (outputTokens - 1));
  };

  /** The service has had a model (canonical name) loaded. */
  readonly loaded = (model: string, tookMs: number): void => {
    this.#all.loads.observe({ model: this.#models.used(model, 0) }, tookMs / 1000);
  };

  /** The service has had a model (canonical name) unloaded. */
  readonly unloaded = (model: string): void => {
    this.#all.unloads.inc({ model: this.#models.labelOf(model) });
  };

  #operation(name: string): Record<Ending, Tally> {
    const { operations } = this.#all;
    const make = () => byValue(ENDINGS, (outcome) => operations.labels(name, outcome));
    let known = this.#operations.get(name);
    if (!known) this.#operations.set(name, (known = make()));
    return known;
  }

  #metricsOf(project: string): ProjectMetrics {
    let metrics = this.#byProject.get(project);
    if (!metrics) this.#byProject.set(project, (metrics = new ProjectMetrics(project)));
    return metrics;
  }

  /** Clients name models that there are not: only one that has answered gets a label. */
  #modelOf(named: string | undefined, use: number): string {
    const model = canonicalModel(named);
    if (model === "") return NONE;
    return use > 0 ? this.#models.used(model, use) : this.#models.labelOf(model);
  }

  #forgetModel(model: string): void {
    for (const metrics of this.#byProject.values()) metrics.forget(model);
    const { betweenTokens, loads, unloads } = this.#all;
    for (const metric of [betweenTokens, loads, unloads]) metric.remove(model);
  }
}

/** Those that are not told apart by project. */
function instrumentsIn(registry: Registry) {
  const registers = [registry];
  const errors = new Counter({
    name: `${PREFIX}request_errors_total`,
    help: "Requests that have ended with an error of the service, by its code",
    labelNames: ["code"],
    registers,
  });
  // A rate needs a series before its first error.
  for (const code of Object.keys(ERROR_CODES)) errors.inc({ code }, 0);
  return {
    errors,
    operations: new Tallies({
      name: `${PREFIX}operations_total`,
      help: "Requests that have ended, by what they asked for and how they ended",
      labelNames: ["operation", "outcome"],
      registers,
    }),
    betweenTokens: new Histogram({
      name: `${PREFIX}time_between_tokens_seconds`,
      help: "Mean time between two tokens of a streamed answer",
      labelNames: ["model"],
      buckets: TOKEN_BUCKETS,
      registers,
    }),
    loads: new Histogram({
      name: `${PREFIX}model_load_seconds`,
      help: "How long the loads took that the service has asked for",
      labelNames: ["model"],
      buckets: WAIT_BUCKETS,
      registers,
    }),
    unloads: new Counter({
      name: `${PREFIX}model_unloads_total`,
      help: "Models that the service has unloaded",
      labelNames: ["model"],
      registers,
    }),
  };
}

/** Whether a model has answered, or the cache had what one had answered. */
function isAnswered(ended: EndedRequest): boolean {
  // It has, be it wrongly.
  if (ended.schemaCheck) return true;
  const { status, errorCode } = ended;
  if (status === 0 || status >= 400 || errorCode !== undefined) return false;
  const { inferenceMs, inputTokens, outputTokens, savedMs } = ended;
  return (inferenceMs ?? inputTokens ?? outputTokens ?? savedMs) !== undefined;
}
