import type { RestartPauses, Upstream } from "../hosts/upstream.ts";
import { HeaderFilter } from "../http/hop-headers.ts";
import { createTransport } from "../http/http.ts";
import type { Transport } from "../http/transport.ts";
import type { ReadGraphics } from "../models/memory/video-memory.ts";
import type { Base } from "./base.ts";
import { composeInferenceServer } from "./inference-server.ts";
import { composeScheduling, type Scheduling } from "./scheduling.ts";

/** The inference server, and the way to it. */
export interface Inference extends Scheduling {
  transport: Transport;
  upstream: Upstream;
}

interface InferenceOptions {
  /** The addresses of the service itself, which is no inference server. */
  ownOrigins: () => string[];
  restartPauses: RestartPauses | undefined;
  readGraphics: ReadGraphics | undefined;
  /** The inference server is there, or has gone. */
  onUp: () => void;
  onDown: () => void;
  /** Throws while the first model is being fetched. */
  assertFirst: () => void;
  /** How long after its expiry a model may still be in memory, in another way than usual. */
  stuckAfterMs: number | undefined;
}

/** Builds the server's supervisor, and what decides which request may go there. */
export function composeInference(base: Base, options: InferenceOptions): Inference {
  const transport = createTransport(new HeaderFilter(base.settings.tenantHeaders));
  const upstream = composeInferenceServer({
    ...base,
    ...options,
    isBusy: () => queue.stats("text").in_progress + queue.stats("vision").in_progress > 0,
    onReset: () => {
      loadedModels.reset();
      modelUse.reset();
      memory.sizes.reset();
      lanes.reset();
      stuckModels.reset();
      catalog.invalidate();
    },
    onReady: () => {
      queue.wake();
      base.events.emit("serverUp");
      options.onUp();
    },
    onDown: (reason) => {
      options.onDown();
      base.events.emit("serverDown", reason);
      base.terminal.say(`The inference server is down: ${reason}. Trying again.`);
      queue.rejectWaiting(upstream.unavailable());
    },
  });
  const { readGraphics, stuckAfterMs, assertFirst } = options;
  const scheduling = composeScheduling(base, {
    upstream,
    transport,
    readGraphics,
    stuckAfterMs,
    assertFirst,
  });
  const { catalog, loadedModels, modelUse, memory, stuckModels, lanes, queue } = scheduling;
  return { ...scheduling, transport, upstream };
}
