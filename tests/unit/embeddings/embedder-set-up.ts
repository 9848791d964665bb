import { vi } from "vitest";
import type { CallEmbed, EmbedCall } from "../../../src/embeddings/embed-call.ts";
import { Embedder, type Embedded, type EmbedRequest } from "../../../src/embeddings/embedder.ts";
import type { Embedding } from "../../../src/embeddings/vector-cache.ts";
import { VectorCache } from "../../../src/embeddings/vector-cache.ts";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";

/** How long a call has waited, in milliseconds. */
interface Waited {
  queueMs?: number;
  loadMs?: number;
}

/** A call that a server would be working on. */
export interface MadeCall extends EmbedCall {
  direct: boolean;
  /** The server answers: each text has its length as vector and tokens. */
  answer: (waited?: Waited) => Promise<void>;
  /** The same for a call that cuts. @param kept tokens that it has read */
  answerCut: (kept: number | null, waited?: Waited) => Promise<void>;
  fail: (err: Error, waited?: Waited) => Promise<void>;
  isCalledOff: () => boolean;
}

export const HARD_STOP_MS = 120_000;

/** The embedding that the server gives for a text. */
export const embeddingOf = (text: string): Embedding => ({
  vector: Float32Array.of(text.length, 1),
  tokens: text.length,
});

/** Lets everything happen that waits for no timer. */
export const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

/** Lets the time pass that texts wait for others. */
export const gathered = (): Promise<unknown> => vi.advanceTimersByTimeAsync(3);

/** An embedder in front of a server that the test plays. */
export function setUpEmbedder({ caches = true, maxSize = 1000 } = {}) {
  const made: MadeCall[] = [];
  const digests = new Map([["mini", "digest-1"]]);
  const seen = { digestFails: false, digestHangs: false };
  const callsOf =
    (direct: boolean): CallEmbed =>
    (call) => {
      const result = deferred<Awaited<ReturnType<CallEmbed>>>();
      let calledOff = false;
      call.signal.addEventListener("abort", () => {
        calledOff = true;
        result.reject(call.signal.reason as Error);
      });
      made.push({
        ...call,
        direct,
        isCalledOff: () => calledOff,
        answer: async (waited = {}) => {
          const embeddings = call.texts.map(embeddingOf);
          Object.assign(call.record, waited);
          result.resolve({ embeddings });
          await settled();
        },
        answerCut: async (kept, waited = {}) => {
          const embeddings = call.texts.map(embeddingOf);
          Object.assign(call.record, waited);
          result.resolve({ embeddings, truncated: { kept } });
          await settled();
        },
        fail: async (err, waited = {}) => {
          Object.assign(call.record, waited);
          result.reject(err);
          await settled();
        },
      });
      return result.promise;
    };
  const deadlines = new Deadlines();
  const embedder = new Embedder({
    calls: { queued: callsOf(false), direct: callsOf(true) },
    catalog: {
      digestOf: (model) => {
        if (seen.digestHangs) return new Promise(() => {});
        if (seen.digestFails) return Promise.reject(new Error("away"));
        return Promise.resolve(digests.get(model));
      },
    },
    cache: caches ? new VectorCache({ maxSize, maxBytes: 1_048_576 }) : undefined,
    deadlines,
    hardStopMs: HARD_STOP_MS,
  });
  const embed = (
    texts: string | string[],
    request: Partial<EmbedRequest> = {},
  ): Promise<Embedded> => {
    const { signal } = new AbortController();
    const asked = embedder.embed([texts].flat(), {
      model: "mini",
      tenant: "ada",
      signal,
      mayTruncate: true,
      ...request,
    });
    // Some tests look later at how it failed.
    asked.catch(() => {});
    return asked;
  };
  /** A request whose client can leave. */
  const embedAndLeave = (texts: string | string[], request: Partial<EmbedRequest> = {}) => {
    const client = new AbortController();
    const asked = embed(texts, { ...request, signal: client.signal });
    return { asked, leave: () => client.abort(new ClientLeft()) };
  };
  const nth = (index: number): MadeCall => {
    const call = made[index];
    if (!call) throw new Error(`only ${made.length} calls were made`);
    return call;
  };
  return { embedder, embed, embedAndLeave, made, nth, digests, deadlines, seen };
}

/** The texts of each call. */
export const textsOf = (made: MadeCall[]): string[][] => made.map(({ texts }) => texts);

/** The first numbers of vectors: the lengths of their texts. */
export const lengthsOf = ({ vectors }: Embedded): (number | undefined)[] =>
  vectors.map((vector) => vector[0]);
