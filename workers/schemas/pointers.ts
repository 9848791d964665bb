/** A step of a JSON Pointer (RFC 6901). */
export function pointerPart(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The pointer of the first value that fits, or undefined. */
export function placeOf(
  value: unknown,
  fits: (key: string, value: unknown) => boolean,
  path: string = "#",
): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const at = `${path}/${pointerPart(key)}`;
    if (fits(key, inner)) return at;
    const found = placeOf(inner, fits, at);
    if (found !== undefined) return found;
  }
  return undefined;
}
