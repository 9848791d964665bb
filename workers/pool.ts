import { setTimeout as delay } from "node:timers/promises";
import { Tinypool } from "tinypool";
import { ServiceError } from "../src/errors/service-error.ts";
import { awakeTimeout } from "../src/runtime/awake-timeout.ts";
import type { Caller } from "../src/runtime/caller.ts";
import type { Signal } from "../src/runtime/light-signal.ts";
import { Turnstile } from "../src/runtime/turnstile.ts";
import { PoolThreads } from "./pool-threads.ts";
import type { TaskInput, TaskName, TaskOutput } from "./protocol.ts";

/** Tinypool, or a fake in tests. */
export interface RawPool {
  run(input: unknown, options: RawRunOptions): Promise<unknown>;
  destroy(): Promise<void>;
}

interface RawRunOptions {
  name: string;
  signal: AbortSignal;
  transferList: ArrayBuffer[];
}

interface WorkerPoolOptions {
  /** Starts the threads; called with the first task. */
  open: () => RawPool;
  /** Tasks that run at once. */
  threads: number;
  /** Tasks that may wait for a thread. */
  maxWaiting: number;
  /** A task that runs longer has failed, and its thread is ended. */
  taskDeadlineMs: number;
}

interface RunOptions extends Partial<Caller> {
  /** Bytes of the input that are transferred, not copied; the caller must not use them again. */
  transfer?: Uint8Array[];
}

/**
 * Tasks that share the threads' time: bodies take a few milliseconds, or seconds where they are
 * large; an image takes a hundred.
 */
const KIND_OF: Record<TaskName, "bodies" | "images"> = {
  inspectBody: "bodies",
  inspectZstd: "bodies",
  inspectForm: "bodies",
  replaceModel: "bodies",
  readImageBody: "bodies",
  locateImages: "bodies",
  placeOfNumCtx: "bodies",
  compressImage: "images",
};

