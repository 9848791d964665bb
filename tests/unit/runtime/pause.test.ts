import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pause } from "../../../src/runtime/pause.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function hasEnded(pausing: Promise<void>): Promise<boolean> {
  const running = Symbol("running");
  return (await Promise.race([pausing, Promise.resolve(running)])) !== running;
}

it("waits for its time", async () => {
  const pausing = pause(1000, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(999);
  expect(await hasEnded(pausing)).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await hasEnded(pausing)).toBe(true);
});

it("ends with its signal, and leaves no timer", async () => {
  const stop = new AbortController();
  const pausing = pause(1000, stop.signal);
  stop.abort();
  await pausing;
  expect(vi.getTimerCount()).toBe(0);
  await pause(1000, stop.signal);
  expect(vi.getTimerCount()).toBe(0);
});
