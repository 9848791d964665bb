import type { ErrorObject, ValidateFunction } from "ajv";
import type { SchemaFault, Unusable, Verdict } from "./protocol.ts";

/** Faults of one answer that are told: as many as help to mend it. */
const MOST_FAULTS = 20;

/** They quote names of properties, which are the client's or the model's. */
const LONGEST_TEXT = 200;

/** What is wrong with a value. */
export function faultsOf(validate: ValidateFunction, value: unknown): Verdict | Unusable {
  try {
    if (validate(value)) return { ok: true, faults: [] };
  } catch (err) {
    const why = err instanceof RangeError ? "it refers to itself without end" : textOf(err);
    return { ok: false, fault: { path: "#", message: `cannot be run: ${cut(why)}` } };
  }
  const errors = (validate.errors ?? []).slice(0, MOST_FAULTS);
  return { ok: true, faults: errors.map((error) => ({ ...faultOf(error) })) };
}

/** An error of ajv's in our words. */
export function faultOf({ instancePath, message, keyword, params }: ErrorObject): SchemaFault {
  return { path: cut(instancePath), message: cut(`${message ?? keyword}${namesIn(params)}`) };
}

/** What an error is about beside its place; ajv's own words leave some of it out. */
function namesIn(params: Record<string, unknown>): string {
  const { additionalProperty, unevaluatedProperty, allowedValues, allowedValue } = params;
  const name = additionalProperty ?? unevaluatedProperty;
  if (typeof name === "string") return ` (${name})`;
  if (allowedValue !== undefined) return ` (${JSON.stringify(allowedValue)})`;
  return Array.isArray(allowedValues) ? ` (${JSON.stringify(allowedValues)})` : "";
}

function textOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
