import { getEventListeners } from "node:events";
import { vi } from "vitest";
import type { BodyFacts } from "../../../src/dialects/inspect-body.ts";
import { WorkerPool, type RawPool } from "../../../workers/pool.ts";
import type { TaskInput } from "../../../workers/protocol.ts";

/** A task that a thread would be working on. */
export interface StartedTask {
  input: unknown;
  name: string;
  signal: AbortSignal;
  transferList: ArrayBuffer[];
  settle: (output: unknown) => void;
  fail: (err: unknown) => void;
}

/** A pool whose threads do what the test says; an aborted task rejects as tinypool's does. */
export function setUpPool({ threads = 1, maxWaiting = 20, taskDeadlineMs = 1000 } = {}) {
  const started: StartedTask[] = [];
  const seen = { opened: 0, destroyed: 0 };
  const raw: RawPool = {
    run: (input, { name, signal, transferList }) =>
      new Promise((settle, fail) => {
        signal.addEventListener("abort", () => fail(new Error("The task has been aborted")));
        started.push({ input, name, signal, transferList, settle, fail });
      }),
    destroy: () => {
      seen.destroyed += 1;
      for (const task of started) task.fail(new Error("Terminating worker thread"));
      return Promise.resolve();
    },
  };
  const open = (): RawPool => {
    seen.opened += 1;
    return raw;
  };
  const pool = new WorkerPool({ open, threads, maxWaiting, taskDeadlineMs });
  return { pool, started, seen };
}

/** The task that was started as the nth, from 0. */
export function nth(started: StartedTask[], index: number): StartedTask {
  const task = started[index];
  if (!task) throw new Error(`only ${started.length} tasks have started`);
  return task;
}

/** The marks of what has started, in its order. */
export function order(started: StartedTask[]): (number | undefined)[] {
  return started.map(({ input }) => {
    const [bytes] = Array.isArray(input) ? input : [(input as { bytes: Uint8Array }).bytes];
    return (bytes as Uint8Array)[0];
  });
}

/** Lets everything happen that waits for no timer. */
export const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

/** How many listen for a signal's abort. */
export const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

export const facts: BodyFacts = {
  model: "m",
  models: ["m"],
  modelIsCertain: true,
  hasImages: false,
  hasAudio: false,
  hasWork: false,
  stream: undefined,
  keepAlive: undefined,
  loadOptions: undefined,
  shift: undefined,
  prefix: undefined,
  isUnread: false,
};

/** An input of `inspectBody`, a short task. */
export const shortInput = (mark: number): Uint8Array[] => [new Uint8Array([mark])];

/** An input of `compressImage`, a long task. */
export const longInput = (mark: number): TaskInput<"compressImage"> => ({
  bytes: new Uint8Array([mark]),
  options: {
    compress: true,
    format: "jpeg",
    formatIsRequested: false,
    maxDimension: 256,
    quality: 85,
    pngLevel: 6,
    maxPixels: 1_000_000,
  },
});
