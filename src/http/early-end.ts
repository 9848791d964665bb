/**
 * A generator that gives back what it holds also when it is ended before its first step: its own
 * `finally` does not run then.
 * @param giveBack called each time it is ended early; has to be idempotent.
 */
export function withEarlyEnd<T>(
  pieces: AsyncGenerator<T>,
  giveBack: () => unknown,
): AsyncGenerator<T> {
  const wrapped = {
    next: () => pieces.next(),
    return: async (value: unknown) => {
      try {
        return await pieces.return(value);
      } finally {
        await giveBack();
      }
    },
    throw: async (err: unknown) => {
      try {
        return await pieces.throw(err);
      } finally {
        await giveBack();
      }
    },
    [Symbol.asyncIterator]: () => wrapped,
  } as AsyncGenerator<T>;
  return wrapped;
}

/** Pieces of which the first is there already. To end it ends the rest, which is running, too. */
export function withFirst<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  let isFirstTaken = false;
  const whole = {
    next: () => {
      if (isFirstTaken) return rest.next();
      isFirstTaken = true;
      return Promise.resolve(first);
    },
    return: (value: unknown) => {
      isFirstTaken = true;
      return rest.return(value);
    },
    throw: (err: unknown) => {
      isFirstTaken = true;
      return rest.throw(err);
    },
    [Symbol.asyncIterator]: () => whole,
  } as AsyncGenerator<T>;
  return whole;
}
