/** Bytes in memory of their own, which can be handed over to a thread; copied if they share it. */
export function ownedBytes(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteOffset === 0 && byteLength === buffer.byteLength ? bytes : new Uint8Array(bytes);
}
