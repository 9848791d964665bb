import { kTransferable, kValue, Tinypool } from "tinypool";

/**
 * Smaller parts are copied, which costs less. Node compares each transferred part with all others,
 * which takes seconds with the many small ones of a hostile body.
 */
const MIN_TRANSFER_BYTES = 16_384;

/** A task's result whose bytes are transferred to the main thread, not copied. */
export function transferring<T extends object>(result: T, bytes: Uint8Array[]): T {
  const large = bytes.filter(({ byteLength }) => byteLength >= MIN_TRANSFER_BYTES);
  return Tinypool.move({
    [kTransferable]: large.map(({ buffer }) => buffer),
    [kValue]: result,
  }) as T;
}
