import { kTransferable, kValue, Tinypool } from "tinypool";

/**
 * Less than this is copied after all: it costs less, and Node compares each part that is handed
 * over with all others, which takes seconds with the many small ones of a hostile body.
 */
const WORTH_HANDING_OVER = 16_384;

/** A task's result whose bytes are handed over to the main thread, not copied. */
export function handingOver<T extends object>(result: T, bytes: Uint8Array[]): T {
  const large = bytes.filter(({ byteLength }) => byteLength >= WORTH_HANDING_OVER);
  return Tinypool.move({
    [kTransferable]: large.map(({ buffer }) => buffer),
    [kValue]: result,
  }) as T;
}
