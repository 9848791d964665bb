import { createMiddleware } from "hono/factory";
import type { RateLimiter, RateState } from "../src/access/rate-limiter.ts";
import type { AppEnv } from "./env.ts";

/**
 * Limits the requests a minute of each tenant on one route; `route` names it, whatever its
 * parameters.
 */
export function rateLimit(limiter: RateLimiter, route: string, perMinute: number) {
  return createMiddleware<AppEnv>(async function rateLimit(c, next) {
    const headers = c.get("addedHeaders");
    const key = `${c.get("record").tenant} ${route}`;
    const state = limiter.take(key, perMinute, (refused) => tell(headers, refused));
    tell(headers, state);
    await next();
  });
}

function tell(headers: string[], { limit, remaining, resetAtSec }: RateState): void {
  headers.push("X-RateLimit-Limit", String(limit));
  headers.push("X-RateLimit-Remaining", String(remaining));
  headers.push("X-RateLimit-Reset", String(resetAtSec));
}
