import type { Settings } from "../../config/schema.ts";
import type { ImageCompressor } from "../images/image-compressor.ts";
import { InferenceRunner } from "../inference/runner.ts";
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
  compressor: ImageCompressor;
  deadlines: Deadlines;
}

/** Builds what runs inference for the service's own routes. */
export function composeRunner(parts: InferenceParts): InferenceRunner {
  const { settings, scheduling, transport, upstream, compressor, deadlines } = parts;
  return new InferenceRunner({
    admission: scheduling.admission,
    loadedModels: scheduling.loadedModels,
    transport,
    upstream,
    images: compressor,
    deadlines,
    hardStopMs: hardStops(settings),
  });
}
