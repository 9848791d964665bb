import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { HeldUp } from "../../../src/http/held-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("adds up while the client does not keep up, and only then", () => {
  const heldUp = new HeldUp();
  heldUp.end();
  vi.advanceTimersByTime(100);
  expect(heldUp.ms).toBe(0);
  heldUp.begin();
  vi.advanceTimersByTime(30);
  heldUp.begin();
  vi.advanceTimersByTime(30);
  expect(heldUp.ms).toBe(60);
  heldUp.end();
  vi.advanceTimersByTime(100);
  heldUp.begin();
  vi.advanceTimersByTime(5);
  heldUp.end();
  expect(heldUp.ms).toBe(65);
});
