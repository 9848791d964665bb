import type { Settings } from "./schema.ts";
import { ollamaUrl } from "./setting-types.ts";

/** Where a running Ollama is looked for: OLLAMA_HOST as Ollama reads it, else the usual port. */
export function usualOrigin({
  ollamaHost,
  ollamaPort,
}: Pick<Settings, "ollamaHost" | "ollamaPort">): string {
  const url = ollamaUrl(ollamaHost) ?? new URL("http://127.0.0.1");
  // Ollama may be bound to every address; it is reached over the loopback one.
  const host = ["0.0.0.0", "[::]"].includes(url.hostname) ? "127.0.0.1" : url.hostname;
  const schemePort = url.protocol === "https:" ? 443 : 80;
  const fallback = /^https?:\/\//i.test(ollamaHost) ? schemePort : ollamaPort;
  return `${url.protocol}//${host}:${url.port || fallback}`;
}
