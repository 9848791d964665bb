import { EngineError } from "../errors.ts";
import { EmptyJsonError, JsonSyntaxError, parseFirstJson } from "../json/go-json.ts";
import type { Exchange } from "./exchange.ts";
import { type Fields, fieldsOf } from "./fields.ts";

type Dialect = {
  /** The error for an empty body. */
  readonly emptyText: string;
  readonly goPackage: string;
};

export const NATIVE: Dialect = { emptyText: "missing request body", goPackage: "api" };
export const OPENAI: Dialect = { emptyText: "EOF", goPackage: "openai" };

/**
 * The fields of a request's body; its content type is never looked at.
 * @throws {EngineError} 400 with Go's text.
 */
export async function readFields(
  exchange: Exchange,
  goType: string,
  { emptyText, goPackage }: Dialect = NATIVE,
): Promise<Fields> {
  const bytes = await exchange.body();
  try {
    return fieldsOf(goPackage, goType, parseFirstJson(bytes));
  } catch (err) {
    if (err instanceof EmptyJsonError) throw new EngineError(400, emptyText, { cause: err });
    if (err instanceof JsonSyntaxError) throw new EngineError(400, err.message, { cause: err });
    throw err;
  }
}