/**
 * The typed client of the worker threads. It keeps the queue itself, and gives tinypool a task only
 * when a thread is free. So tenants take turns, a task's deadline counts from its start, and a task
 * that is cancelled while it waits costs nothing.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #turns: Turnstile;
  #raw: RawPool | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#turns = new Turnstile({ atOnce: options.threads });
  }

  /** Tasks that run or wait. */
  get size(): number {
    return this.#turns.size;
  }

  /** Those of them that wait for a thread. */
  get waiting(): number {
    return this.#turns.waiting;
  }

  /**
   * Runs a task on a thread. An abort drops the task while it waits, and ends its thread while it
   * runs.
   * @throws ServiceError `queue_full` or `shutting_down`; the signal's reason; an Error when the
   * task throws, ends its thread, runs out of memory or past the deadline.
   */
  async run<K extends TaskName>(
    name: K,
    input: TaskInput<K>,
    { transfer = [], ...caller }: RunOptions = {},
  ): Promise<TaskOutput<K>> {
    caller.signal?.throwIfAborted();
    if (this.#closing) throw shuttingDown();
    this.#assertRoom(caller.tenant ?? "");
    const work = () => this.#runNow(name, input, caller.signal, transfer);
    return (await this.#turns.run(caller, work, KIND_OF[name])) as TaskOutput<K>;
  }

  /** Ends the threads; running and waiting tasks fail. All callers await the same end. */
  destroy(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // First, or waiting tasks would get the places of those that end now, on new threads.
    this.#turns.refuseWaiting(shuttingDown());
    await this.#raw?.destroy();
  }

  /** One tenant's tasks take no more than half of the queue. */
  #assertRoom(tenant: string): void {
    if (this.#turns.isFree) return;
    const { maxWaiting } = this.#options;
    const own = Math.ceil(maxWaiting / 2);
    if (this.#turns.waiting >= maxWaiting) {
      throw new ServiceError("queue_full", `${maxWaiting} images and bodies wait for a thread`);
    }
    if (this.#turns.waitingOf(tenant) >= own) {
      const message = `${own} images and bodies of this project wait for a thread`;
      throw new ServiceError("queue_full", message);
    }
  }

  async #runNow(
    name: TaskName,
    input: unknown,
    signal: Signal | undefined,
    transfer: Uint8Array[],
  ): Promise<unknown> {
    const { taskDeadlineMs } = this.#options;
    // A signal of the pool's own, which is never aborted once the task has settled: tinypool would
    // then throw an error that nothing catches.
    const stop = new AbortController();
    const callOff = (): void => stop.abort();
    let late: Error | undefined;
    const callOffDeadline = awakeTimeout(taskDeadlineMs, () => {
      late = new Error(`the task ${name} took longer than ${taskDeadlineMs} ms`);
      stop.abort();
    });
    signal?.addEventListener("abort", callOff, { once: true });
    try {
      signal?.throwIfAborted();
      // Between its turn and here the pool may have been closed.
      if (this.#closing) throw shuttingDown();
      this.#raw ??= this.#options.open();
      const transferList = transfer.map((bytes) => bytes.buffer as ArrayBuffer);
      return await this.#raw.run(input, { name, signal: stop.signal, transferList });
    } catch (err) {
      signal?.throwIfAborted();
      if (this.#closing) throw shuttingDown();
      throw taskFailure(name, late ?? err);
    } finally {
      callOffDeadline();
      signal?.removeEventListener("abort", callOff);
    }
  }
}

/** The cause is for the log; clients get an internal error with the request's id. */
function taskFailure(name: TaskName, cause: unknown): Error {
  return new Error(`the task ${name} failed`, { cause });
}

function shuttingDown(): ServiceError {
  return new ServiceError("shutting_down", "The service is stopping");
}

interface OpenOptions {
  /** File URL of workers/main, built (.js) on Node, as it is (.ts) on Bun. */
  entry: string;
  threads: number;
  taskDeadlineMs: number;
  /** Called when a thread without a task dies. */
  onFault: (err: unknown) => void;
}

/** The most waiting tasks. Each may hold an image of some megabytes. */
const MAX_WAITING = 64;

/** The longest wait for a thread to end. It ends at once, unless native code keeps it. */
const GONE_WITHIN_MS = 2000;

/** JavaScript memory of one thread. The largest body that is parsed there needs a part of it. */
const MAX_HEAP_MB = 512;

/**
 * Runs a task; a cancelled task settles when its thread has ended. Until then the thread may still
 * answer, and tinypool would give it the next task, which would fail with it.
 */
export async function runUntilGone(
  pool: Tinypool,
  input: unknown,
  task: RawRunOptions,
): Promise<unknown> {
  let before: Tinypool["threads"] = [];
  // Runs before tinypool's own listener, which takes the thread out of the list.
  const note = (): void => {
    before = pool.threads;
  };
  task.signal.addEventListener("abort", note, { once: true });
  try {
    return (await pool.run(input, task)) as unknown;
  } catch (err) {
    if (task.signal.aborted) await hasGone(before.filter((one) => !pool.threads.includes(one)));
    throw err;
  } finally {
    task.signal.removeEventListener("abort", note);
  }
}

/** Settles when terminated threads have ended, or after a time limit. */
function hasGone(threads: Tinypool["threads"]): Promise<unknown> {
  const gone = threads.map(
    (thread) => new Promise<void>((resolve) => thread.once("exit", () => resolve())),
  );
  return Promise.race([Promise.all(gone), delay(GONE_WITHIN_MS, undefined, { ref: false })]);
}

/** The pool of the service. Threads start with the first task and end when they have been idle. */
export function openWorkerPool(options: OpenOptions): WorkerPool {
  const { entry, threads, taskDeadlineMs, onFault } = options;
  const open = (): RawPool => {
    const pool = new Tinypool({
      filename: entry,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 30_000,
      // Bun has no memory limits for threads; there the deadline ends a task that uses too much.
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    pool.on("error", onFault);
    const running = new PoolThreads(pool);
    return {
      run: (input, task) => {
        const output = runUntilGone(pool, input, task);
        running.notice();
        return output;
      },
      destroy: () => running.end(),
    };
  };
  return new WorkerPool({ open, threads, maxWaiting: MAX_WAITING, taskDeadlineMs });
}
