import { Tinypool } from "tinypool";
import { ServiceError } from "../src/errors/service-error.ts";
import type { TaskInput, TaskName, TaskOutput } from "./protocol.ts";

/** Tinypool, or a stand-in for tests. */
export interface RawPool {
  run(input: unknown, options: { name: string }): Promise<unknown>;
  destroy(): Promise<void>;
}

interface WorkerPoolOptions {
  /** A task that has not settled by then has failed: tinypool never settles a dead thread's. */
  taskDeadlineMs: number;
}

/** The typed way to the worker threads. */
export class WorkerPool {
  readonly #pool: RawPool;
  readonly #deadlineMs: number;

  constructor(pool: RawPool, { taskDeadlineMs }: WorkerPoolOptions) {
    this.#pool = pool;
    this.#deadlineMs = taskDeadlineMs;
  }

  /** Runs a task on a thread. @throws ServiceError `internal_error` when the task fails. */
  async run<K extends TaskName>(name: K, input: TaskInput<K>): Promise<TaskOutput<K>> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      const late = new Error(`the task ${name} took longer than ${this.#deadlineMs} ms`);
      timer = setTimeout(() => reject(late), this.#deadlineMs);
    });
    try {
      return (await Promise.race([this.#pool.run(input, { name }), deadline])) as TaskOutput<K>;
    } catch (cause) {
      throw new ServiceError("internal_error", `The task ${name} failed`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }
}

/**
 * Opens the pool. Threads start with the first task and end when they have been idle.
 * @param entry file URL of workers/main, built (.js) on Node, as it is (.ts) on Bun.
 */
export function openWorkerPool(entry: string, threads: number): WorkerPool {
  const pool = new Tinypool({
    filename: entry,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 30_000,
    maxQueue: 256,
  });
  return new WorkerPool(pool, { taskDeadlineMs: 30_000 });
}
