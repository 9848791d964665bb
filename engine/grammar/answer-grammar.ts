import { createHash } from "node:crypto";
import { SizedCache } from "../sized-cache.ts";
import { compileSchema } from "./compile.ts";
import { completeText } from "./rules/complete-text.ts";
import { printGbnf } from "./rules/gbnf.ts";
import type { SchemaObject } from "./schema/place.ts";
import { SchemaDocument } from "./schema/schema-document.ts";

/** The grammar of an answer. */
export type AnswerGrammar = {
  /** The grammar in llama.cpp's notation. */
  readonly gbnf: string;
  /** The text that completes an answer which has to end after `text`; `""` where no text can. */
  readonly close: (text: string) => string;
};

/** Characters of the cached grammars; each character takes some ten bytes of memory. */
const MAX_KEPT_CHARS = 4 << 20;

const kept = new SizedCache<AnswerGrammar>(MAX_KEPT_CHARS);

/**
 * The grammar of a JSON Schema, compiled once for the same text.
 * @throws {EngineError} 400 as `compileSchema`.
 */
export function schemaGrammar(schema: SchemaObject): AnswerGrammar {
  const document = new SchemaDocument(schema);
  const key = createHash("sha256").update(JSON.stringify(schema)).digest("base64");
  const known = kept.get(key);
  if (known) return known;
  const grammar = compileSchema(document);
  const made = {
    gbnf: printGbnf(grammar),
    close: (text: string) => completeText(grammar, text) ?? "",
  };
  kept.set(key, made, made.gbnf.length);
  return made;
}

/** The grammar of any JSON object. */
export function jsonGrammar(): AnswerGrammar {
  return schemaGrammar({ type: "object" });
}
