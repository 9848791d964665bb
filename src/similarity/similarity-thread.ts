import type { SimilarityTask, SimilarityTasks } from "../../workers/similarity/protocol.ts";
import { ServiceError } from "../errors/service-error.ts";

/** One thread with what it holds. */
export interface RawThread {
  run(
    input: unknown,
    options: { name: SimilarityTask; transferList: ArrayBuffer[] },
  ): Promise<unknown>;
  /** Ends it, whatever it does. */
  end(): Promise<void>;
}

interface SimilarityThreadOptions {
  /** Starts a thread that holds nothing. `onEnd` is told when it has ended by itself. */
  open: (onEnd: (err: unknown) => void) => RawThread;
  /** A thread that has answered nothing for so long although it was asked has failed. */
  deadlineMs: number;
  /** Told of each thread that was lost. */
  onFault: (err: unknown) => void;
}

type Input<K extends SimilarityTask> = SimilarityTasks[K]["input"];
type Output<K extends SimilarityTask> = Promise<SimilarityTasks[K]["output"]>;

/** A thread, and the calls that it has not answered yet. */
interface Running {
  thread: RawThread;
  calls: Set<(err: Error) => void>;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The typed way to the one thread that compares vectors, and that holds the indexes of spaces.
 * Calls are worked on in the order they are made. None can be called off: a client that leaves
 * must not end a thread that holds so much; who does not want to wait stops waiting.
 *
 * When the thread dies or hangs, every call under way is rejected, and the next one starts a
 * thread that holds nothing: `search`, `add` and `remove` then answer `unknown_space` until the
 * owner of the entries has called `load`. So a space is always whole or unknown. The methods of
 * spaces (all but `rank`) are for one owner.
 *
 * All throw ServiceError `shutting_down`, or an Error when the thread was lost.
 */
export class SimilarityThread {
  readonly #options: SimilarityThreadOptions;
  #running: Running | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SimilarityThreadOptions) {
    this.#options = options;
  }

  /** Calls that are not answered yet. */
  get size(): number {
    return this.#running?.calls.size ?? 0;
  }

  /** @param input unit vectors; the documents are handed over, not copied. */
  rank(input: Input<"rank">): Output<"rank"> {
    const documents = owned(input.documents);
    return this.#run("rank", { ...input, query: owned(input.query), documents }, [documents]);
  }

  /**
   * Many entries are best loaded in parts, with turns for others between: to put 100 000 vectors
   * into one piece of memory takes the caller 50 ms.
   * @param vectors handed over, not copied: the caller must not use them again.
   * @param more another part follows.
   */
  load(
    space: string,
    ids: number[],
    vectors: Float32Array,
    { more = false }: { more?: boolean } = {},
  ): Output<"load"> {
    const values = owned(vectors);
    return this.#run("load", { space, ids, vectors: values, more }, [values]);
  }

  add(space: string, id: number, vector: Float32Array): Output<"add"> {
    return this.#run("add", { space, id, vector: owned(vector) });
  }

  remove(space: string, ids: number[]): Output<"remove"> {
    return this.#run("remove", { space, ids });
  }

  drop(space: string): Output<"drop"> {
    return this.#run("drop", { space });
  }

  search(
    space: string,
    vector: Float32Array,
    { count, atLeast }: { count: number; atLeast: number },
  ): Output<"search"> {
    return this.#run("search", { space, vector: owned(vector), count, atLeast });
  }

  stats(): Output<"stats"> {
    return this.#run("stats", undefined);
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

  async #run<K extends SimilarityTask>(
    name: K,
    input: Input<K>,
    transfer: Float32Array[] = [],
  ): Output<K> {
    if (this.#closing) throw shuttingDown();
    const running = (this.#running ??= this.#start());
    const transferList = transfer.map(({ buffer }) => buffer as ArrayBuffer);
    const output = await new Promise<unknown>((resolve, reject) => {
      running.calls.add(reject);
      if (running.calls.size === 1) this.#watch(running);
      running.thread.run(input, { name, transferList }).then(
        (value) => {
          if (!running.calls.delete(reject)) return;
          this.#watch(running);
          resolve(value);
        },
        // A task throws nothing that is expected: whatever it was, the thread cannot be trusted.
        (err: unknown) => this.#lose(running, err),
      );
    });
    return output as SimilarityTasks[K]["output"]; // the one cast
  }

  #start(): Running {
    const thread = this.#options.open((err) => this.#lose(running, err));
    const running: Running = { thread, calls: new Set(), timer: undefined };
    return running;
  }

  /** Counts the deadline anew: from the first call, and from each answer while there are calls. */
  #watch(running: Running): void {
    clearTimeout(running.timer);
    if (running.calls.size === 0) return;
    const { deadlineMs } = this.#options;
    const expire = (): void =>
      this.#lose(running, new Error(`it has answered nothing for ${deadlineMs} ms`));
    running.timer = setTimeout(expire, deadlineMs);
  }

  #lose(running: Running, cause: unknown): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    const err = new Error("the similarity thread was lost", { cause });
    fail(running, err);
    this.#options.onFault(err);
    running.thread.end().catch((failure: unknown) => this.#options.onFault(failure));
  }
}

function fail({ calls, timer }: Running, err: Error): void {
  clearTimeout(timer);
  for (const reject of calls) reject(err);
  calls.clear();
}

/** In memory of its own: with a part of a larger piece the whole piece would be sent along. */
function owned(vector: Float32Array): Float32Array {
  return vector.byteLength === vector.buffer.byteLength ? vector : vector.slice();
}

function shuttingDown(): ServiceError {
  return new ServiceError("shutting_down", "The service is stopping");
}
