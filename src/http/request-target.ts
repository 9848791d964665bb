/** Where a request goes, read once at the door as the server behind will read it. */
export interface RequestTarget {
  /** Decoded, each slash once: what is routed, classified and counted. */
  readonly path: string;
  /** What goes on: this very path in one spelling, and the query as it came. */
  readonly forwarded: string;
  /**
   * Why it is refused; undefined for one that is not. Of a refused target `path` tells no more
   * than the dialect that the refusal is written in.
   */
  readonly refusal: string | undefined;
}

/** A path that every reader takes for the same: no escapes, dot segments or doubled slashes. */
const PLAIN = /^(?:\/[\w~:@!$&'()*+,=-][\w.~:@!$&'()*+,=-]*)*\/?$/;

/** An authority before the path (RFC 9112 §3.2.2), which programs with a proxy setting send. */
const AUTHORITY = /^https?:\/\/[^/?#]*/;

/** What no path holds as it is: readers differ on where it ends there. */
const NOT_IN_PATHS = /[\\;#\p{Cc} ]/u;

/**
 * What no name holds after decoding. A percent sign would be decoded once more by some; a slash
 * is looked at where it stands.
 */
const NOT_DECODED = /[%\\;?#\p{Cc}]/u;

/** Paths that end in a model's name, in which a slash may be written as `%2F`. */
const BEFORE_NAMES = new Set(["v1/models", "api/v1/models", "api/v1/models/pull"]);

/**
 * Reads a request's target. Servers in Go route by the decoded path, so that is what counts
 * here; what they and others could read in two ways is refused.
 * @param raw path and query as they stand in the request line, or the absolute form.
 */
export function readTarget(raw: string): RequestTarget {
  const queryAt = raw.indexOf("?");
  const path = queryAt < 0 ? raw : raw.slice(0, queryAt);
  if (raw.startsWith("/") && PLAIN.test(path)) return { path, forwarded: raw, refusal: undefined };
  return readUnusual(path, queryAt < 0 ? "" : raw.slice(queryAt));
}

function readUnusual(written: string, query: string): RequestTarget {
  const path = written.replace(AUTHORITY, "") || (AUTHORITY.test(written) ? "/" : written);
  const refused = (refusal: string): RequestTarget => ({
    path: decoded(path) ?? path,
    forwarded: path + query,
    refusal,
  });
  if (!path.startsWith("/")) return refused("The path does not begin with a slash");
  if (NOT_IN_PATHS.test(path)) return refused("The path holds a character that has no place in it");
  const names: string[] = [];
  for (const segment of path.split("/")) {
    // A base URL that ends in a slash doubles it.
    if (segment === "") continue;
    const name = decoded(segment);
    if (name === undefined) return refused("The path is not percent-encoded UTF-8");
    if (isAmbiguous(name, names)) return refused("The path can be read in more than one way");
    names.push(name);
  }
  const end = path.endsWith("/") && names.length > 0 ? "/" : "";
  return {
    path: `/${names.join("/")}${end}`,
    forwarded: `/${names.map(encoded).join("/")}${end}${query}`,
    refusal: undefined,
  };
}

function isAmbiguous(name: string, before: string[]): boolean {
  if (NOT_DECODED.test(name)) return true;
  if (!name.includes("/")) return isDots(name);
  const mayHoldSlash = before.length <= 4 && BEFORE_NAMES.has(before.join("/"));
  return !mayHoldSlash || name.split("/").some((part) => part === "" || isDots(part));
}

function isDots(segment: string): boolean {
  return segment === "." || segment === "..";
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** A segment as Go, browsers and Bun write it: no more is encoded than has to be. */
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll(/%(?:3A|40|24|26|2B|2C|3D)/g, decodeURIComponent);
}
