import { createMiddleware } from "hono/factory";
import { dialectOf } from "../src/errors/render.ts";
import type { ActiveRequests } from "../src/runtime/active-requests.ts";
import type { Exchange } from "../src/runtime/exchange.ts";
import type { RequestLog } from "../src/telemetry/request-log.ts";
import { RequestRecord } from "../src/telemetry/request-record.ts";
import type { AppContext, AppEnv } from "./env.ts";

interface RequestIdOptions {
  exchangeOf: (c: AppContext) => Exchange;
  log: Pick<RequestLog, "write">;
  active: ActiveRequests;
  newId?: () => string;
}

/**
 * Gives each request its id and its record, and the answer the headers that tell of them. The
 * access line is written when the answer has ended, which for a stream is long after the
 * handler has.
 */
export function requestId({
  exchangeOf,
  log,
  active,
  newId = () => crypto.randomUUID(),
}: RequestIdOptions) {
  return createMiddleware<AppEnv>(async function requestId(c, next) {
    const exchange = exchangeOf(c);
    const record = new RequestRecord(newId(), (ended, end) => {
      log.write(ended, end, {
        peer: exchange.peer,
        method: exchange.method,
        target: exchange.target,
        userAgent: exchange.header("user-agent"),
        referrer: exchange.header("referer"),
      });
    });
    active.enter();
    record.onEnd(() => {
      active.leave();
      exchange.rest();
    });
    c.set("exchange", exchange);
    c.set("record", record);
    c.set("dialect", dialectOf(c.req.path));
    c.set("addedHeaders", ["X-Shared-Ollama-Request-Id", record.id]);
    await next();
    if (c.res.headers.has(ALREADY_SENT)) return;
    const headers = c.res.headers;
    const added = c.get("addedHeaders");
    for (let i = 0; i + 1 < added.length; i += 2)
      headers.append(added[i] ?? "", added[i + 1] ?? "");
    if (record.isOpen) {
      if (!headers.has("Server-Timing")) headers.set("Server-Timing", record.serverTiming(false));
      return;
    }
    headers.set("Server-Timing", record.serverTiming(true));
    record.end({ status: c.res.status, bytes: record.bytes, complete: !exchange.hasLeft });
  });
}

/** Marks an answer that the transport has written to the socket itself (@hono/node-server). */
const ALREADY_SENT = "x-hono-already-sent";
