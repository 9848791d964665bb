import type { Match } from "../../workers/similarity/protocol.ts";
import type { SimilarityThread } from "../../workers/similarity/client.ts";
import { normalise } from "../vectors/unit-vector.ts";

interface QuestionVectorsOptions {
  /** It holds the indexes of all spaces; this class is their one owner. */
  thread: Pick<SimilarityThread, "add" | "remove" | "drop" | "search" | "load">;
  /** Called with errors of work in the background. */
  onFault: (err: unknown) => void;
}

/** The vectors of a space, all of one length. */
interface Space {
  readonly name: string;
  readonly length: number;
  readonly vectors: Map<number, Float32Array>;
  /** Whether the thread has been sent any of it, and whether it has all of it. */
  isSent: boolean;
  isLoaded: boolean;
  /** While it is sent to the thread. */
  loading: Promise<void> | undefined;
  /** Removed here, and not yet on the thread. */
  removed: number[];
}

/** Vectors sent at once: to put so many together takes a millisecond or two. */
const PART = 1000;

/**
 * Vectors by space and id. They are kept here and searched on a thread of their own, to which a
 * space is sent when it is first searched, and again when the thread was lost.
 */
export class QuestionVectors {
  readonly #options: QuestionVectorsOptions;
  readonly #spaces = new Map<string, Space>();

  constructor(options: QuestionVectorsOptions) {
    this.#options = options;
  }

  /** Whether there are vectors in a space. */
  has(name: string): boolean {
    return this.#spaces.has(name);
  }

  /** Adds a unit vector. @throws Error when it is none, or of another length than the others. */
  add(name: string, id: number, vector: Float32Array): void {
    const space = this.#put(name, id, vector);
    // A space that is being loaded takes up what is added meanwhile.
    const added = space.isLoaded ? this.#add(space, id, vector) : this.#load(space);
    added.catch(this.#options.onFault);
  }

  /** Adds a unit vector that is sent to the thread later. @throws Error as `add`. */
  restore(name: string, id: number, vector: Float32Array): void {
    this.#put(name, id, vector).isLoaded = false;
  }

  /** Sends all that was restored, so that no search has to wait for that. */
  async loadAll(): Promise<void> {
    for (const space of this.#spaces.values()) if (!space.isLoaded) await this.#load(space);
  }

  /** Removes a vector; one that is not there is no error. */
  remove(name: string, id: number): void {
    const space = this.#spaces.get(name);
    if (!space?.vectors.delete(id)) return;
    if (space.vectors.size === 0) return this.#drop(space);
    space.removed.push(id);
    // Together: thousands that are removed in one go are one message.
    if (space.removed.length === 1) queueMicrotask(() => this.#sendRemoved(space));
  }

  /** Removes everything. */
  clear(): void {
    for (const space of this.#spaces.values()) this.#drop(space);
  }

  /**
   * The nearest vectors of a space.
   * @throws Error for a vector that is none or of another length, and when the thread was lost.
   */
  async search(
    name: string,
    vector: Float32Array,
    wanted: { count: number; atLeast: number },
  ): Promise<Match[]> {
    const space = this.#spaces.get(name);
    if (!space) return [];
    check(space, vector);
    const { thread } = this.#options;
    if (!space.isLoaded) await this.#load(space);
    let found = await thread.search(name, vector, wanted);
    // The thread was lost, and a new one has no spaces.
    if (!found.ok && this.#spaces.get(name) === space) {
      await this.#load(space);
      found = await thread.search(name, vector, wanted);
    }
    return found.ok ? found.matches : [];
  }

  #put(name: string, id: number, vector: Float32Array): Space {
    const space = this.#spaces.get(name) ?? newSpace(name, vector.length);
    check(space, vector);
    this.#spaces.set(name, space);
    space.vectors.set(id, vector);
    return space;
  }

  async #add(space: Space, id: number, vector: Float32Array): Promise<void> {
    const added = await this.#options.thread.add(space.name, id, vector);
    if (!added.ok && this.#spaces.get(space.name) === space) await this.#load(space);
  }

  #drop(space: Space): void {
    this.#spaces.delete(space.name);
    const { thread, onFault } = this.#options;
    if (space.isSent) void thread.drop(space.name).catch(onFault);
  }

  #sendRemoved(space: Space): void {
    const { name, removed } = space;
    if (!space.isLoaded || removed.length === 0 || this.#spaces.get(name) !== space) return;
    space.removed = [];
    const { thread, onFault } = this.#options;
    void thread.remove(name, removed).catch(onFault);
  }

  /** Sends a space to the thread; searches that need it share the load. */
  #load(space: Space): Promise<void> {
    space.loading ??= this.#send(space).finally(() => {
      space.loading = undefined;
    });
    return space.loading;
  }

  async #send(space: Space): Promise<void> {
    const { thread } = this.#options;
    const { name, length, vectors } = space;
    space.isSent = true;
    space.isLoaded = false;
    space.removed = [];
    // A Map's iterator goes on after a break, and also visits what is added while it is under way.
    const left = vectors.entries();
    for (let more = true; more;) {
      const part: [id: number, vector: Float32Array][] = [];
      for (const entry of left) if (part.push(entry) === PART) break;
      more = part.length === PART;
      const ids = part.map(([id]) => id);
      const values = new Float32Array(part.length * length);
      for (const [at, [, vector]] of part.entries()) values.set(vector, at * length);
      const sent = thread.load(name, ids, values, { more });
      if (!more) {
        // What is added or removed from now on goes to the thread behind this.
        space.isLoaded = true;
        this.#sendRemoved(space);
      }
      const { ok } = await sent;
      if (this.#spaces.get(name) !== space) return;
      if (!ok) throw new Error("the similarity thread has refused vectors");
    }
  }
}

function newSpace(name: string, length: number): Space {
  const vectors = new Map<number, Float32Array>();
  return { name, length, vectors, isSent: false, isLoaded: false, loading: undefined, removed: [] };
}

function check({ length }: Space, vector: Float32Array): void {
  if (vector.length !== length) {
    throw new Error(`a vector has ${vector.length} numbers, the others have ${length}`);
  }
  if (!normalise(vector)) throw new Error("a vector is not of finite numbers, or has no direction");
}
