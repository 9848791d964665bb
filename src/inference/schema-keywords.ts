/** Keywords of JSON Schema whose fields are names, and the values schemas. */
export const KEYWORDS_OF_NAMES: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "dependencies",
  "$defs",
  "definitions",
]);

/** Keywords whose values are answers, or parts of them, and no schemas. */
export const DATA_KEYWORDS: ReadonlySet<string> = new Set([
  "const",
  "enum",
  "default",
  "examples",
  "example",
]);
