import type { StallWatch } from "../runtime/stall-watch.ts";
import type { UploadWatch } from "./upload-watch.ts";

/** The watches for clients that have stalled, for all connections. */
export interface Watches {
  /** Clients that have stopped sending. */
  uploads: UploadWatch;
  /** Clients that have stopped reading. */
  downloads: StallWatch;
}
