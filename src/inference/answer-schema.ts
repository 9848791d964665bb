/** A JSON Schema that an answer has to hold to. */
export interface StrictSchema {
  schema: Record<string, unknown>;
  /** The request's field that it came in, with dots. */
  field: string;
}

/** How the check of an answer went: `repaired` is one that held only in its second round. */
export type SchemaCheck = "valid" | "repaired" | "mismatch";

/** Whether an answer held to its schema, as a field to be shown; none where it was not checked. */
export function schemaValidField(answer: Record<string, unknown>): { schema_valid?: boolean } {
  const { schema_valid: isValid } = answer;
  return typeof isValid === "boolean" ? { schema_valid: isValid } : {};
}
