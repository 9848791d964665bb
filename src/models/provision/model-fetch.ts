import { ServiceError } from "../../errors/service-error.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import { awakeNow } from "../../runtime/awake-clock.ts";
import { deferred } from "../../runtime/deferred.ts";
import { pause } from "../../runtime/pause.ts";
import type { Pulls } from "../changes/pulls.ts";
import { canonicalModel } from "../model-name.ts";
import { withSize, type RequiredModel } from "./first-models.ts";
import { PullProgress } from "./pull-progress.ts";
import type { ProvisionReports } from "./reports.ts";

/** What becomes of a required model that is not installed. */
export type FetchState = "not_fetched" | "waiting" | "fetching" | "retrying" | "failed";

/** A required model that is not installed. */
export interface MissingModel extends RequiredModel {
  state: FetchState;
  /** Of its last download; 0 before the server has told. */
  completedBytes: number;
  totalBytes: number;
  /** Why its last download has failed. */
  error: string | undefined;
  /** When it is tried again, on the clock of `awakeNow`. */
  retryAt: number | undefined;
}

interface ModelFetchOptions {
  pulls: Pick<Pulls, "watch">;
  /** @throws ServiceError when the server is away. */
  isInstalled: (model: string) => Promise<boolean>;
  reports: ProvisionReports;
  /** A model is there. */
  onFetched: (model: string) => void;
}

/** Pauses between the rounds, in milliseconds: they double. In all it is tried for 37 minutes. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 600_000;
const ROUNDS = 13;

/** Failures that the next try would have, too. */
const FINAL = new Set<ErrorCode>([
  "cancelled",
  "invalid_request",
  "model_not_found",
  "shutting_down",
]);

/**
 * Fetches models one after the other, through the pulls that clients share: who asks for one of
 * them joins its download, and whoever may cancel it does. What has failed is tried again when the
 * others have had their turn, with growing pauses.
 */
export class ModelFetch {
  readonly #options: ModelFetchOptions;
  readonly #missing = new Map<string, MissingModel>();
  readonly #tried = deferred<void>();

  constructor(models: RequiredModel[], options: ModelFetchOptions) {
    this.#options = options;
    for (const model of models) {
      this.#missing.set(canonicalModel(model.name), missingModel(model, "waiting"));
    }
  }

  /** Settles when each model was tried once, or nothing will be. */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  /** A model that it has not fetched yet. */
  of(model: string): Readonly<MissingModel> | undefined {
    return this.#missing.get(canonicalModel(model));
  }

  /**
   * Settles when all are there or given up. A download under way goes on when the signal aborts.
   * @throws the signal's reason.
   */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (let round = 1; ; round += 1) {
        for (const model of this.#left) await this.#try(model, round < ROUNDS, signal);
        this.#tried.resolve();
        if (this.#left.length === 0) return;
        const pauseMs = pauseAfter(round);
        for (const model of this.#left) model.retryAt = awakeNow() + pauseMs;
        await pause(pauseMs, signal);
        signal.throwIfAborted();
      }
    } finally {
      this.#tried.resolve();
    }
  }

  get #left(): MissingModel[] {
    return [...this.#missing.values()].filter(({ state }) => state !== "failed");
  }

  async #try(model: MissingModel, isTriedAgain: boolean, signal: AbortSignal): Promise<void> {
    const { isInstalled, onFetched, reports } = this.#options;
    const { name } = model;
    try {
      if (!(await isInstalled(name))) {
        Object.assign(model, { state: "fetching", error: undefined, retryAt: undefined });
        await this.#download(model, signal);
        reports.log({ model: name, bytes: model.totalBytes }, "a required model was fetched");
      }
      this.#missing.delete(canonicalModel(name));
      onFetched(name);
    } catch (err) {
      signal.throwIfAborted();
      this.#failed(model, err, isTriedAgain);
    }
  }

  async #download(model: MissingModel, signal: AbortSignal): Promise<void> {
    const { pulls, reports } = this.#options;
    const { name } = model;
    reports.say(`Fetching the model ${withSize(model)}.`);
    reports.log({ model: name }, "a required model is being fetched");
    const figures = new PullProgress();
    const progress = reports.progress();
    let told = 0;
    try {
      for await (const line of await pulls.watch({ model: name, insecure: false }, signal)) {
        if (!figures.read(line)) continue;
        const { completedBytes, totalBytes, tenths } = figures;
        Object.assign(model, { completedBytes, totalBytes });
        progress.update(name, completedBytes, totalBytes);
        if (tenths <= told) continue;
        told = tenths;
        reports.log(
          { model: name, completed_bytes: completedBytes, total_bytes: totalBytes },
          `a required model is fetched to ${told * 10} %`,
        );
      }
    } finally {
      progress.end();
    }
  }

  #failed(model: MissingModel, err: unknown, isTriedAgain: boolean): void {
    const { say, log } = this.#options.reports;
    const { name } = model;
    const isFinal = !isTriedAgain || (err instanceof ServiceError && FINAL.has(err.code));
    model.error = err instanceof Error ? err.message : String(err);
    model.state = isFinal ? "failed" : "retrying";
    log({ err, model: name, is_tried_again: !isFinal }, "a required model could not be fetched");
    const what = isFinal ? "could not be fetched" : "could not be fetched, and is tried again";
    say(`The model ${name} ${what}: ${model.error}`);
    if (isFinal) say(`To try again: restart, or POST {"model":"${name}"} to /api/v1/models/pull.`);
  }
}

/** A missing model whose download has not begun. */
export function missingModel(
  { name, sizeGb }: RequiredModel,
  state: "not_fetched" | "waiting",
): MissingModel {
  const none = { completedBytes: 0, totalBytes: 0, error: undefined, retryAt: undefined };
  return { name, sizeGb, state, ...none };
}

function pauseAfter(round: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (round - 1), LONGEST_PAUSE_MS);
}
