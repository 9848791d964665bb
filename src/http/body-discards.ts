import type { Deadlines } from "../runtime/deadlines.ts";

interface BodyDiscardsOptions {
  /** How long the rest of a body is read, in all, however it comes. */
  maxMs: number;
  deadlines: Pick<Deadlines, "after">;
  maxBytes?: number;
  /** Bodies that are read at once. */
  atOnce?: number;
}

/** A body whose rest is being read and discarded. */
export interface Discard {
  /** Counts bytes. @returns false once they are too many. */
  takes(bytes: number): boolean;
  end(): void;
}

/** As large as the largest body that is accepted: no client sends more by mistake. */
const MAX_BYTES = 64 * 1_048_576;
const AT_ONCE = 32;

/**
 * Bounds what is read of bodies that are not needed. A client that writes before it reads sees the
 * answer only when it has sent its whole body; to answer first and read on helps on neither
 * runtime. So the rest of the body is read first, within these bounds.
 */
export class BodyDiscards {
  readonly #options: BodyDiscardsOptions;
  #underWay = 0;

  constructor(options: BodyDiscardsOptions) {
    this.#options = options;
  }

  /** Bodies that are read now. */
  get size(): number {
    return this.#underWay;
  }

  /**
   * Begins to discard a body.
   * @param onLate called once when the time is over, unless it has ended before.
   * @returns undefined where the body is beyond the bounds: then it is not to be read.
   */
  begin(declaredBytes: number | undefined, onLate: () => void): Discard | undefined {
    const { maxMs, deadlines, maxBytes = MAX_BYTES, atOnce = AT_ONCE } = this.#options;
    if (this.#underWay >= atOnce || maxMs === 0) return undefined;
    if (declaredBytes !== undefined && declaredBytes > maxBytes) return undefined;
    this.#underWay += 1;
    const removeDeadline = deadlines.after(maxMs, onLate);
    let taken = 0;
    let hasEnded = false;
    return {
      takes: (bytes) => {
        taken += bytes;
        return taken <= maxBytes;
      },
      end: () => {
        if (hasEnded) return;
        hasEnded = true;
        removeDeadline();
        this.#underWay -= 1;
      },
    };
  }
}
