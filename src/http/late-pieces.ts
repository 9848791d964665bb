import type { Deadlines } from "../runtime/deadlines.ts";

interface Patience {
  deadlines: Pick<Deadlines, "after">;
  /** Milliseconds; 0: for ever. */
  ms: number;
  /** Asked when they are over: whether it is late by then. Default: it is. */
  isLate?: () => boolean;
}

/** Waits for work until it is late. @returns undefined where it is. @throws what the work throws. */
export function unlessLate<T>(
  work: Promise<T>,
  { deadlines, ms, isLate = () => true }: Patience,
): Promise<T | undefined> {
  if (ms === 0) return work;
  return new Promise((resolve, reject) => {
    const callOff = deadlines.after(ms, () => {
      if (isLate()) resolve(undefined);
    });
    // What it throws when it is late comes to whoever waits for it then.
    work.then(resolve, reject).finally(callOff);
  });
}

/**
 * Pieces that are still to come, as pieces. To end them early ends those that come later.
 * @throws with the first piece what the work throws.
 */
export function comingPieces<T>(work: Promise<AsyncGenerator<T>>): AsyncGenerator<T> {
  let begun: AsyncGenerator<T> | undefined;
  const coming = {
    next: () => {
      if (begun) return begun.next();
      return work.then((pieces) => {
        begun = pieces;
        return pieces.next();
      });
    },
    return: async (value: unknown) => {
      // Not waited for: it may take long, and nobody reads it.
      work.then((pieces) => pieces.return(value)).catch(() => {});
      return { done: true, value };
    },
    throw: async (err: unknown) => (await work).throw(err),
    [Symbol.asyncIterator]: () => coming,
  } as AsyncGenerator<T>;
  return coming;
}

interface Notices {
  deadlines: Pick<Deadlines, "after">;
  everyMs: number;
  /** Makes a notice of how things stand now. */
  notice: () => string;
  /** Ends what the pieces wait for: nobody reads them any more. */
  onLeave: () => void;
}

/** Pieces that are late, with a notice at once and again and again until the first is there. */
export function withNotices(
  pieces: AsyncGenerator<string>,
  { deadlines, everyMs, notice, onLeave }: Notices,
): AsyncGenerator<string> {
  let isTold = false;
  let hasBegun = false;
  let first: Promise<IteratorResult<string>> | undefined;
  const firstOrNotice = async (): Promise<IteratorResult<string>> => {
    if (isTold) {
      first ??= pieces.next();
      const result = await unlessLate(first, { deadlines, ms: everyMs });
      if (result) {
        hasBegun = true;
        return result;
      }
    }
    isTold = true;
    return { done: false, value: notice() };
  };
  const all = {
    // No work a piece, once they have begun.
    next: () => (hasBegun ? pieces.next() : firstOrNotice()),
    return: (value: unknown) => {
      onLeave();
      return pieces.return(value);
    },
    throw: (err: unknown) => {
      onLeave();
      return pieces.throw(err);
    },
    [Symbol.asyncIterator]: () => all,
  } as AsyncGenerator<string>;
  return all;
}
