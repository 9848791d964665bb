import type { ModelCatalog } from "../../../src/models/catalog.ts";
import type { RequestEnd, RequestRecord } from "../../../src/requests/request-record.ts";
import type { FairQueue, LineName } from "../../../src/scheduling/fair-queue.ts";
import type { GenerationServices } from "../services.ts";

/** How large a batch may be, and how many of its items are under way at once. */
export interface BatchLimits {
  maxItems: number;
  atOnce: number;
}

/** What the routes of batches work with. */
export interface BatchServices extends GenerationServices {
  catalog: GenerationServices["catalog"] & Pick<ModelCatalog, "assertAllAllowed">;
  limits: Record<LineName, BatchLimits>;
  queue: Pick<FairQueue, "assertRoomForBackground">;
  /** Whether the service has begun to stop. */
  isStopping: () => boolean;
  /** Writes down how an item went. */
  logItem: (record: RequestRecord, end: RequestEnd) => void;
}
