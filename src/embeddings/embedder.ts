import { createHash } from "node:crypto";
import { HardStop } from "../errors/abort-reasons.ts";
import { ServiceError } from "../errors/service-error.ts";
import { CallRecord } from "../inference/call-record.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import { asCompleted } from "../runtime/as-completed.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { LightSignal, type Signal } from "../runtime/light-signal.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import { NobodyWaits } from "../runtime/waiters.ts";
import type { CallEmbed } from "./embed-call.ts";
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
  /** Keeps vectors; undefined: each text is computed each time. */
  cache: VectorCache | undefined;
  deadlines: Deadlines;
  /** Hard stop of a request, in milliseconds. */
  hardStopMs: number;
}

/** Who wants vectors, and of which kind. */
export interface EmbedRequest {
  model: string;
  tenant: string;
  /** Calls it off with its reason. */
  signal: Signal;
  /** Milliseconds that the request has lived; they count for its hard stop. */
  elapsedMs?: number;
  /** Where the calls for it are written down. */
  record?: CallRecord;
  /** Numbers of a vector, where the model can give fewer. */
  dimensions?: number | undefined;
  /** False: a text that is too long for the model is refused, not cut. */
  truncate?: boolean | undefined;
  /**
   * A call of the service's own, such as the lookup of a cached answer. It takes no turn in the
   * fair queue, waits for no others (those that come while one is under way go together with the
   * next), and makes the server load the model if it is not in memory: for short texts and a
   * small model that is always wanted. Its signal is to have a deadline.
   */
  direct?: boolean;
}

/** The vectors of texts. */
export interface Embedded {
  /**
   * In the order of the texts: unit vectors, of the model's length (all-minilm: 384 numbers).
   * They are shared with the cache: nobody may write into them or hand their memory over.
   */
  vectors: Float32Array[];
  /** Tokens of all texts, those of cached ones as they were counted then. */
  promptTokens: number;
  /** Texts whose vector was in the cache. */
  cached: number;
}

/** Calls of one large request at once: its other texts do not fill the queue. */
const CALLS_AT_ONCE = 2;

/**
 * Computes vectors of texts. Texts of requests that come together travel together; equal ones
 * are computed once, and kept by the model's digest, the options and the text's hash.
 */
export class Embedder {
  readonly #options: EmbedderOptions;
  readonly #calls: SharedCalls;

  constructor(options: EmbedderOptions) {
    this.#options = options;
    this.#calls = new SharedCalls(options.calls);
  }

  /** Texts on their way to their vector. */
  get size(): number {
    return this.#calls.size;
  }

  /** The cache's numbers; undefined when there is none. */
  stats(): VectorCacheStats | undefined {
    return this.#options.cache?.stats();
  }

  /**
   * The vectors of texts, none of them empty.
   * @throws ServiceError; the signal's reason.
   */
  async embed(texts: string[], given: EmbedRequest): Promise<Embedded> {
    const { deadlines, hardStopMs } = this.#options;
    const signal = new LightSignal();
    const stopFollowing = signal.follow(given.signal);
    const leftMs = hardStopMs - (given.elapsedMs ?? 0);
    const removeDeadline = deadlines.after(leftMs, () => signal.abort(new HardStop(hardStopMs)));
    try {
      signal.throwIfAborted();
      return await this.#embed(texts, {
        ...given,
        signal,
        record: given.record ?? new CallRecord(),
      });
    } finally {
      removeDeadline();
      stopFollowing();
      // Nobody waits for what is still under way of it.
      signal.abort(new NobodyWaits());
    }
  }

  async #embed(texts: string[], request: EmbedWork): Promise<Embedded> {
    const { cache } = this.#options;
    // A server that is away says so when it is called.
    const asked = this.#options.catalog.digestOf(request.model).catch(() => undefined);
    const digest = await unlessAborted(asked, request.signal);
    const keyOf = keysFor(digest ?? request.model, request);
    const keys = texts.map(keyOf);
    const found = new Map<string, Embedding>();
    const missing = new Map<string, KeyedText>();
    for (const [i, text] of texts.entries()) {
      const key = keys[i] ?? "";
      if (found.has(key) || missing.has(key)) continue;
      // Without a digest nobody knows whether it is still the same model.
      const kept = digest === undefined ? undefined : cache?.get(key);
      if (kept) found.set(key, kept);
      else missing.set(key, { key, text });
    }
    const cached = keys.filter((key) => found.has(key)).length;
    const parts = partsOf([...missing.values()]);
    const compute = (index: number) => this.#calls.compute(parts[index] ?? [], request);
    for await (const { index, value } of asCompleted(parts.length, CALLS_AT_ONCE, compute)) {
      for (const [i, { key }] of (parts[index] ?? []).entries()) {
        const embedding = value[i];
        if (!embedding) continue;
        found.set(key, embedding);
        if (digest !== undefined) cache?.set(key, embedding);
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
      cached,
    };
  }
}

/** The keys of texts: what decides about their vectors, as a hash. */
function keysFor(model: string, { dimensions, truncate }: EmbedWork): (text: string) => string {
  const before = JSON.stringify([model, dimensions, truncate]);
  return (text) => createHash("sha256").update(before).update(text).digest("base64url");
}

/** Parts that fit into a call. */
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
