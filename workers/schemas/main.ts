// Entry of the schema thread. Each export is a task that its client calls by name. What a client's
// schema does here, such as a pattern that runs for ever, ends with the thread.
import { compileSchema, type Compiled, prepareDialects } from "./compile-schema.ts";
import { faultsOf } from "./faults.ts";
import { BoundedLru } from "../../src/runtime/bounded-lru.ts";
import type { SchemaTasks, SchemaText } from "./protocol.ts";

type Input<K extends keyof SchemaTasks> = SchemaTasks[K]["input"];
type Output<K extends keyof SchemaTasks> = SchemaTasks[K]["output"];

/** Code and bookkeeping of a compiled schema take about so much for each character of it. */
const BYTES_A_CHARACTER = 64;

const compiled = new BoundedLru<Compiled & { characters: number }>({
  maxSize: 512,
  maxBytes: 64 * 1_048_576,
  bytesOf: ({ characters }) => characters * BYTES_A_CHARACTER,
});

export function begin(): Output<"begin"> {
  prepareDialects();
}

export function compile(schema: Input<"compile">): Output<"compile"> {
  const { fault } = compiledOf(schema);
  return fault ? { ok: false, fault } : { ok: true };
}

export function check({ schema, answer }: Input<"check">): Output<"check"> {
  const { fault, validate } = compiledOf(schema);
  if (fault) return { ok: false, fault };
  let value: unknown;
  try {
    value = JSON.parse(answer);
  } catch {
    return { ok: true, faults: [{ path: "", message: "the answer is not JSON" }] };
  }
  return faultsOf(validate, value);
}

/** Also of a schema that cannot be used: it is not compiled again each time. */
function compiledOf({ key, text }: SchemaText): Compiled {
  const kept = compiled.get(key);
  if (kept) return kept;
  const made = { ...compileSchema(text), characters: text.length };
  compiled.set(key, made);
  return made;
}
