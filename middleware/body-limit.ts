import { createMiddleware } from "hono/factory";
import { tooLarge } from "../src/runtime/upload-watch.ts";
import type { AppEnv } from "./env.ts";

/**
 * Sets how much of a body may be read; reading stops at the limit whatever Content-Length says.
 * A length that is over the limit by its own word is refused before anything is read.
 */
export function bodyLimit(maxBytes: number) {
  return createMiddleware<AppEnv>(async function bodyLimit(c, next) {
    const declared = Number(c.get("exchange").header("content-length") ?? 0);
    if (declared > maxBytes) throw tooLarge(maxBytes, declared);
    c.set("maxBodyBytes", maxBytes);
    await next();
  });
}
