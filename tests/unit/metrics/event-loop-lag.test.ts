import { expect, it, onTestFinished } from "vitest";
import { EventLoopLag } from "../../../src/metrics/event-loop-lag.ts";
import { until } from "../../support/deadline.ts";

function started() {
  const lag = new EventLoopLag();
  lag.start();
  onTestFinished(() => lag.stop());
  return (): Record<string, number> => Object.fromEntries(lag.statistics());
}

it("has figures before it was measured, too", () => {
  // Bun measures once for all of the process.
  const isFigure = (seconds: number): boolean => seconds >= 0;
  expect(
    new EventLoopLag().statistics().map(([name, seconds]) => [name, isFigure(seconds)]),
  ).toEqual([
    ["median", true],
    ["p99", true],
    ["max", true],
  ]);
});

it("is how long the main thread was held up, on both runtimes", async () => {
  const read = started();
  // The first measurement is only a beginning.
  await until(() => (read()["max"] ?? 0) > 0, "something is measured");
  const end = performance.now() + 300;
  while (performance.now() < end);
  await until(() => (read()["max"] ?? 0) > 0.2, "the lag is seen");
  expect(read()["max"]).toBeLessThan(2);
});

it("leaves out the pauses between measurements", async () => {
  const read = started();
  await until(() => (read()["max"] ?? 0) > 0, "something is measured");
  await until(() => (read()["median"] ?? 1) < 0.015, "the median of an idle thread is small");
});
