import type { ArgDef } from "citty";

/** What a word of a command is called in its help and in errors: `MODEL` where it names a model. */
export function wordName(name: string, { valueHint }: ArgDef): string {
  return valueHint ?? name.toUpperCase();
}
