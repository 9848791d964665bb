import { objectOf } from "../runtime/object-of.ts";

/** Generation options by their names on `/api/v1`; Ollama's own are in `options`. */
type Options = Readonly<Record<string, unknown>>;

/** Names that say the same, of which the first wins where one request has both. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  max_tokens: ["max_completion_tokens"],
  reasoning_effort: ["think"],
};

/** Ollama's names for ours, where they differ. */
const OLLAMAS: Readonly<Record<string, string>> = {
  max_tokens: "num_predict",
  max_completion_tokens: "num_predict",
};

/** An agent's options with those of a run, which win, by whatever name each has them. */
export function runOptions(own: Options | undefined, given: Options): Record<string, unknown> {
  const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
  const kept = { ...own };
  const keptOllamas = { ...objectOf(own?.["options"]) };
  for (const name of Object.keys(wanted)) {
    for (const other of SAME[name] ?? []) delete kept[other];
    delete keptOllamas[OLLAMAS[name] ?? name];
  }
  const options = { ...keptOllamas, ...objectOf(wanted["options"]) };
  return { ...kept, ...wanted, ...(Object.keys(options).length > 0 ? { options } : {}) };
}
