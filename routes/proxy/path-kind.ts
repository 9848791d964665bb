/** How the gateway treats a path of Ollama's or OpenAI's dialect (the table of guards). */
export type PathKind =
  | "inference" // waits in the fair queue
  | "blob" // passed on as it comes, without limit
  | "management"; // passed on at once, with a small body

const OLLAMA_INFERENCE = new Set(["/api/generate", "/api/chat", "/api/embed", "/api/embeddings"]);

/** The kind of a request that is passed through. */
export function pathKind(method: string, path: string): PathKind {
  if (method !== "POST") return "management";
  if (OLLAMA_INFERENCE.has(path) || path.startsWith("/v1/")) return "inference";
  if (path.startsWith("/api/blobs/")) return "blob";
  return "management";
}

/** The operation's name in the logs: the path's last words. */
export function operationOf(path: string): string {
  return path.replace(/^\/(api|v1)\//, "");
}

const CHANGES_MODELS = new Set(["/api/create", "/api/copy", "/api/delete", "/api/pull"]);

/** Whether a request may change what is installed. */
export function changesModels(path: string): boolean {
  return CHANGES_MODELS.has(path);
}
