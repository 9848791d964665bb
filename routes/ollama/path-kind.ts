/** How the gateway treats a request of Ollama's or OpenAI's dialect (the table of guards). */
export type PathKind =
  | "inference" // waits in the fair queue, unless its model runs elsewhere
  | "blob" // a part of a model, passed on as it comes, without limit: for those who may manage
  | "management" // changes models; passed on at once, with a small body: for those who may manage
  | "lookup" // passed on at once, with a small body; changes nothing, whatever the method
  | "read" // passed on at once; changes nothing
  | "external" // leaves this machine: only where ALLOW_EXTERNAL_ROUTES says so
  | "account" // acts for the account of the machine's owner: only with ALLOW_ACCOUNT_ROUTES
  | "unknown"; // passed on at once; the server's own 404 comes back

/**
 * The routes of all versions of Ollama since 0.13.5. Images came with 0.14.3 and went with 0.32.6;
 * aliases came with 0.16 and went with 0.18.
 */
const KINDS: ReadonlyMap<string, PathKind> = new Map([
  ["/api/generate", "inference"],
  ["/api/chat", "inference"],
  ["/api/embed", "inference"],
  ["/api/embeddings", "inference"],
  ["/v1/chat/completions", "inference"],
  ["/v1/completions", "inference"],
  ["/v1/embeddings", "inference"],
  ["/v1/responses", "inference"],
  ["/v1/messages", "inference"],
  ["/v1/audio/transcriptions", "inference"],
  ["/v1/images/generations", "inference"],
  ["/v1/images/edits", "inference"],
  ["/api/show", "lookup"],
  ["/api/create", "management"],
  ["/api/copy", "management"],
  ["/api/delete", "management"],
  ["/api/pull", "management"],
  ["/api/push", "management"],
  ["/api/experimental/aliases", "management"],
  ["/", "read"],
  ["/api/version", "read"],
  ["/api/tags", "read"],
  ["/api/ps", "read"],
  ["/api/status", "read"],
  ["/api/experimental/model-recommendations", "read"],
  ["/v1/models", "read"],
  ["/api/experimental/web_search", "external"],
  ["/api/experimental/web_fetch", "external"],
  ["/api/me", "account"],
  ["/api/signout", "account"],
]);

const MODEL_PATH = "/v1/models/";

/** Kinds by how a path begins; what follows is a name. */
const KINDS_BELOW: readonly (readonly [start: string, kind: PathKind])[] = [
  ["/api/blobs/", "blob"],
  ["/api/user/keys/", "account"],
  [MODEL_PATH, "read"],
];

/** All paths of the table, and beginnings of paths. */
export const KNOWN_PATHS: readonly string[] = [
  ...KINDS.keys(),
  ...KINDS_BELOW.map(([start]) => start),
];

/** Kinds of requests that change what all clients share. */
const MANAGES = new Set<PathKind>(["blob", "management"]);

/** Whether requests of a kind are for those who may manage. */
export function isManaging(kind: PathKind): boolean {
  return MANAGES.has(kind);
}

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Kinds that a request has whatever its method. */
const GUARDED = new Set<PathKind | undefined>(["external", "account"]);

/** The kind of a request that is passed through. */
export function pathKind(method: string, path: string): PathKind {
  const kind = KINDS.get(path) ?? kindOfPlain(plainly(path));
  if (GUARDED.has(kind)) return kind ?? "unknown";
  if (READS.has(method)) return kind === undefined ? "unknown" : "read";
  return kind === "read" ? "unknown" : (kind ?? "unknown");
}

function kindOfPlain(path: string): PathKind | undefined {
  return KINDS.get(path) ?? KINDS_BELOW.find(([start]) => path.startsWith(start))?.[1];
}

/**
 * As a lenient server might read it. Ollama redirects a path that ends in a slash and knows only
 * lower case; one that takes both for the same must not be asked past the queue.
 */
function plainly(path: string): string {
  return path.replace(/\/$/, "").toLowerCase();
}

/** What a path is called that Ollama does not have: it can be any text. */
const OTHER = "other";

/** The operation's name in the logs: the last words of a known path. */
export function operationOf(path: string): string {
  return patternOf(path)?.replace(/^\/(?:api|v1)\/|\/\{name\}$/g, "") ?? OTHER;
}

const METHODS = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);

/** Method and path as a table of routes has them. */
export function routeOf(method: string, path: string): string {
  const pattern = patternOf(path);
  return pattern === undefined || !METHODS.has(method) ? OTHER : `${method} ${pattern}`;
}

/** A known path, with `{name}` where it has one. */
function patternOf(path: string): string | undefined {
  if (KINDS.has(path)) return path;
  const plain = plainly(path);
  if (KINDS.has(plain)) return plain;
  const below = KINDS_BELOW.find(([start]) => plain.startsWith(start));
  return below && `${below[0]}{name}`;
}

/** The model that a path names; undefined for one that names none. */
export function modelIn(path: string): string | undefined {
  const plain = plainly(path);
  return plain.startsWith(MODEL_PATH) ? plain.slice(MODEL_PATH.length) : undefined;
}

const TAKES_FORM = new Set(["/v1/audio/transcriptions", "/v1/images/edits"]);

/** Whether the body of an inference route may be a form (multipart). */
export function takesForm(path: string): boolean {
  return TAKES_FORM.has(plainly(path));
}

const CHANGES_MODELS = new Set(["/api/create", "/api/copy", "/api/delete", "/api/pull"]);

/** Whether a request may change what is installed. */
export function changesModels(path: string): boolean {
  return CHANGES_MODELS.has(plainly(path));
}

/** Whether a request asks what there is to know of a model, which may be asked elsewhere. */
export function showsModel(path: string): boolean {
  return plainly(path) === "/api/show";
}
