import type { Match } from "../../workers/similarity/protocol.ts";
import type { SimilarityThread } from "../../workers/similarity/client.ts";
import { normalise } from "../vectors/unit-vector.ts";

interface QuestionVectorsOptions {
  /** It holds the vectors of all spaces; this is their one owner. */
  thread: Pick<SimilarityThread, "add" | "remove" | "drop" | "search" | "load">;
  /** Told of what could not be done and nobody waits for. */
  onFault: (err: unknown) => void;
}

/** The vectors of a space, all of one length. */
interface Space {
  readonly name: string;
  readonly length: number;
  readonly vectors: Map<number, Float32Array>;
  /** Whether the thread has been given any of it, and whether all of it. */
  isBegun: boolean;
  isWhole: boolean;
  /** While the thread is given it. */
  loading: Promise<void> | undefined;
  /** Removed since the thread was last told. */
  removed: number[];
}

/** Vectors that go to the thread at once: to put so many together takes a millisecond or two. */
const PART = 1000;

/**
 * Vectors by space and number. They are kept here, and searched on a thread of their own, which
 * is given them when it is first asked for a space, and again when it was lost.
 */
export class QuestionVectors {
  readonly #options: QuestionVectorsOptions;
  readonly #spaces = new Map<string, Space>();

  constructor(options: QuestionVectorsOptions) {
    this.#options = options;
  }

  has(name: string): boolean {
    return this.#spaces.has(name);
  }

  /** Takes up a unit vector. @throws Error when it is none, or of another length than the others. */
  add(name: string, id: number, vector: Float32Array): void {
    const space = this.#spaces.get(name) ?? begun(name, vector.length);
    check(space, vector);
    this.#spaces.set(name, space);
    space.vectors.set(id, vector);
    // One that is being loaded takes up what comes meanwhile.
    const told = space.isWhole ? this.#add(space, id, vector) : this.#load(space);
    told.catch(this.#options.onFault);
  }

  /** Takes up a unit vector of which the thread is told later. @throws Error as `add`. */
  restore(name: string, id: number, vector: Float32Array): void {
    const space = this.#spaces.get(name) ?? begun(name, vector.length);
    check(space, vector);
    this.#spaces.set(name, space);
    space.vectors.set(id, vector);
    space.isWhole = false;
  }

  /** Tells the thread of all that was restored, so that nobody who asks has to wait for that. */
  async loadAll(): Promise<void> {
    for (const space of this.#spaces.values()) if (!space.isWhole) await this.#load(space);
  }

  remove(name: string, id: number): void {
    const space = this.#spaces.get(name);
    if (!space?.vectors.delete(id)) return;
    if (space.vectors.size === 0) return this.#drop(space);
    space.removed.push(id);
    // Together: of thousands that are removed in one go the thread is told at once.
    if (space.removed.length === 1) queueMicrotask(() => this.#tellRemoved(space));
  }

  /** Lets go of everything. */
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
    if (!space.isWhole) await this.#load(space);
    const found = await thread.search(name, vector, wanted);
    if (found.ok) return found.matches;
    if (this.#spaces.get(name) !== space) return [];
    // The thread was lost, and a new one knows nothing.
    await this.#load(space);
    const again = await thread.search(name, vector, wanted);
    return again.ok ? again.matches : [];
  }

  async #add(space: Space, id: number, vector: Float32Array): Promise<void> {
    const added = await this.#options.thread.add(space.name, id, vector);
    if (!added.ok && this.#spaces.get(space.name) === space) await this.#load(space);
  }

  #drop(space: Space): void {
    this.#spaces.delete(space.name);
    const { thread, onFault } = this.#options;
    if (space.isBegun) void thread.drop(space.name).catch(onFault);
  }

  #tellRemoved(space: Space): void {
    const { name, removed } = space;
    if (!space.isWhole || removed.length === 0 || this.#spaces.get(name) !== space) return;
    space.removed = [];
    const { thread, onFault } = this.#options;
    void thread.remove(name, removed).catch(onFault);
  }

  /** Gives a space to the thread; all who need it wait for the same time. */
  #load(space: Space): Promise<void> {
    space.loading ??= this.#send(space).finally(() => {
      space.loading = undefined;
    });
    return space.loading;
  }

  async #send(space: Space): Promise<void> {
    const { thread } = this.#options;
    const { name, length, vectors } = space;
    space.isBegun = true;
    space.isWhole = false;
    space.removed = [];
    // A Map's iterator comes to what is added while it is under way.
    const left = vectors.entries();
    for (let more = true; more;) {
      const ids: number[] = [];
      const values = new Float32Array(Math.min(PART, vectors.size) * length);
      for (let next = left.next(); ; next = left.next()) {
        more = next.done !== true;
        if (next.done) break;
        const [id, vector] = next.value;
        values.set(vector, ids.length * length);
        ids.push(id);
        if (ids.length === PART) break;
      }
      const sent = thread.load(name, ids, values.subarray(0, ids.length * length), { more });
      if (!more) {
        // What is added or removed from now on goes to the thread behind this.
        space.isWhole = true;
        this.#tellRemoved(space);
      }
      const { ok } = await sent;
      if (this.#spaces.get(name) !== space) return;
      if (!ok) throw new Error("the similarity thread has refused vectors");
    }
  }
}

function begun(name: string, length: number): Space {
  const vectors = new Map<number, Float32Array>();
  return { name, length, vectors, isBegun: false, isWhole: false, loading: undefined, removed: [] };
}

function check({ length }: Space, vector: Float32Array): void {
  if (vector.length !== length) {
    throw new Error(`a vector has ${vector.length} numbers, the others have ${length}`);
  }
  if (!normalise(vector)) throw new Error("a vector is not of finite numbers, or has no direction");
}
