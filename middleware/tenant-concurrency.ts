import { createMiddleware } from "hono/factory";
import type { TenantLimiter } from "../src/access/tenant-limiter.ts";
import type { AppEnv } from "./env.ts";

/**
 * Holds one of the tenant's places until the answer has ended, which may be after the handler.
 * @param retryAfter as TenantLimiter, for a tenant.
 */
export function tenantConcurrency(
  limiter: TenantLimiter,
  retryAfter: (tenant: string) => { retryAfterSec?: number },
) {
  return createMiddleware<AppEnv>(async function tenantConcurrency(c, next) {
    const record = c.get("record");
    record.onEnd(limiter.acquire(record.tenant, () => retryAfter(record.tenant)));
    await next();
  });
}
