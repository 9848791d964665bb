import type { StallWatch } from "../runtime/stall-watch.ts";
import type { UploadWatch } from "./upload-watch.ts";

/** What looks after clients that have stopped, for all connections. */
export interface Watches {
  /** Clients that do not send on. */
  uploads: UploadWatch;
  /** Clients that do not read on. */
  downloads: StallWatch;
}
