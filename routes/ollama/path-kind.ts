/** How the gateway treats a request of Ollama's or OpenAI's dialect (the table of guards). */
export type PathKind =
  | "inference" // waits in the fair queue
  | "blob" // passed on as it comes, without limit
  | "management" // passed on at once, with a small body
  | "read" // the same; changes nothing
  | "external" // the same; leaves this machine
  | "account" // the same; acts for the account of the machine's owner
  | "unknown"; // the same; the server's own 404 or redirect comes back

/**
 * Every route that takes a body, of all versions of Ollama since 0.13.5; images came with 0.14.3
 * and went with 0.32.6.
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
  ["/api/show", "management"],
  ["/api/create", "management"],
  ["/api/copy", "management"],
  ["/api/delete", "management"],
  ["/api/pull", "management"],
  ["/api/push", "management"],
  ["/api/experimental/web_search", "external"],
  ["/api/experimental/web_fetch", "external"],
  ["/api/me", "account"],
  ["/api/signout", "account"],
]);

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** The kind of a request that is passed through. */
export function pathKind(method: string, path: string): PathKind {
  if (READS.has(method)) return "read";
  const known = KINDS.get(path);
  if (known) return known;
  const plain = plainly(path);
  if (plain.startsWith("/api/user/keys/")) return "account";
  if (method === "DELETE") return "management";
  if (plain.startsWith("/api/blobs/")) return "blob";
  // What a newer server, or another than Ollama, has outside /api runs a model more likely than
  // not: until such a route is known here it waits for its place like the others, rather than
  // getting past the guards.
  return KINDS.get(plain) ?? (plain.startsWith("/api/") ? "unknown" : "inference");
}

/**
 * As a lenient server might read it. Ollama redirects a path that ends in a slash and knows only
 * lower case; one that takes both for the same must not be asked past the queue.
 */
function plainly(path: string): string {
  return path.replace(/\/$/, "").toLowerCase();
}

/** The operation's name in the logs: the path's last words. */
export function operationOf(path: string): string {
  return path.replace(/^\/(api|v1)\//, "");
}

const TAKES_FORM = new Set(["/v1/audio/transcriptions", "/v1/images/edits"]);

/** Whether the body of an inference route may be a form (multipart). */
export function takesForm(path: string): boolean {
  return TAKES_FORM.has(plainly(path));
}

const CHANGES_MODELS = new Set(["/api/create", "/api/copy", "/api/delete", "/api/pull"]);

/** Whether a request may change what is installed. */
export function changesModels(path: string): boolean {
  return CHANGES_MODELS.has(path);
}
