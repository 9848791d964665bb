import { createHash } from "node:crypto";
import type { SchemaFault, SchemaText } from "../../workers/schemas/protocol.ts";
import { ServiceError } from "../errors/service-error.ts";

/** A JSON Schema that an answer has to hold to. */
export interface StrictSchema {
  schema: Record<string, unknown>;
  /** The request's field that it came in, with dots. */
  field: string;
}

/** How the check of an answer went: `repaired` is one that held only in its second round. */
export type SchemaCheck = "valid" | "repaired" | "mismatch";

export function schemaText({ schema }: StrictSchema): SchemaText {
  const text = JSON.stringify(schema);
  return { text, key: createHash("sha256").update(text).digest("base64url") };
}

/** For a schema that cannot be used. */
export function unusableSchema({ field }: StrictSchema, { path, message }: SchemaFault) {
  return new ServiceError("invalid_request", `${field}: ${path}: ${message}`, {
    param: field,
    fields: { schema_path: path },
  });
}

/** For an answer that does not hold to its schema. */
export function schemaMismatch(faults: SchemaFault[]): ServiceError {
  const [first] = faults;
  const more = faults.length > 1 ? `, and ${faults.length - 1} more` : "";
  const where = first?.path ? `${first.path}: ` : "";
  const message = `The answer does not match its schema: ${where}${first?.message}${more}`;
  return new ServiceError("schema_mismatch", message, { fields: { schema_errors: faults } });
}

/** Whether an answer held to its schema, as a field to be shown; none where it was not checked. */
export function schemaValidField(answer: Record<string, unknown>): { schema_valid?: boolean } {
  const { schema_valid: isValid } = answer;
  return typeof isValid === "boolean" ? { schema_valid: isValid } : {};
}
