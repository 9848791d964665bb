import type { SimilarityTask, SimilarityTasks } from "./protocol.ts";
import { ThreadCalls, type RawThread } from "../thread-calls.ts";

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

/**
 * The typed way to the one thread that compares vectors, and that holds the indexes of spaces.
 *
 * When the thread was lost, `search`, `add` and `remove` answer `unknown_space` until the owner
 * of the entries has called `load`. So a space is always whole or unknown. The methods of spaces
 * (all but `rank`) are for one owner.
 *
 * All throw ServiceError `shutting_down`, or an Error when the thread was lost.
 */
export class SimilarityThread {
  readonly #calls: ThreadCalls<SimilarityTasks>;

  constructor(options: SimilarityThreadOptions) {
    this.#calls = new ThreadCalls({ name: "similarity thread", ...options });
  }

  /** Calls that are not answered yet. */
  get size(): number {
    return this.#calls.size;
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
    return this.#calls.destroy();
  }

  #run<K extends SimilarityTask>(
    name: K,
    input: Input<K>,
    transfer: Float32Array[] = [],
  ): Output<K> {
    return this.#calls.run(
      name,
      input,
      transfer.map(({ buffer }) => buffer as ArrayBuffer),
    );
  }
}

/** In memory of its own: with a part of a larger piece the whole piece would be sent along. */
function owned(vector: Float32Array): Float32Array {
  return vector.byteLength === vector.buffer.byteLength ? vector : vector.slice();
}
