import { createMiddleware } from "hono/factory";
import { ServiceError } from "../src/errors/service-error.ts";
import type { AppEnv } from "./env.ts";

/**
 * Refuses new work once the service has begun to stop. Routes that report its state still answer.
 */
export function notWhileStopping(isStopping: () => boolean) {
  return createMiddleware<AppEnv>(async function notWhileStopping(c, next) {
    if (isStopping() && !STATE.has(c.req.path)) {
      throw new ServiceError("shutting_down", "The service is stopping");
    }
    await next();
  });
}

const STATE = new Set(["/api/v1/health", "/api/v1/ready", "/api/v1/queue/stats", "/metrics"]);
