import type { Signal } from "../../runtime/light-signal.ts";
import { unlessAborted } from "../../runtime/unless-aborted.ts";

/**
 * What a source gives, until the signal aborts. A source that is silent then is left alone.
 * @throws what the source throws; the signal's reason.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: Signal,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let isOpen = true;
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal);
      isOpen = next.done !== true;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not waited for, since a silent source does not end before it speaks again.
    if (isOpen) iterator.return?.().catch(() => {});
  }
}
