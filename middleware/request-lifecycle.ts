import { createMiddleware } from "hono/factory";
import { dialectOf } from "../src/errors/render.ts";
import type { ServiceEvents } from "../src/events/service-events.ts";
import type { ActiveRequests } from "../src/runtime/active-requests.ts";
import type { BodyBudget } from "../src/http/body-budget.ts";
import type { BodyDiscards } from "../src/http/body-discards.ts";
import type { Exchange } from "../src/http/exchange.ts";
import type { LiveRequests } from "../src/requests/live-requests.ts";
import type { RequestLog } from "../src/requests/request-log.ts";
import { newRequestId } from "../src/requests/request-id.ts";
import { RequestRecord } from "../src/requests/request-record.ts";
import type { AppContext, AppEnv } from "./env.ts";

interface RequestLifecycleOptions {
  exchangeOf: (c: AppContext) => Exchange;
  log: Pick<RequestLog, "write">;
  active: ActiveRequests;
  live: Pick<LiveRequests, "begin" | "end">;
  events: Pick<ServiceEvents, "emit">;
  bodies: BodyBudget;
  discards: BodyDiscards;
}

/**
 * Gives each request its id and its record, and the answer the headers that report them. The access
 * line is written when the answer has ended; the end of a stream comes long after the handler's. An
 * answer that was found before the body was read, such as most refusals, is sent after the rest of
 * the body has arrived (BodyDiscards says why).
 */
export function requestLifecycle({
  exchangeOf,
  log,
  active,
  live,
  events,
  bodies,
  discards,
}: RequestLifecycleOptions) {
  return createMiddleware<AppEnv>(async function requestLifecycle(c, next) {
    const exchange = exchangeOf(c);
    const record = new RequestRecord(newRequestId(), (ended, end) => {
      log.write(ended, end, {
        peer: exchange.peer,
        method: exchange.method,
        prefix: exchange.target.prefix,
        target: exchange.target.forwarded,
        userAgent: exchange.header("user-agent"),
        referrer: exchange.header("referer"),
      });
    });
    const dialect = dialectOf(c.req.path);
    record.dialect = dialect;
    // Until it is known who is behind a proxy.
    record.client = exchange.peer;
    record.isCutOff = () => active.isCutOff;
    active.enter();
    const seat = live.begin(record, exchange);
    record.onEnd(() => {
      active.leave();
      live.end(seat);
      exchange.restoreIdleTimeout();
    });
    events.emit("requestBegan", record, exchange);
    c.set("exchange", exchange);
    c.set("record", record);
    c.set("bodies", bodies);
    c.set("dialect", dialect);
    c.set("addedHeaders", ["X-Shared-Ollama-Request-Id", record.id]);
    try {
      await next();
      if (exchange.hasUnreadBody) {
        record.letGoOfBody();
        if (!(await exchange.discardBody(discards))) c.res.headers.set("Connection", "close");
      }
      tellAndEnd(c, record);
    } catch (cause) {
      // Errors are answered by inner handlers. Here arrives a thrown value that is no Error, or a
      // header that cannot be written. The answer so far is dropped, and gives back what it held.
      await c.res.body?.cancel().catch(() => {});
      record.end({ status: 500, bytes: 0, complete: !exchange.hasLeft });
      throw new Error("the request failed", { cause });
    }
  });
}

/**
 * Adds the headers to the answer, and ends the record unless the answer's body is still to be sent.
 */
function tellAndEnd(c: AppContext, record: RequestRecord): void {
  const { headers } = c.res;
  if (headers.has(ALREADY_SENT)) return;
  const added = c.get("addedHeaders");
  for (let i = 0; i + 1 < added.length; i += 2) headers.append(added[i] ?? "", added[i + 1] ?? "");
  const waited = record.waitHeaders;
  // They may be in the head already.
  for (let i = 0; i + 1 < waited.length; i += 2) headers.set(waited[i] ?? "", waited[i + 1] ?? "");
  // The answer to an error is complete, whatever had begun before it.
  if (record.isOpen && !c.error) {
    const timing = record.serverTiming(false);
    if (timing !== "" && !headers.has("Server-Timing")) headers.set("Server-Timing", timing);
    return;
  }
  headers.set("Server-Timing", record.serverTiming(true));
  const { hasLeft } = c.get("exchange");
  record.end({ status: c.res.status, bytes: record.bytes, complete: !hasLeft });
}

/**
 * The header that marks an answer which the transport has already written to the socket
 * (@hono/node-server).
 */
const ALREADY_SENT = "x-hono-already-sent";
