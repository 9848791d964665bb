import { Ajv, MissingRefError, type Options, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { faultAt, faultOf } from "./faults.ts";
import { placeOf } from "./pointers.ts";
import type { SchemaFault } from "./protocol.ts";
import { unusableAt } from "./unusable.ts";

/** A schema's own code, or why there is none. */
export type Compiled =
  | { validate: ValidateFunction; fault?: undefined }
  | { validate?: undefined; fault: SchemaFault };

/** A schema is given as others wrote it: words that nobody knows say nothing. */
const OPTIONS: Options = {
  strict: false,
  logger: false,
  allErrors: true,
  // Names such as `constructor` are properties only where an answer has them.
  ownProperties: true,
  // A part that is referred to a thousand times would be written out a thousand times.
  inlineRefs: false,
  // To make the code shorter takes longer than it will ever run.
  code: { optimize: false },
};

const DIALECTS = { draft07: Ajv, draft2019: Ajv2019, draft2020: Ajv2020 };

type DialectName = keyof typeof DIALECTS;

/** What says whether a schema is one. */
const schemaValidators = new Map<DialectName, Ajv>();

/** Makes what says whether a schema is one, which takes 100 ms and no schema is to blame for. */
export function prepareDialects(): void {
  for (const name of ["draft2020", "draft2019", "draft07"] as const) dialectFault(name, {});
}

/** Compiles a schema that a client has sent. Nothing is fetched for it. */
export function compileSchema(text: string): Compiled {
  const schema = JSON.parse(text) as Record<string, unknown>;
  const refused = unusableAt(schema);
  if (refused) return { fault: refused };
  let first: SchemaFault | undefined;
  for (const name of dialectsOf(schema)) {
    const fault = dialectFault(name, schema);
    if (!fault) return compiledIn(name, schema);
    first ??= fault;
  }
  return { fault: first ?? faultAt("#", "is no JSON Schema") };
}

function compiledIn(name: DialectName, schema: Record<string, unknown>): Compiled {
  // With its own names: what one client's schema is called is nothing to the next one's.
  const ajv = new DIALECTS[name]({ ...OPTIONS, meta: false, validateSchema: false });
  addFormats.default(ajv);
  try {
    return { validate: ajv.compile(schema) };
  } catch (err) {
    return { fault: compileFault(err, schema) };
  }
}

/**
 * The dialects that a schema may be written in, the likelier first. Tuples of older ones are common
 * where none is named: 2019-09 has them as well, and with them what draft 7 would pass over.
 */
function dialectsOf({ $schema: named }: Record<string, unknown>): DialectName[] {
  const name = typeof named === "string" ? named : "";
  if (/draft-0[4-7]/.test(name)) return ["draft07"];
  const older = ["draft2019", "draft07"] as const;
  return name.includes("2019-09") ? [...older] : ["draft2020", ...older];
}

function dialectFault(
  name: DialectName,
  { $schema: _named, ...schema }: Record<string, unknown>,
): SchemaFault | undefined {
  let ajv = schemaValidators.get(name);
  if (!ajv) {
    ajv = new DIALECTS[name](OPTIONS);
    addFormats.default(ajv);
    schemaValidators.set(name, ajv);
  }
  if (ajv.validateSchema(schema)) return undefined;
  // The deepest is what the others follow from.
  const [error] = (ajv.errors ?? []).toSorted(
    (a, b) => b.instancePath.length - a.instancePath.length,
  );
  const { path, message } = error ? faultOf(error) : faultAt("", "is no JSON Schema");
  return faultAt(`#${path}`, message);
}

function compileFault(err: unknown, schema: Record<string, unknown>): SchemaFault {
  if (err instanceof MissingRefError) {
    const at = placeOf(schema, (key, value) => key === "$ref" && value === err.missingRef);
    const path = at ?? placeOf(schema, (key) => key === "$ref" || key === "$dynamicRef") ?? "#";
    return faultAt(path, `nothing is fetched, and this is not in the schema: ${err.missingRef}`);
  }
  const message = err instanceof Error ? err.message : String(err);
  if (err instanceof RangeError) return faultAt("#", "is nested too deep");
  if (err instanceof SyntaxError) return faultAt(placeOf(schema, isNoPattern) ?? "#", message);
  const [, keyword] = /^"?(\w+)"? /.exec(message) ?? [];
  return faultAt(placeOf(schema, (key) => key === keyword) ?? "#", message);
}

/** What stands where a regular expression has to, and is none. */
function isNoPattern(key: string, value: unknown): boolean {
  if (key === "pattern") return typeof value === "string" && !isRegExp(value);
  if (key !== "patternProperties" || typeof value !== "object" || value === null) return false;
  return !Object.keys(value).every(isRegExp);
}

function isRegExp(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
