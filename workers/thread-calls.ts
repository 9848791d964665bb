import { ServiceError } from "../src/errors/service-error.ts";
import { awakeTimeout } from "../src/runtime/awake-timeout.ts";

/** One thread with what it holds. */
export interface RawThread {
  run(input: unknown, options: { name: string; transferList: ArrayBuffer[] }): Promise<unknown>;
  /** Ends it, whatever it does. */
  end(): Promise<void>;
}

interface ThreadCallsOptions {
  /** What it is called in errors. */
  name: string;
  /** Starts a thread that holds nothing. `onEnd` is told when it has ended by itself. */
  open: (onEnd: (err: unknown) => void) => RawThread;
  /** A thread that has answered nothing for so long although it was asked has failed. */
  deadlineMs: number;
  /** The same for its first answer, since it has to start. Default: `deadlineMs`. */
  startMs?: number;
  /** How long it may take where the machine has no processor for it. Default: not longer. */
  starved?: Starvation | undefined;
  /** Told of each thread that was lost. */
  onFault: (err: unknown) => void;
}

/** Of a thread that had no processor nobody knows how long it takes. */
export interface Starvation {
  /** Milliseconds that it is waited for in all. */
  mostMs: number;
  /** Milliseconds of processor time that this process has had; tests give their own. */
  cpuMs?: (() => number) | undefined;
}

/** Whose process has had so much of its deadline on a processor was at work. */
const AT_WORK = 0.5;

/** The tasks of a thread: name → what goes in and what comes out. */
type Tasks<T> = { [K in keyof T]: { input: unknown; output: unknown } };

/** A thread, and the calls that it has not answered yet. */
interface Running {
  thread: RawThread;
  calls: Set<(err: Error) => void>;
  /** Calls off what waits for its answer. */
  endWait: () => void;
  hasAnswered: boolean;
}

/**
 * The typed way to one thread that holds something. Calls are worked on in the order they are
 * made. None can be called off: a client that leaves must not end a thread that holds so much;
 * who does not want to wait stops waiting.
 *
 * When the thread dies or hangs, every call under way is rejected, and the next one starts a
 * thread that holds nothing.
 */
export class ThreadCalls<T extends Tasks<T>> {
  readonly #options: ThreadCallsOptions;
  #running: Running | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ThreadCallsOptions) {
    this.#options = options;
  }

  /** Calls that are not answered yet. */
  get size(): number {
    return this.#running?.calls.size ?? 0;
  }

  /**
   * @param transfer memory in the input that is handed over, not copied.
   * @throws ServiceError `shutting_down`; an Error when the thread was lost.
   */
  async run<K extends keyof T & string>(
    name: K,
    input: T[K]["input"],
    transfer: ArrayBuffer[] = [],
  ): Promise<T[K]["output"]> {
    if (this.#closing) throw shuttingDown();
    const running = (this.#running ??= this.#start());
    return new Promise<unknown>((resolve, reject) => {
      running.calls.add(reject);
      if (running.calls.size === 1) this.#watch(running);
      running.thread.run(input, { name, transferList: transfer }).then(
        (value) => {
          if (!running.calls.delete(reject)) return;
          running.hasAnswered = true;
          this.#watch(running);
          resolve(value);
        },
        // A task throws nothing that is expected: whatever it was, the thread cannot be trusted.
        (err: unknown) => this.#lose(running, err),
      );
    });
  }

  /** Ends the thread; what is under way fails. All callers await the same end. */
  destroy(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    fail(running, shuttingDown());
    await running.thread.end();
  }

  #start(): Running {
    const thread = this.#options.open((err) => this.#lose(running, err));
    const running: Running = { thread, calls: new Set(), endWait: () => {}, hasAnswered: false };
    return running;
  }

  /** Counts the deadline anew: from the first call, and from each answer while there are calls. */
  #watch(running: Running): void {
    running.endWait();
    if (running.calls.size === 0) return;
    const { deadlineMs, startMs = deadlineMs } = this.#options;
    const ms = running.hasAnswered ? deadlineMs : startMs;
    const isStarved = this.#starvedSince(ms);
    const wait = (waitedMs: number): void => {
      running.endWait = awakeTimeout(ms, () => {
        if (isStarved(waitedMs)) wait(waitedMs + ms);
        else this.#lose(running, new Error(`it has answered nothing for ${waitedMs} ms`));
      });
    };
    wait(ms);
  }

  /** Says whether a thread that has not answered within so many milliseconds is waited for. */
  #starvedSince(ms: number): (waitedMs: number) => boolean {
    const { starved } = this.#options;
    if (!starved) return () => false;
    const { mostMs, cpuMs = processCpuMs } = starved;
    const from = cpuMs();
    return (waitedMs) => waitedMs + ms <= mostMs && cpuMs() - from < AT_WORK * ms;
  }

  #lose(running: Running, cause: unknown): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    const { name, onFault } = this.#options;
    const err = new Error(`the ${name} was lost`, { cause });
    fail(running, err);
    onFault(err);
    running.thread.end().catch((failure: unknown) => onFault(failure));
  }
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function fail({ calls, endWait }: Running, err: Error): void {
  endWait();
  for (const reject of calls) reject(err);
  calls.clear();
}

function shuttingDown(): ServiceError {
  return new ServiceError("shutting_down", "The service is stopping");
}
