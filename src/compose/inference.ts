import type { Settings } from "../../config/schema.ts";
import { InferencePipeline } from "../inference/pipeline.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import type { Transport } from "../http/transport.ts";
import type { Upstream } from "../hosts/upstream.ts";
import { hardStops } from "./limits.ts";
import type { Scheduling } from "./scheduling.ts";

interface InferenceParts {
  settings: Settings;
  scheduling: Scheduling;
  transport: Transport;
  upstream: Upstream;
  deadlines: Deadlines;
}

/** Builds the way to the inference server. */
export function composePipeline(parts: InferenceParts): InferencePipeline {
  const { settings, scheduling, transport, upstream, deadlines } = parts;
  const { admission, loadedModels } = scheduling;
  return new InferencePipeline({
    admission,
    loadedModels,
    transport,
    deadlines,
    host: upstream,
    hardStopMs: hardStops(settings),
  });
}
