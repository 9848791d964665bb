/**
 * Headers that belong to one connection, or are the gateway's to answer (RFC 9110 §7.6.1; Host
 * is rewritten, Origin was checked here and a real Ollama refuses foreign ones). A browser sends
 * the cookies of every service on this host, whatever its port: they are none of Ollama's business.
 */
const NOT_FORWARDED = new Set([
  "connection",
  "content-length",
  "cookie",
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
  "x-shared-ollama-max-wait",
  "x-shared-ollama-priority",
]);

/** What a client proves itself with. */
const CREDENTIALS = ["api-key", "authorization", "x-api-key"];

/**
 * All that a server elsewhere needs: Ollama sends on whatever headers a request has for a model
 * that runs there, the names of projects and of proxies too.
 */
const ANONYMOUS = new Set([
  "accept",
  "anthropic-beta",
  "anthropic-version",
  "content-encoding",
  "content-type",
]);

/**
 * Which of a client's headers go on: `all`; all but what the client proves itself with; or
 * only what tells nothing of the client, where the request may leave this machine.
 */
export type ForwardedHeaders = "all" | "no-credentials" | "anonymous";

const NOT_RETURNED = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** Chooses the headers of requests that go on to the upstream. */
export class HeaderFilter {
  readonly #kept: Record<Exclude<ForwardedHeaders, "anonymous">, ReadonlySet<string>>;

  /** @param personal further headers, in lower case, that go on only where credentials do. */
  constructor(personal: readonly string[] = []) {
    this.#kept = {
      all: NOT_FORWARDED,
      "no-credentials": new Set([...NOT_FORWARDED, ...CREDENTIALS, ...personal]),
    };
  }

  /** Whether a request's header goes on. */
  passes(name: string, which: ForwardedHeaders): boolean {
    const lower = name.toLowerCase();
    return which === "anonymous" ? ANONYMOUS.has(lower) : !this.#kept[which].has(lower);
  }
}

/** Whether an answer's header goes back to the client. */
export function isReturned(name: string): boolean {
  return !NOT_RETURNED.has(name.toLowerCase());
}
