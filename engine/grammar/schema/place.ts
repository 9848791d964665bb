import { EngineError } from "../../errors.ts";
import type { Json } from "../../json/go-json.ts";

export type SchemaObject = { readonly [keyword: string]: Json };

/** A subschema, with its JSON pointer in the document. */
export type Place = { readonly schema: SchemaObject | boolean; readonly pointer: string };

/** The schema that nothing satisfies; it is not in any document. */
export const NOTHING: Place = { schema: false, pointer: "" };

/** Whether a schema is plainly unsatisfiable. */
export const isNothing = ({ schema }: Place): boolean => schema === false;

/** The refusal of a schema, with its place, a keyword and a reason. */
export function refuse({ pointer }: Place, keyword: string, reason: string): EngineError {
  const where = pointer === "" ? "#" : `#${pointer}`;
  return new EngineError(400, `invalid JSON schema in format: ${where}: "${keyword}" ${reason}`);
}

/** The keywords of a place; a schema that is `true` or `false` has none. */
export function keywords({ schema }: Place): SchemaObject {
  return typeof schema === "boolean" ? {} : schema;
}
