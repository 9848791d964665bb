/** What JSON calls the kinds of its values. */
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
    "required",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
  ],
};

/** Every keyword that limits values; all others describe. */
export const CONSTRAINTS: readonly string[] = [
  "type",
  "nullable",
  "enum",
  "const",
  ...Object.values(KIND_KEYWORDS).flat(),
];
