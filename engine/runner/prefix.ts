import type { Token } from "node-llama-cpp";

/** The length of the prefix that two lists of tokens share. */
export function commonPrefix(a: readonly Token[], b: readonly Token[]): number {
  const shorter = Math.min(a.length, b.length);
  let length = 0;
  while (length < shorter && a[length] === b[length]) length += 1;
  return length;
}
