/** The types of JSON values. */
export type Kind = "null" | "boolean" | "number" | "string" | "array" | "object";

export const KINDS: readonly Kind[] = ["null", "boolean", "number", "string", "array", "object"];

/** Keywords that limit values of one kind only. */
export const KIND_KEYWORDS: Readonly<Record<Kind, readonly string[]>> = {
  null: [],
  boolean: [],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  string: ["minLength", "maxLength", "pattern", "format"],
  array: [
    "items",
    "prefixItems",
    "additionalItems",
    "unevaluatedItems",
    "minItems",
    "maxItems",
    "uniqueItems",
  ],
  object: [
    "properties",
    "patternProperties",
    "required",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
  ],
};

/** The kind whose values a keyword limits. */
export const KIND_OF: ReadonlyMap<string, Kind> = new Map(
  KINDS.flatMap((kind) => KIND_KEYWORDS[kind].map((keyword): [string, Kind] => [keyword, kind])),
);

/** Every keyword that limits values; all others describe. */
export const CONSTRAINTS: ReadonlySet<string> = new Set([
  "type",
  "nullable",
  "enum",
  "const",
  ...KIND_OF.keys(),
]);
