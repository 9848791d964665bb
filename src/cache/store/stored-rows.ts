import { z } from "zod";
import type {
  ReadAnswer,
  StoredAnswer,
  StoredVector,
} from "../../../workers/response-store/protocol.ts";
import type { Question } from "../question.ts";
import type { CacheEntry, SavedEntry } from "../response-cache.ts";
import type { TextVector } from "../similar-questions.ts";

/** An entry that was read back, and the vector of its question. */
export interface ReadEntry {
  saved: SavedEntry;
  vector: TextVector | undefined;
}

const Stored = z.object({
  question: z.object({
    space: z.string(),
    text: z.string(),
    tenant: z.string(),
    model: z.string(),
    isSampled: z.boolean(),
  }) satisfies z.ZodType<Question>,
  answer: z.record(z.string(), z.unknown()),
});

/** An entry as it is written. */
export function storedAnswer({ id, question, answer, tookMs, storedAt }: CacheEntry): StoredAnswer {
  const { tenant, model } = question;
  return { id, tenant, model, storedAt, tookMs, json: JSON.stringify({ question, answer }) };
}

/** An entry as it was written; undefined when it cannot be read. */
export function entryOf({ id, storedAt, tookMs, json, vector }: ReadAnswer): ReadEntry | undefined {
  const stored = Stored.safeParse(parsed(json));
  if (!stored.success) return undefined;
  return { saved: { id, storedAt, tookMs, ...stored.data }, vector: vector && textVector(vector) };
}

/** A vector as it is written. */
export function storedVector({ model, values }: TextVector): StoredVector {
  const { buffer, byteOffset, byteLength } = values;
  return { model, bytes: new Uint8Array(buffer, byteOffset, byteLength).slice() };
}

function textVector({ model, bytes }: StoredVector): TextVector | undefined {
  if (bytes.byteLength % Float32Array.BYTES_PER_ELEMENT !== 0) return undefined;
  // In memory of its own: it begins where 32-bit numbers may.
  const copy = new Uint8Array(bytes);
  return { model, values: new Float32Array(copy.buffer) };
}

/** The parser's own error would quote the text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
