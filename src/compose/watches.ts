import type { Settings } from "../../config/schema.ts";
import { StallWatch } from "../runtime/stall-watch.ts";
import { UploadWatch } from "../http/upload-watch.ts";
import type { Watches } from "../http/watches.ts";
import type { LogFiles } from "../logs/service-log.ts";

/** Builds what looks after clients that have stopped sending or reading. */
export function composeWatches(
  { uploadStallMs, downloadStallMs }: Settings,
  logs: LogFiles,
): Watches {
  return {
    uploads: new UploadWatch({ stallMs: uploadStallMs }),
    downloads: new StallWatch({
      stallMs: downloadStallMs,
      onStall: () =>
        logs.service.warn(
          { stall_ms: downloadStallMs },
          "a client did not read its answer and was cut off",
        ),
    }),
  };
}
