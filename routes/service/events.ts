import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import type { ManageAccess } from "../../src/access/manage-access.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import type { EventFeed } from "../../src/events/event-feed.ts";
import { readQuery } from "../read-query.ts";
import { streamAnswer, streamHead } from "../stream-answer.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { EndedRequestFacts, EventsQuery } from "./contract/requests.ts";
import { streamContent } from "./contract/stream-parts.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { Guards } from "./services.ts";
import { visibleTenant } from "./visible-tenant.ts";

/** What the route of events works with. */
export interface EventServices {
  guards: Pick<Guards, "rate">;
  manageAccess: Pick<ManageAccess, "allows">;
  feed: Pick<EventFeed, "open">;
}

const at = z.iso.datetime();
const owner = { request_id: z.string(), project: z.string(), tenant: z.string() };
const work = {
  route: z.string().nullable(),
  dialect: z.string(),
  operation: z.string().nullable(),
  model: z.string().nullable(),
};

const Started = z
  .object({
    at,
    ...owner,
    kind: z.enum(["request", "item"]),
    client: z.string().nullable(),
    ...work,
  })
  .openapi("RequestStartedEvent");
const Phase = z
  .object({
    at,
    ...owner,
    phase: z.enum(["waiting_for_place", "loading", "sharing", "sent", "first_byte"]),
    after_ms: z.number().openapi({ description: "Since the request came" }),
    ...work,
  })
  .openapi("RequestPhaseEvent");
const Ended = z.object({ at, ...EndedRequestFacts.shape }).openapi("RequestEndedEvent");
const Loaded = z.object({ at, model: z.string(), took_ms: z.int() }).openapi("ModelLoadedEvent");
const Unloaded = z.object({ at, model: z.string() }).openapi("ModelUnloadedEvent");
const Down = z.object({ at, reason: z.string() }).openapi("ServerDownEvent");
const run = {
  at,
  run_id: z.string(),
  agent: z.string(),
  model: z.string(),
  project: z.string(),
  tenant: z.string(),
};
const RunStarted = z.object(run).openapi("RunStartedEvent");
const RunEnded = z
  .object({
    ...run,
    status: z.string(),
    reason: z.string().nullable(),
    steps: z.int(),
    took_ms: z.int(),
  })
  .openapi("RunEndedEvent");
const Slept = z.object({ at, slept_ms: z.int() }).openapi("MachineSleptEvent");
const Dropped = z
  .object({ reason: z.enum(["slow", "stopping", "cancelled"]) })
  .openapi("DroppedEvent");
const Nothing = z.object({ at: at.optional() }).openapi("PlainEvent", {
  description: "server_up, and missed: some events are gone that came after Last-Event-ID",
});

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/events",
  operationId: "followEvents",
  tags: ["Requests"],
  summary: "What happens, as it happens: one's own requests, or all for who may manage",
  headers: ["rateLimit", "resumable"],
  request: { query: EventsQuery },
  responses: {
    200: {
      description: "Server-sent events until the client leaves",
      content: streamContent("text/event-stream", {
        part: z
          .union([
            Ended,
            Phase,
            Started,
            RunEnded,
            RunStarted,
            Loaded,
            Down,
            Unloaded,
            Slept,
            Dropped,
            Nothing,
          ])
          .openapi("ServiceEvent"),
        about:
          "`event:` says which: request_started, request_phase, request_ended, run_started, run_ended, " +
          "model_loaded, model_unloaded, server_up, server_down, machine_slept; missed; dropped, the last one",
        example:
          'id: 7f1f9c0e-212\nevent: server_down\ndata: {"at":"2026-01-31T12:00:00.000Z","reason":"it ended"}\n\n',
      }),
    },
    ...errorResponses([
      "validation_error",
      "rate_limit_exceeded",
      "tenant_limit_exceeded",
      "queue_full",
      "shutting_down",
    ]),
  },
};

/** GET /api/v1/events */
export function eventRoutes(router: ServiceRouter, services: EventServices): void {
  mount(router, route, [services.guards.rate("events", 60)], (c) => follow(c, services));
}

function follow(c: AppContext, { feed, manageAccess }: EventServices): Response {
  const record = c.get("record");
  const { signal, method } = c.get("exchange");
  const { project } = readQuery(c, EventsQuery);
  const head = streamHead("text/event-stream");
  // Without a body there would be no end.
  if (method === "HEAD") return c.body(null, 200, head.headers);
  signal.throwIfAborted();
  const reader = feed.open({
    tenant: record.tenant,
    view: { tenant: visibleTenant(c, manageAccess), project },
    lastId: c.get("exchange").header("last-event-id"),
  });
  record.onEnd(() => reader.end());
  signal.addEventListener("abort", () => {
    const { reason } = signal;
    if (!(reason instanceof ServiceError)) return reader.end();
    record.failed(reason);
    reader.drop("cancelled");
  });
  record.streamed = true;
  return streamAnswer(c, head, reader.pieces());
}
