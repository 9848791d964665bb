import type { InstalledModel } from "../../hosts/client.ts";
import { canonicalModel } from "../model-name.ts";
import type { MemoryCounts } from "./memory-counts.ts";
import type { MemoryView, ViewedModel } from "./memory-view.ts";
import type { ModelSizes } from "./model-sizes.ts";
import {
  bytesTogether,
  byNeed,
  mayLeave,
  nextToUnload,
  type MemoryState,
} from "./unload-choice.ts";

interface MemoryReportOptions {
  view: Pick<MemoryView, "limits" | "look" | "rules">;
  sizes: Pick<ModelSizes, "learntOf">;
  /** The installed models. @throws ServiceError when the server is away. */
  installed: () => Promise<InstalledModel[]>;
  counts: Readonly<MemoryCounts>;
  idleMs: number;
  pressure: number;
  /** Memory of graphics cards, in bytes; undefined where it is not known, or the machine's own. */
  videoBytes: () => number | undefined;
  /** What each model of the server keeps of prompts in the machine's memory, at most, if known. */
  promptCacheBytes: () => number | undefined;
}

/** What there is to see of memory. */
export class MemoryReport {
  readonly #options: MemoryReportOptions;

  constructor(options: MemoryReportOptions) {
    this.#options = options;
  }

  /** As `GET /api/v1/system/memory` shows it. @throws ServiceError when the server is away. */
  async read() {
    const { view, installed, counts, idleMs, pressure, videoBytes } = this.#options;
    const [{ models, state, machine }, files] = await Promise.all([view.look(), installed()]);
    const weights = new Map(files.map(({ name, size }) => [canonicalModel(name), size]));
    const limitBytes = Math.round(state.limitBytes);
    const usedBytes = bytesTogether(models);
    return {
      rules: view.rules,
      machine: {
        total_bytes: machine.totalBytes,
        available_bytes: machine.availableBytes,
        video_bytes: videoBytes() ?? null,
        pressure,
      },
      limit_bytes: limitBytes,
      used_bytes: usedBytes,
      free_bytes: Math.max(0, limitBytes - usedBytes),
      most_loaded: state.mostLoaded ?? null,
      idle_timeout: finite(idleMs),
      models: models.map((model) => this.#model(model, weights.get(model.name) ?? null)),
      next: this.#next(models, state),
      room: view.limits.isCertain && view.rules !== "none" ? roomFor(models, state) : null,
      unloaded: counts.unloaded,
      freed_bytes: counts.freedBytes,
      refused: counts.refused,
      unfit: counts.unfit,
    };
  }

  #model(model: ViewedModel, weights: number | null) {
    const { sizes, promptCacheBytes } = this.#options;
    const { listed } = model;
    return {
      name: listed.name,
      bytes: model.mainBytes,
      vram_bytes: listed.size_vram,
      weights_bytes: weights,
      context_bytes: weights === null ? null : Math.max(0, listed.size - weights),
      prompt_cache_bytes: promptCacheBytes() ?? null,
      sizes: sizes.learntOf(model.name),
      running: model.running,
      idle: Math.round(model.idleMs / 1000),
      pinned: model.isPinned,
      kept: model.isKept,
      managed: model.isSeen,
      expires_at: listed.expires_at,
    };
  }

  /** The model that leaves next, and in how many seconds. */
  #next(models: ViewedModel[], state: MemoryState) {
    const { idleMs, pressure } = this.#options;
    const now = nextToUnload(models, state, { idleMs, pressure });
    if (now) return { name: nameOf(now.model.name, models), in: 0 };
    const isTight = state.usedShare > pressure;
    const longestMs = isTight ? idleMs / 2 : idleMs;
    const [next] = models
      .filter((m) => m.running === 0 && mayLeave(m) && !m.isKept)
      .toSorted((a, b) => b.idleMs - a.idleMs);
    return next
      ? { name: next.listed.name, in: finite(Math.max(0, longestMs - next.idleMs)) }
      : null;
  }
}

/** What a further model could take at most, and which would leave for that, in this order. */
function roomFor(models: ViewedModel[], { limitBytes, mostLoaded = Infinity }: MemoryState) {
  const staying = models.filter(({ isPinned }) => isPinned);
  const leaving = models.filter(({ isPinned }) => !isPinned).toSorted(byNeed);
  const isFull = staying.length >= mostLoaded;
  return {
    bytes: isFull ? 0 : Math.max(0, Math.round(limitBytes - bytesTogether(staying))),
    would_leave: leaving.map(({ listed }) => listed.name),
  };
}

function nameOf(name: string, models: ViewedModel[]): string {
  return models.find((model) => model.name === name)?.listed.name ?? name;
}

/** Whole seconds; null for never. */
function finite(ms: number): number | null {
  return Number.isFinite(ms) ? Math.round(ms / 1000) : null;
}
