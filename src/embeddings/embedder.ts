import { createHash } from "node:crypto";
import { HardStop } from "../errors/abort-reasons.ts";
import { ServiceError } from "../errors/service-error.ts";
import { CallRecord } from "../inference/call-record.ts";
import type { Truncation } from "../inference/truncation.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import { asCompleted } from "../runtime/as-completed.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { LightSignal, type Signal } from "../runtime/light-signal.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import { NoWaiters } from "../runtime/waiters.ts";
import type { CallEmbed, EmbedOptions } from "./embed-call.ts";
import {
  MAX_BYTES,
  MAX_TEXTS,
  SharedCalls,
  type EmbedWork,
  type KeyedText,
} from "./shared-calls.ts";
import type { Embedding, VectorCache, VectorCacheStats } from "./vector-cache.ts";

interface EmbedderOptions {
  calls: { queued: CallEmbed; direct: CallEmbed };
  catalog: Pick<ModelCatalog, "digestOf">;
  /** Undefined: each text is computed each time. */
  cache: VectorCache | undefined;
  deadlines: Deadlines;
  /** Hard stop of a request, in milliseconds. */
  hardStopMs: number;
}

/** A request for vectors. */
export interface EmbedRequest extends EmbedOptions {
  tenant: string;
  /** Whether texts that are too long for the model lose their end; else they are refused. */
  mayTruncate: boolean;
  /** Calls it off with its reason. */
  signal: Signal;
  /** Milliseconds since the request came; they count for its hard stop. */
  elapsedMs?: number;
  /** As InferenceRequest. */
  background?: boolean;
  /** As PlaceRequest. */
  maxExpectedMs?: number | undefined;
  /** Where its calls are noted. */
  record?: CallRecord;
  /**
   * A call of the service's own, such as the lookup of a cached answer. It takes no turn in the
   * fair queue and waits for no others: calls that come while one is under way go together with
   * the next. It makes the server load the model if that is not in memory. For short texts and a
   * small model that is always wanted; its signal is to have a deadline.
   */
  direct?: boolean;
}

/** The vectors of texts. */
export interface Embedded {
  /**
   * In the order of the texts: unit vectors, of the model's length (all-minilm: 384 numbers).
   * They are shared with the cache: never written into, nor their memory handed over.
   */
  vectors: Float32Array[];
  /** Tokens of all texts, those of cached ones as they were counted then. */
  promptTokens: number;
  /** Where texts were too long: what was read of all that were in a call with one of them. */
  truncated: Truncation | undefined;
  /** Texts whose vector was in the cache. */
  cached: number;
}

/** Calls of one large request at once: more would fill the queue. */
const CALLS_AT_ONCE = 2;

/**
 * Computes vectors of texts. Texts of requests that come together are sent in one call; equal
 * texts are computed once, and kept by the model's digest, the options and the text's hash. A text
 * is cut only for a request that takes that, which is told; such vectors are not kept.
 */
export class Embedder {
  readonly #options: EmbedderOptions;
  readonly #calls: SharedCalls;

  constructor(options: EmbedderOptions) {
    this.#options = options;
    this.#calls = new SharedCalls(options.calls);
  }

  /** Texts whose vector is being computed. */
  get size(): number {
    return this.#calls.size;
  }

  /** The cache's numbers; undefined when there is none. */
  stats(): VectorCacheStats | undefined {
    return this.#options.cache?.stats();
  }

  /**
   * The vectors of texts, none of them empty.
   * @throws ServiceError, `prompt_too_large` where a text is and may not be cut; the signal's reason.
   */
  async embed(texts: string[], given: EmbedRequest): Promise<Embedded> {
    const { deadlines, hardStopMs } = this.#options;
    const signal = new LightSignal();
    const stopFollowing = signal.follow(given.signal);
    const leftMs = hardStopMs - (given.elapsedMs ?? 0);
    // Calls in the background have their own, which counts from when they run.
    const removeDeadline = given.background
      ? undefined
      : deadlines.after(leftMs, () => signal.abort(new HardStop(hardStopMs)));
    try {
      signal.throwIfAborted();
      const record = given.record ?? new CallRecord();
      return await this.#embed(texts, { ...given, signal, record });
    } finally {
      removeDeadline?.();
      stopFollowing();
      // Calls off what is still under way of the request.
      signal.abort(new NoWaiters());
    }
  }

  async #embed(texts: string[], request: EmbedWork): Promise<Embedded> {
    const { catalog } = this.#options;
    // A server that is away says so when it is called.
    const lookup = catalog.digestOf(request.model).catch(() => undefined);
    const digest = await unlessAborted(lookup, request.signal);
    // Without a digest it is not known whether it is still the same model.
    const cache = digest === undefined ? undefined : this.#options.cache;
    const keys = texts.map(keysFor(digest ?? request.model, request));
    const found = new Map<string, Embedding>();
    const missing = new Map<string, KeyedText>();
    const cuts = new Set<Truncation>();
    for (const [i, key] of keys.entries()) {
      if (found.has(key) || missing.has(key)) continue;
      const kept = cache?.get(key);
      if (kept) found.set(key, kept);
      else missing.set(key, { key, text: texts[i] ?? "" });
    }
    const cached = keys.filter((key) => found.has(key)).length;
    const parts = partsOf([...missing.values()]);
    const compute = (index: number) => this.#calls.compute(parts[index] ?? [], request);
    for await (const { index, value } of asCompleted(parts.length, CALLS_AT_ONCE, compute)) {
      for (const [i, { key }] of (parts[index] ?? []).entries()) {
        const computed = value[i];
        if (!computed) continue;
        const { embedding, truncated } = computed;
        found.set(key, embedding);
        if (truncated) cuts.add(truncated);
        else cache?.set(key, embedding);
      }
    }
    const embeddings = keys.flatMap((key) => found.get(key) ?? []);
    const [first] = embeddings;
    if (embeddings.some(({ vector }) => vector.length !== first?.vector.length)) {
      const message = "The inference server sent embeddings of different lengths";
      throw new ServiceError("upstream_unavailable", message);
    }
    return {
      vectors: embeddings.map(({ vector }) => vector),
      promptTokens: embeddings.reduce((sum, { tokens }) => sum + tokens, 0),
      truncated: together(cuts),
      cached,
    };
  }
}

/** Makes the keys of texts: a hash of all that decides about their vectors. */
function keysFor(model: string, { dimensions }: EmbedWork): (text: string) => string {
  const before = JSON.stringify([model, dimensions]);
  return (text) => createHash("sha256").update(before).update(text).digest("base64url");
}

/** What was read in several calls that cut; null where one of them was not counted. */
function together(cuts: ReadonlySet<Truncation>): Truncation | undefined {
  if (cuts.size === 0) return undefined;
  let sum = 0;
  for (const { kept } of cuts) {
    if (kept === null) return { kept };
    sum += kept;
  }
  return { kept: sum };
}

/** Splits texts into parts that fit into a call. */
function partsOf(missing: KeyedText[]): KeyedText[][] {
  const parts: KeyedText[][] = [];
  let part: KeyedText[] = [];
  let bytes = 0;
  for (const one of missing) {
    const more = Buffer.byteLength(one.text);
    if (part.length === 0 || part.length === MAX_TEXTS || bytes + more > MAX_BYTES) {
      part = [];
      parts.push(part);
      bytes = 0;
    }
    part.push(one);
    bytes += more;
  }
  return parts;
}
