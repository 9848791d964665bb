import type { ServiceEvents } from "../../../src/events/service-events.ts";
import type { ModelCatalog } from "../../../src/models/catalog.ts";
import type { LiveRequests } from "../../../src/requests/live-requests.ts";
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
  /** Where items are while they run. */
  live: Pick<LiveRequests, "begin" | "end">;
  events: Pick<ServiceEvents, "emit">;
  /** Writes down how an item went. */
  logItem: (record: RequestRecord, end: RequestEnd) => void;
}
