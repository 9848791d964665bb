import { ServiceError } from "../../errors/service-error.ts";
import type { ViewedModel } from "./memory-view.ts";
import type { ModelNeed } from "./model-sizes.ts";

/** Why a model cannot be in memory. */
export interface Shortage {
  /** Canonical. */
  model: string;
  /** Undefined where only the number of models is too high. */
  need: ModelNeed | undefined;
  limitBytes: number;
  mostLoaded: number | undefined;
  /** As many models as may be in memory are pinned. */
  isCrowded: boolean;
  /** The other models in memory. */
  loaded: ViewedModel[];
  /** Those of them that do not leave. */
  pinned: ViewedModel[];
}

const GB = 2 ** 30;

/** More are counted, not named: a message is cut at a length. */
const MOST_NAMED = 8;

/** The error for a request whose model cannot be in memory. */
export function insufficientMemory(shortage: Shortage): ServiceError {
  const { model, need, limitBytes, loaded, pinned } = shortage;
  const message = [reason(shortage), loadedModels(loaded), wayOut(shortage)].join(" ");
  return new ServiceError("insufficient_memory", message, {
    param: "model",
    fields: {
      model,
      ...(need && { needed_bytes: need.bytes, context: need.context, learnt: need.isLearnt }),
      limit_bytes: Math.round(limitBytes),
      loaded: loaded.slice(0, MOST_NAMED).map((one) => ({
        name: one.listed.name,
        bytes: one.bytes,
        running: one.running,
        pinned: one.isPinned,
      })),
      would_have_to_go: pinned.slice(0, MOST_NAMED).map(({ listed }) => listed.name),
    },
  });
}

function reason({ model, need, limitBytes, mostLoaded, isCrowded }: Shortage): string {
  if (isCrowded || !need) {
    return `The model '${model}' has no room: ${mostLoaded} models may be in memory, and as many are pinned.`;
  }
  const { bytes, context, isLearnt } = need;
  const figure = isLearnt ? gb(bytes) : `up to ${gb(bytes)}`;
  return (
    `The model '${model}' takes ${figure} with a context of ${context} tokens; ` +
    `models may take ${gb(limitBytes)} together.`
  );
}

function loadedModels(loaded: ViewedModel[]): string {
  if (loaded.length === 0) return "No other model is loaded.";
  const named = loaded.slice(0, MOST_NAMED).map(({ listed, bytes, isPinned, running }) => {
    const state = isPinned ? ", pinned" : running > 0 ? ", at work" : "";
    return `${listed.name} (${gb(bytes)}${state})`;
  });
  return `Loaded: ${named.join(", ")}.`;
}

function wayOut({ need, limitBytes, pinned }: Shortage): string {
  if (need && need.bytes > limitBytes) {
    return "It does not fit whatever leaves: name a smaller model, or a smaller num_ctx.";
  }
  const names = pinned.slice(0, MOST_NAMED).map(({ listed }) => listed.name);
  return `What would have to go is pinned: ${names.join(", ")}.`;
}

function gb(bytes: number): string {
  return `${(bytes / GB).toFixed(bytes < 10 * GB ? 2 : 1)} GB`;
}
