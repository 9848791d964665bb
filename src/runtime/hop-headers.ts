/**
 * Headers that belong to one connection, or are the gateway's to answer (RFC 9110 §7.6.1; Host
 * is rewritten, Origin was checked here and a real Ollama refuses foreign ones).
 */
const NOT_FORWARDED = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "origin",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "x-shared-ollama-image-compression",
]);

const NOT_RETURNED = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** Whether a request's header goes on to the upstream. */
export function isForwarded(name: string): boolean {
  return !NOT_FORWARDED.has(name.toLowerCase());
}

/** Whether an answer's header goes back to the client. */
export function isReturned(name: string): boolean {
  return !NOT_RETURNED.has(name.toLowerCase());
}
