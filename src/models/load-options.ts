/**
 * The options of a request that take effect when Ollama loads the model: the fields of `Runner` in
 * its api/types.go. With another value than it was loaded with, the model is loaded anew. The last
 * one is there from 0.30 on; older servers pass over it.
 */
const LOAD_OPTIONS = [
  "num_ctx",
  "num_batch",
  "num_gpu",
  "main_gpu",
  "use_mmap",
  "num_thread",
  "draft_num_predict",
];

/** What a load before a request has to say, so that the request itself loads nothing. */
export function loadOptions(
  options: Record<string, unknown> | undefined,
): Record<string, unknown> | undefined {
  const chosen = LOAD_OPTIONS.filter((name) => isLoadValue(options?.[name]));
  if (chosen.length === 0) return undefined;
  return Object.fromEntries(chosen.map((name) => [name, options?.[name]]));
}

/** They are the client's, of any shape; others than these no server takes. */
function isLoadValue(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean";
}
