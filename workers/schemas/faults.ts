import type { ErrorObject, ValidateFunction } from "ajv";
import { cut } from "../../src/runtime/text-limits.ts";
import type { SchemaFault, Unusable, Verdict } from "./protocol.ts";

/** Faults of one answer that are told: as many as help to mend it. */
const MOST_FAULTS = 20;

/** They quote names of properties, which are the client's or the model's. */
const LONGEST_TEXT = 200;

/** A fault whose texts are no longer than they may be. */
export function faultAt(path: string, message: string): SchemaFault {
  return { path: cut(path, LONGEST_TEXT), message: cut(message, LONGEST_TEXT) };
}

/** What is wrong with a value. */
export function faultsOf(validate: ValidateFunction, value: unknown): Verdict | Unusable {
  try {
    if (validate(value)) return { ok: true, faults: [] };
  } catch (err) {
    const why = err instanceof RangeError ? "it refers to itself without end" : String(err);
    return { ok: false, fault: faultAt("#", `cannot be run: ${why}`) };
  }
  return { ok: true, faults: (validate.errors ?? []).slice(0, MOST_FAULTS).map(faultOf) };
}

/** An error of ajv's in our words. */
export function faultOf({ instancePath, message, keyword, params }: ErrorObject): SchemaFault {
  return faultAt(instancePath, `${message ?? keyword}${namesIn(params)}`);
}

/** What an error is about beside its place; ajv's own words leave some of it out. */
function namesIn(params: Record<string, unknown>): string {
  const { additionalProperty, unevaluatedProperty, allowedValues, allowedValue } = params;
  const name = additionalProperty ?? unevaluatedProperty;
  if (typeof name === "string") return ` (${name})`;
  if (allowedValue !== undefined) return ` (${JSON.stringify(allowedValue)})`;
  return Array.isArray(allowedValues) ? ` (${JSON.stringify(allowedValues)})` : "";
}
