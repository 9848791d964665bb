/** Where a request goes, read once at the door as the server behind will read it. */
export interface RequestTarget {
  /** Decoded, each slash once, without a project: what is routed, classified and counted. */
  readonly path: string;
  /** What goes on: this very path in one spelling, and the query as it came. */
  readonly forwarded: string;
  /**
   * Why it is refused; undefined for one that is not. Of a refused target `path` tells no more
   * than the dialect that the refusal is written in.
   */
  readonly refusal: string | undefined;
  /**
   * `/project/NAME` that stood before the path, in one spelling; empty where nothing did. Of a
   * refused target it may be more.
   */
  readonly prefix: string;
  /** The name in it, decoded and not looked at yet. */
  readonly project: string | undefined;
}

/** What stands before the path of clients that can set only a base URL. */
const PREFIX = "/project";

/** A path that every reader takes for the same: no escapes, dot segments or doubled slashes. */
const PLAIN = /^(?:\/[\w~:@!$&'()*+,=-][\w.~:@!$&'()*+,=-]*)*\/?$/;

/** A project and no second one before a plain path: reading it otherwise takes ten times as long. */
const PLAIN_PROJECT = /^\/project\/([^/]+)(?=\/(?!project(?:\/|$)))/;

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
  if (raw.startsWith("/") && PLAIN.test(path)) {
    if (!path.startsWith(PREFIX)) {
      return { path, forwarded: raw, refusal: undefined, prefix: "", project: undefined };
    }
    const [prefix, project] = PLAIN_PROJECT.exec(path) ?? [];
    if (prefix !== undefined) {
      const [rest, forwarded] = [path.slice(prefix.length), raw.slice(prefix.length)];
      return { path: rest, forwarded, refusal: undefined, prefix, project };
    }
  }
  const written = path.replace(AUTHORITY, "") || (AUTHORITY.test(path) ? "/" : path);
  const { rest, names } = withoutProjects(written);
  const [name] = names;
  const target = readUnusual(rest, queryAt < 0 ? "" : raw.slice(queryAt));
  if (name === undefined) return { ...target, prefix: "", project: undefined };
  return {
    ...target,
    refusal: names.length > 1 ? "The path names more than one project" : target.refusal,
    prefix: names.map((each) => `${PREFIX}/${inOneSpelling(each)}`).join(""),
    project: decoded(name) ?? name,
  };
}

/**
 * Where a redirect of the server leads, as the client has to ask for it: one to another path keeps
 * the project.
 */
export function withPrefix(location: string, prefix: string): string {
  return /^\/(?!\/)/.test(location) ? prefix + location : location;
}

/** `project` as the first segment of a path, and the one after it. */
const PROJECT = /^\/+([^/]{7,21})(?:\/([^/]*)|$)/;

/** A path without the projects that stand before it, and their names as they are written. */
function withoutProjects(path: string): { rest: string; names: string[] } {
  const names: string[] = [];
  let rest = path;
  for (;;) {
    const [found, first = "", name = ""] = PROJECT.exec(rest) ?? [];
    if (found === undefined || decoded(first) !== "project") return { rest, names };
    names.push(name);
    rest = rest.slice(found.length) || "/";
  }
}

type Read = Pick<RequestTarget, "path" | "forwarded" | "refusal">;

function readUnusual(path: string, query: string): Read {
  const refused = (refusal: string): Read => ({
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

function inOneSpelling(segment: string): string {
  const name = decoded(segment);
  return name === undefined ? segment : encoded(name);
}

/** A segment as Go, browsers and Bun write it: no more is encoded than has to be. */
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll(/%(?:3A|40|24|26|2B|2C|3D)/g, decodeURIComponent);
}
