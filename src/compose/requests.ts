import { totalmem } from "node:os";
import { largestBodyBytes } from "../../config/load.ts";
import type { Settings } from "../../config/schema.ts";
import type { ThreadParts } from "../../workers/thread-parts.ts";
import { ManageAccess } from "../access/manage-access.ts";
import { TenantLimiter } from "../access/tenant-limiter.ts";
import { EventFeed } from "../events/event-feed.ts";
import { BodyBudget } from "../http/body-budget.ts";
import { BodyDiscards } from "../http/body-discards.ts";
import { UploadWatch } from "../http/upload-watch.ts";
import type { Watches } from "../http/watches.ts";
import { LiveRequests } from "../requests/live-requests.ts";
import { RequestLog } from "../requests/request-log.ts";
import type { RequestStore } from "../requests/store/request-store.ts";
import { ActiveRequests } from "../runtime/active-requests.ts";
import { StallWatch } from "../runtime/stall-watch.ts";
import type { LineName } from "../scheduling/fair-queue.ts";
import type { Base } from "./base.ts";
import { composeRequestStore } from "./request-store.ts";

/** What looks after requests, whatever they ask for. */
export interface Requests {
  active: ActiveRequests;
  /** Those under way. */
  live: LiveRequests;
  /** Tells those who follow it what happens. */
  feed: EventFeed;
  log: RequestLog;
  /** Where they are kept when they have ended; undefined where they are not. */
  store: RequestStore | undefined;
  /** The memory that bodies are read into, and what is done with those that nobody wants. */
  bodies: BodyBudget;
  discards: BodyDiscards;
  /** Look after clients that have stopped sending or reading. */
  watches: Watches;
  tenants: Record<LineName, TenantLimiter>;
  manageAccess: ManageAccess;
}

/** @param thread the one that owns the databases. */
export function composeRequests(base: Base, thread: ThreadParts): Requests {
  const { settings, logs, deadlines, events } = base;
  const store = composeRequestStore(base, thread);
  if (store) events.on("requestEnded", store.add);
  const live = new LiveRequests();
  const stallMs = settings.downloadStallMs;
  const onStall = (): void =>
    logs.service.warn({ stall_ms: stallMs }, "a client did not read its answer and was cut off");
  return {
    active: new ActiveRequests(),
    live,
    feed: new EventFeed({ events, live, deadlines }),
    log: new RequestLog(logs, (ended, record) => events.emit("requestEnded", ended, record)),
    store,
    bodies: new BodyBudget({
      maxBytes: bodyMemoryBytes(settings),
      waitMs: settings.bodyMemoryWaitMs,
      deadlines,
    }),
    discards: new BodyDiscards({ maxMs: settings.refusedBodyMs, deadlines }),
    watches: {
      uploads: new UploadWatch({ stallMs: settings.uploadStallMs }),
      downloads: new StallWatch({ stallMs, onStall }),
    },
    tenants: {
      text: new TenantLimiter({ limit: settings.tenantMaxText }),
      vision: new TenantLimiter({ limit: settings.tenantMaxVision }),
    },
    manageAccess: new ManageAccess({ allowRemote: settings.allowRemoteManagement }),
  };
}

const LEAST_BODY_MEMORY_BYTES = 256 * 1_048_576;

/** Memory for the bodies of all requests. */
export function bodyMemoryBytes(settings: Settings): number {
  // Half of it, which is one tenant's share, has to hold the largest body.
  const usual = Math.max(LEAST_BODY_MEMORY_BYTES, totalmem() / 10, 2 * largestBodyBytes(settings));
  return settings.bodyMemoryMaxBytes ?? Math.round(usual);
}
