import { z } from "zod";
import { isModelPattern, modelNameSchema } from "./name-types.ts";

/** Each request that names a model is compared with them, one after the other. */
const MAX_ALIASES = 100;

type Aliases = Readonly<Record<string, string>>;

/**
 * Names, and globs, that clients may use for a model (config/models.yaml). None may stand for another
 * one, or for itself: what a name means is one look away. A glob may fit the model that it stands for.
 */
export const aliasesSchema = z
  .record(z.string(), modelNameSchema)
  .superRefine((aliases, context) => {
    const names = Object.keys(aliases);
    if (names.length > MAX_ALIASES) {
      const message = `expected at most ${MAX_ALIASES} aliases, there are ${names.length}`;
      context.addIssue({ code: "custom", message });
    }
    for (const [name, message] of mistakesIn(aliases)) {
      context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .default({});

/** What is wrong with entries, by their names. */
function mistakesIn(aliases: Aliases): [name: string, message: string][] {
  const mistakes: [string, string][] = [];
  const known = new Map<string, string>();
  for (const name of Object.keys(aliases)) {
    const first = known.get(plain(name));
    if (!isModelPattern(name)) mistakes.push([name, "expected a model's name, * as wildcard"]);
    else if (first !== undefined) mistakes.push([name, `is the same name as ${first}`]);
    else known.set(plain(name), name);
  }
  for (const [name, model] of Object.entries(aliases)) {
    const other = known.get(plain(model));
    if (other === name) mistakes.push([name, "stands for itself"]);
    else if (other !== undefined) mistakes.push([name, `stands for ${model}, an alias, too`]);
  }
  return mistakes;
}

/** A name as Ollama compares it, as far as names in this file differ. */
function plain(name: string): string {
  return name.toLowerCase().replace(/:latest$/, "");
}
