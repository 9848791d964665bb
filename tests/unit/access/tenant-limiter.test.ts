import { expect, it } from "vitest";
import { TenantLimiter } from "../../../src/access/tenant-limiter.ts";

it("refuses a tenant above its share, and only that tenant", () => {
  const limiter = new TenantLimiter({ limit: 2 });
  limiter.acquire("a");
  limiter.acquire("a");
  expect(() => limiter.acquire("a")).toThrow(
    expect.objectContaining({
      code: "tenant_limit_exceeded",
      status: 429,
      retryAfterSec: 2,
      fields: { limit: 2 },
    }),
  );
  limiter.acquire("b");
  expect(limiter.size).toBe(3);
});

it("gives a place back once, however often it is told", () => {
  const limiter = new TenantLimiter({ limit: 2 });
  const first = limiter.acquire("a");
  limiter.acquire("a");
  first();
  first();
  first();
  expect(limiter.size).toBe(1);
  limiter.acquire("a");
  expect(() => limiter.acquire("a")).toThrow("2 requests in flight");
});

it("holds nothing of tenants that have gone", () => {
  const limiter = new TenantLimiter({ limit: 1 });
  for (let i = 0; i < 3; i++) limiter.acquire("a")();
  expect(limiter.size).toBe(0);
});
