import type { Signal } from "../../../src/runtime/light-signal.ts";
import { expect, vi } from "vitest";
import { CacheCounts } from "../../../src/cache/cache-counts.ts";
import type { Question } from "../../../src/cache/question.ts";
import type { CacheEntry } from "../../../src/cache/response-cache.ts";
import { SimilarQuestions, type TextVector } from "../../../src/cache/similar-questions.ts";

export const SPACE = "space";

export const question = (text: string): Question => ({
  space: SPACE,
  text,
  tenant: "acme",
  model: "m:latest",
  isSampled: false,
});

export const entryOf = (id: number, text: string): CacheEntry => ({
  id,
  question: question(text),
  answer: { id },
  tookMs: 1,
  storedAt: 0,
  bytes: 1,
});

export const BLUE = "Why is the sky blue?";

export const WHY_BLUE = "Could you tell me why the sky is blue?";

/** A thread that holds ids only: every vector is as near to every other as the test says. */
class Thread {
  readonly spaces = new Map<string, Set<number>>();
  readonly unfinished = new Map<string, number[]>();
  /** How many entries each part of a load had. */
  readonly parts: number[] = [];
  similarity = 0.97;
  /** Answers wait for this. */
  gate: Promise<void> | undefined;

  async add(space: string, id: number) {
    const ids = this.spaces.get(space);
    if (!ids) return UNKNOWN;
    ids.add(id);
    return OK;
  }

  async load(space: string, ids: number[], vectors: Float32Array, { more = false } = {}) {
    expect(vectors).toHaveLength(ids.length * 2);
    this.parts.push(ids.length);
    const all = [...(this.unfinished.get(space) ?? []), ...ids];
    this.unfinished.delete(space);
    if (more) this.unfinished.set(space, all);
    else this.spaces.set(space, new Set(all));
    await this.gate;
    return OK;
  }

  async remove(space: string, ids: number[]) {
    for (const id of ids) this.spaces.get(space)?.delete(id);
    return OK;
  }

  async drop(space: string) {
    this.spaces.delete(space);
    this.unfinished.delete(space);
    return OK;
  }

  async search(space: string, _vector: Float32Array, { count }: { count: number }) {
    await this.gate;
    const ids = this.spaces.get(space);
    if (!ids) return UNKNOWN;
    const matches = [...ids].map((id) => ({ id, similarity: this.similarity })).slice(0, count);
    return { ok: true as const, matches };
  }
}

const OK = { ok: true as const };

const UNKNOWN = { ok: false as const, reason: "unknown_space" as const };

const MODEL = "digest of today";

export const vector = (...values: number[]) => ({ values: new Float32Array(values), model: MODEL });

type VectorOf = (text: string, tenant: string, signal: Signal) => Promise<TextVector>;

export function setUp(vectorOf: VectorOf = async () => vector(0.6, 0.8)) {
  const thread = new Thread();
  const counts = new CacheCounts();
  const faults: unknown[] = [];
  const made: number[] = [];
  const weights = new Map<number, number>();
  const similar = new SimilarQuestions({
    vectorOf,
    thread,
    counts,
    threshold: 0.95,
    onVector: ({ id }) => made.push(id),
    setVectorBytes: ({ id }, bytes) => void weights.set(id, bytes),
    onFault: (err) => faults.push(err),
  });
  const add = async (id: number, text: string): Promise<CacheEntry> => {
    const entry = entryOf(id, text);
    similar.add(entry);
    await vi.advanceTimersByTimeAsync(0);
    return entry;
  };
  return { similar, thread, counts, faults, made, weights, add };
}
