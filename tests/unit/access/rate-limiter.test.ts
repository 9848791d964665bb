import { expect, it } from "vitest";
import { RateLimiter, type RateState } from "../../../src/access/rate-limiter.ts";

function setUp() {
  let now = 1_000_000;
  const limiter = new RateLimiter({ now: () => now });
  return { limiter, pass: (ms: number) => void (now += ms) };
}

it("counts down within a minute, then refuses with the window's end", () => {
  const { limiter, pass } = setUp();
  expect(limiter.take("a", 2)).toEqual({ limit: 2, remaining: 1, resetAtSec: 1060 });
  pass(30_000);
  expect(limiter.take("a", 2)).toEqual({ limit: 2, remaining: 0, resetAtSec: 1060 });
  let told: RateState | undefined;
  expect(() => limiter.take("a", 2, (state) => void (told = state))).toThrow(
    expect.objectContaining({
      code: "rate_limit_exceeded",
      retryAfterSec: 60,
      fields: { limit: 2, reset_at: 1060 },
    }),
  );
  expect(told).toEqual({ limit: 2, remaining: 0, resetAtSec: 1060 });
});

it("opens a new window after exactly a minute", () => {
  const { limiter, pass } = setUp();
  limiter.take("a", 1);
  pass(59_999);
  expect(() => limiter.take("a", 1)).toThrow("Rate limit exceeded");
  pass(1);
  expect(limiter.take("a", 1)).toMatchObject({ remaining: 0, resetAtSec: 1120 });
});

it("keeps keys apart", () => {
  const { limiter } = setUp();
  limiter.take("a chat", 1);
  expect(limiter.take("b chat", 1).remaining).toBe(0);
  expect(limiter.take("a generate", 1).remaining).toBe(0);
});

it("does not count what it refuses", () => {
  const { limiter, pass } = setUp();
  limiter.take("a", 1);
  for (let i = 0; i < 5; i++) expect(() => limiter.take("a", 1)).toThrow("Rate limit exceeded");
  pass(60_000);
  expect(limiter.take("a", 3).remaining).toBe(2);
});
