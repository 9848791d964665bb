import { createMiddleware } from "hono/factory";
import { ServiceError } from "../src/errors/service-error.ts";
import type { AppEnv } from "./env.ts";

/** Refuses a request whose path the inference server might read differently from the guards. */
export function readableTarget() {
  return createMiddleware<AppEnv>(async function readableTarget(c, next) {
    const { refusal } = c.get("exchange").target;
    if (refusal !== undefined) throw new ServiceError("invalid_request", refusal);
    await next();
  });
}
