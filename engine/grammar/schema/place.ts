import { EngineError } from "../../errors.ts";
import type { Json } from "../../http/go-json.ts";

export type SchemaObject = { readonly [keyword: string]: Json };

/** A schema and where it stands in its document, as a JSON pointer. */
export type Place = { readonly schema: SchemaObject | boolean; readonly pointer: string };

/** The schema that nothing satisfies, where none was sent. */
export const NOTHING: Place = { schema: false, pointer: "" };

/** Whether nothing satisfies a schema, as far as is plain to see. */
export const isNothing = ({ schema }: Place): boolean => schema === false;

/** The refusal of a schema: where, by which keyword, and why. */
export function refuse({ pointer }: Place, keyword: string, reason: string): EngineError {
  const where = pointer === "" ? "#" : `#${pointer}`;
  return new EngineError(400, `invalid JSON schema in format: ${where}: "${keyword}" ${reason}`);
}

/** The keywords of a place; a schema that is `true` or `false` has none. */
export function keywords({ schema }: Place): SchemaObject {
  return typeof schema === "boolean" ? {} : schema;
}

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
