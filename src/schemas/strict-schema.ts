import { createHash } from "node:crypto";
import type { SchemaFault, SchemaText } from "../../workers/schemas/protocol.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { StrictSchema } from "../inference/answer-schema.ts";

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
