import { createMiddleware } from "hono/factory";
import { tooLarge, type BodyLimit } from "../src/http/body-limit.ts";
import type { AppEnv } from "./env.ts";

/**
 * Sets how much of a body may be read. Reading stops at the limit, whatever Content-Length says. A
 * body whose Content-Length is over the limit is refused before it is read.
 */
export function bodyLimit(limitOf: (path: string) => BodyLimit) {
  return createMiddleware<AppEnv>(async function bodyLimit(c, next) {
    const limit = limitOf(c.req.path);
    const declared = Number(c.get("exchange").header("content-length") ?? 0);
    if (declared > limit.maxBytes) throw tooLarge(limit, declared);
    c.set("bodyLimit", limit);
    await next();
  });
}
