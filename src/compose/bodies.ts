import { totalmem } from "node:os";
import { largestBodyBytes } from "../../config/load.ts";
import type { Settings } from "../../config/schema.ts";
import { BodyBudget } from "../http/body-budget.ts";
import { BodyDiscards } from "../http/body-discards.ts";
import type { Deadlines } from "../runtime/deadlines.ts";

const LEAST_BYTES = 256 * 1_048_576;

/** Memory for the bodies of all requests. */
export function bodyMemoryBytes(settings: Settings): number {
  // Half of it, which is one tenant's share, has to hold the largest body.
  const usual = Math.max(LEAST_BYTES, totalmem() / 10, 2 * largestBodyBytes(settings));
  return settings.bodyMemoryMaxBytes ?? Math.round(usual);
}

/** Builds what bounds the bodies of requests: those in memory, and those that nobody wants. */
export function composeBodies(settings: Settings, deadlines: Deadlines) {
  return {
    bodies: new BodyBudget({
      maxBytes: bodyMemoryBytes(settings),
      waitMs: settings.bodyMemoryWaitMs,
      deadlines,
    }),
    discards: new BodyDiscards({ maxMs: settings.refusedBodyMs, deadlines }),
  };
}
