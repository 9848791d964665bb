import { Tinypool } from "tinypool";
import { type openWorkerPool, runUntilGone, WorkerPool, type RawPool } from "../../workers/pool.ts";

type OpenOptions = Parameters<typeof openWorkerPool>[0];

/** Between two tests less time passes; after the last one no thread is left behind for long. */
const IDLE_MS = 2000;
const MAX_WAITING = 64;

const pools = new Map<number, Tinypool>();

/**
 * Worker threads as the service opens them, but for one thing: those of one service work on for the
 * next one, which would otherwise spend most of a test on starting its own.
 */
export function openSharedWorkers({ entry, threads, taskDeadlineMs }: OpenOptions): WorkerPool {
  const open = (): RawPool => {
    const pool = pools.get(threads) ?? makePool(entry, threads);
    pools.set(threads, pool);
    return useOf(pool);
  };
  return new WorkerPool({ open, threads, maxWaiting: MAX_WAITING, taskDeadlineMs });
}

function makePool(filename: string, maxThreads: number): Tinypool {
  return new Tinypool({ filename, minThreads: 0, maxThreads, idleTimeout: IDLE_MS });
}

/** One service's use of a pool: at its end its tasks are ended, and no one else's. */
function useOf(pool: Tinypool): RawPool {
  const running = new Map<AbortController, Promise<unknown>>();
  return {
    run: async (input, { name, signal, transferList }) => {
      // Never aborted once the task has settled: tinypool would throw into the void.
      const stop = new AbortController();
      const callOff = (): void => stop.abort();
      signal.addEventListener("abort", callOff, { once: true });
      try {
        signal.throwIfAborted();
        const task = runUntilGone(pool, input, { name, signal: stop.signal, transferList });
        running.set(stop, task);
        return await task;
      } finally {
        signal.removeEventListener("abort", callOff);
        running.delete(stop);
      }
    },
    destroy: async () => {
      const tasks = [...running.values()];
      for (const stop of running.keys()) stop.abort();
      await Promise.allSettled(tasks);
    },
  };
}
