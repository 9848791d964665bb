import type { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";
import { until } from "./deadline.ts";

/** Counts this process's threads from now on, for the rest of the test. */
export function watchThreads() {
  const seen = { begun: 0, ended: 0 };
  const watch = (worker: Worker): void => {
    seen.begun += 1;
    worker.once("exit", () => (seen.ended += 1));
  };
  process.on("worker", watch);
  onTestFinished(() => void process.off("worker", watch));
  return {
    seen,
    /** Settles when so many have ended. */
    ended: (count: number) => until(() => seen.ended >= count, `${count} threads have ended`),
  };
}
