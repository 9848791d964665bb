/**
 * The options of a request that take effect when Ollama loads the model: the fields of `Runner` in
 * its api/types.go, and their types. With another value than it was loaded with, the model is loaded
 * anew. The last one is there from 0.30 on; older servers pass over it.
 */
const LOAD_OPTIONS: ReadonlyMap<string, "number" | "boolean"> = new Map([
  ["num_ctx", "number"],
  ["num_batch", "number"],
  ["num_gpu", "number"],
  ["main_gpu", "number"],
  ["use_mmap", "boolean"],
  ["num_thread", "number"],
  ["draft_num_predict", "number"],
]);

/** Load options by their names; undefined where none is given. */
export type LoadOptions = Readonly<Record<string, unknown>> | undefined;

/** What a load before a request has to say, so that the request itself loads nothing. */
export function loadOptions(
  options: Record<string, unknown> | undefined,
): Record<string, unknown> | undefined {
  const names = [...LOAD_OPTIONS.keys()];
  const chosen = names.filter((name) => isLoadValue(options?.[name]));
  if (chosen.length === 0) return undefined;
  return Object.fromEntries(chosen.map((name) => [name, options?.[name]]));
}

/** They are the client's, of any shape; others than these no server takes. */
function isLoadValue(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean";
}

/** Whether each load option among these is one that a server takes; null counts as not given. */
export function areLoadable(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return options === undefined;
  return Object.entries(options).every(([name, value]) => {
    const type = LOAD_OPTIONS.get(name);
    return type === undefined || value === null || typeof value === type;
  });
}

/** Options with these load options in place of their own; undefined where none are left. */
export function withLoadOptions(
  options: Record<string, unknown> | undefined,
  load: LoadOptions,
): Record<string, unknown> | undefined {
  const others = Object.entries(options ?? {}).filter(([name]) => !LOAD_OPTIONS.has(name));
  const all = { ...Object.fromEntries(others), ...load };
  return Object.keys(all).length > 0 ? all : undefined;
}

/** Whether a model that was loaded with one of these serves the other as it is. */
export function sameLoadOptions(a: LoadOptions, b: LoadOptions): boolean {
  if (a === b) return true;
  for (const name of LOAD_OPTIONS.keys()) if (a?.[name] !== b?.[name]) return false;
  return true;
}
