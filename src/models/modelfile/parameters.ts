import { decimalNumber } from "../../runtime/decimal-number.ts";

export type ParameterValue = number | boolean | string[];
export type ParameterKind = "int" | "float" | "bool" | "texts";

/** What a model can be given with PARAMETER: the fields of `Options` in Ollama's api/types.go. */
export const PARAMETER_KINDS: ReadonlyMap<string, ParameterKind> = new Map([
  ["num_ctx", "int"],
  ["num_batch", "int"],
  ["num_gpu", "int"],
  ["main_gpu", "int"],
  ["use_mmap", "bool"],
  ["num_thread", "int"],
  ["draft_num_predict", "int"],
  ["num_keep", "int"],
  ["seed", "int"],
  ["num_predict", "int"],
  ["top_k", "int"],
  ["top_p", "float"],
  ["min_p", "float"],
  ["typical_p", "float"],
  ["repeat_last_n", "int"],
  ["temperature", "float"],
  ["repeat_penalty", "float"],
  ["presence_penalty", "float"],
  ["frequency_penalty", "float"],
  ["stop", "texts"],
]);

/** What older Modelfiles say and current servers know nothing of. Ollama passes over it too. */
export const OBSOLETE_PARAMETERS: ReadonlySet<string> = new Set([
  "penalize_newline",
  "low_vram",
  "f16_kv",
  "logits_all",
  "vocab_only",
  "use_mlock",
  "mirostat",
  "mirostat_tau",
  "mirostat_eta",
]);

/** What a value has to be, for the error that says it is not. */
export const KIND_IN_WORDS: Readonly<Record<ParameterKind, string>> = {
  int: "a whole number",
  float: "a number",
  bool: "true or false",
  texts: "text",
};

/** The spellings that Go reads as booleans. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false] as const),
]);

/** Ollama's fractions have 32 bits. */
const LARGEST_FLOAT = 3.402_823_466_385_288_6e38;

/** The value that a text stands for; undefined when it is none of this kind. */
export function parameterValue(kind: ParameterKind, text: string): ParameterValue | undefined {
  switch (kind) {
    case "int":
      return /^[+-]?\d+$/.test(text) ? valid(kind, Number(text)) : undefined;
    case "float":
      return valid(kind, decimalNumber(text));
    case "bool":
      return BOOLEANS.get(text);
    case "texts":
      return [text];
  }
}

/** A value itself, when it is of this kind. */
export function valid(kind: ParameterKind, value: unknown): ParameterValue | undefined {
  switch (kind) {
    case "int":
      // -0 becomes 0, which is what it is written as.
      return Number.isSafeInteger(value) ? Number(value) + 0 : undefined;
    case "float":
      return typeof value === "number" && Math.abs(value) <= LARGEST_FLOAT ? value + 0 : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "texts":
      return Array.isArray(value) && value.every((text) => typeof text === "string")
        ? value
        : undefined;
  }
}
