import { awakeNow } from "../../runtime/awake-clock.ts";
import { pause } from "../../runtime/pause.ts";
import { unlessAborted } from "../../runtime/unless-aborted.ts";
import type { ModelCatalog } from "../catalog.ts";
import { keepAliveMs } from "../keep-alive.ts";
import type { ContextLanes } from "../lanes/context-lanes.ts";
import type { LoadedModels } from "../loaded-models.ts";
import type { ModelUse } from "../memory/model-use.ts";
import { canonicalModel } from "../model-name.ts";
import type { ProvisionReports } from "./reports.ts";

interface WarmUpOptions {
  catalog: Pick<ModelCatalog, "embeds" | "isInstalled" | "isRemote">;
  loadedModels: Pick<LoadedModels, "ensureLoaded" | "isLoaded" | "modelsToEvict">;
  modelUse: Pick<ModelUse, "begin">;
  lanes: Pick<ContextLanes, "request">;
  /** Whether requests of clients wait. */
  isBusy: () => boolean;
  /** Memory that is free for models, in bytes; undefined where it cannot be known. */
  freeBytes: () => Promise<number | undefined>;
  /** Memory that a model is expected to take, in bytes; undefined where nothing is known of it. */
  expectedBytes: (model: string) => Promise<number | undefined>;
  /** How long they stay when they are idle. */
  keepAlive: string;
  reports: Pick<ProvisionReports, "say" | "log">;
}

/** How often it is looked whether clients still wait. */
const LOOK_AGAIN_MS = 500;

/**
 * Loads models before anybody asks for them, one at a time: never while requests of clients wait,
 * and none that would push another one out. A client's request for such a model joins its load.
 */
export class WarmUp {
  readonly #options: WarmUpOptions;
  #loading: Promise<void> = Promise.resolve();

  constructor(options: WarmUpOptions) {
    this.#options = options;
  }

  /** Loads a model after those before it, if it is installed and fits. Never rejects. */
  load(model: string, signal: AbortSignal): Promise<void> {
    this.#loading = this.#loading
      .then(() => this.#load(model, signal))
      .catch((err: unknown) => {
        if (!signal.aborted) this.#skipped(model, err instanceof Error ? err.message : String(err));
      });
    return this.#loading;
  }

  async #load(model: string, signal: AbortSignal): Promise<void> {
    const { catalog, isBusy } = this.#options;
    signal.throwIfAborted();
    if (!(await catalog.isInstalled(model)) || (await catalog.isRemote(model))) return;
    while (isBusy() && !signal.aborted) await pause(LOOK_AGAIN_MS, signal);
    const obstacle = await this.#obstacleTo(model);
    signal.throwIfAborted();
    if (obstacle === undefined) await this.#loadNow(model, signal);
    else this.#skipped(model, obstacle);
  }

  /** Why a model is not to be loaded now. */
  async #obstacleTo(model: string): Promise<string | undefined> {
    const { loadedModels, freeBytes, expectedBytes } = this.#options;
    const free = await freeBytes();
    if (free === undefined) return "the memory of its server is not known";
    const [other] = loadedModels.modelsToEvict(canonicalModel(model));
    if (other !== undefined) return `it would push ${other} out`;
    const needed = (await expectedBytes(model)) ?? 0;
    if (needed <= free) return undefined;
    return `it takes about ${gb(needed)} GB, and ${gb(free)} GB are free for models`;
  }

  async #loadNow(model: string, signal: AbortSignal): Promise<void> {
    const { catalog, loadedModels, modelUse, lanes, keepAlive, reports } = this.#options;
    const name = canonicalModel(model);
    const kind = (await catalog.embeds(model)) ? "embed" : "generate";
    // As one on /api/v1 that leaves the context to the model.
    const hints = { kind, keepAlive, lane: lanes.request(name, undefined, "pinned") } as const;
    const startedAt = awakeNow();
    // As a request that has asked for it to be kept.
    const end = modelUse.begin(name, keepAliveMs(keepAlive));
    try {
      await unlessAborted(Promise.resolve(loadedModels.ensureLoaded(name, hints)), signal);
    } finally {
      end();
    }
    if (!loadedModels.isLoaded(name)) return this.#skipped(model, "the server could not load it");
    const tookMs = Math.round(awakeNow() - startedAt);
    reports.log({ model, load_ms: tookMs }, "a model was loaded before it was asked for");
    reports.say(`The model ${model} is in memory.`);
  }

  #skipped(model: string, why: string): void {
    const { say, log } = this.#options.reports;
    log({ model, why }, "a model was not loaded before it was asked for");
    say(`The model ${model} is loaded when it is asked for: ${why}.`);
  }
}

function gb(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
