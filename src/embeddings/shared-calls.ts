import { ServiceError } from "../errors/service-error.ts";
import { asCompleted } from "../runtime/as-completed.ts";
import type { CallRecord } from "../inference/call-record.ts";
import type { LightSignal, Signal } from "../runtime/light-signal.ts";
import { deferred } from "../runtime/deferred.ts";
import { SharedWork } from "../runtime/shared-work.ts";
import { Waiters } from "../runtime/waiters.ts";
import type { CallEmbed, EmbedOptions } from "./embed-call.ts";
import { Gatherer } from "./gatherer.ts";
import type { Embedding } from "./vector-cache.ts";

/**
 * How long a text waits for others. One that finds nothing under way waits as well: sent off at
 * once it would be alone, and those right behind it would be a second call, behind the first in
 * the queue. A client that sends one after the other pays it: a tenth of the 25 ms that a text
 * takes with all-minilm on two cores.
 */
const GATHER_MS = 3;
/** A call of so many is under way for a second; what comes meanwhile should not wait longer. */
export const MAX_TEXTS = 64;
export const MAX_BYTES = 262_144;
/** A refused call is tried again in parts, so many at once: they must not fill the queue. */
const RETRIED_AT_ONCE = 2;

/** A request under way. */
export interface EmbedWork {
  tenant: string;
  model: string;
  dimensions?: number | undefined;
  truncate?: boolean | undefined;
  /** See EmbedRequest. */
  direct?: boolean;
  /** Called off when its client leaves, and by its hard stop. */
  signal: Signal;
  record: CallRecord;
}

/** A text with the key of its vector. */
export interface KeyedText {
  key: string;
  text: string;
}

/** A text on its way to its vector. */
interface PendingText {
  text: string;
  bytes: number;
  /** When it was asked for, on the clock of `performance.now()`. */
  askedAt: number;
  /** The request that it was begun for; others may join. */
  owner: EmbedWork;
  work: SharedWork<Embedding>;
  /** Aborts when no request waits for it any more. */
  signal: Signal;
  resolve: (embedding: Embedding) => void;
  reject: (err: Error) => void;
}

/**
 * Computes texts in calls that requests share: those that come together go together, equal ones
 * once. A call ends when all have left whose texts it computes.
 */
export class SharedCalls {
  readonly #calls: { queued: CallEmbed; direct: CallEmbed };
  readonly #pending = new Map<string, PendingText>();
  readonly #gatherers = new Map<string, Gatherer<PendingText>>();

  constructor(calls: { queued: CallEmbed; direct: CallEmbed }) {
    this.#calls = calls;
  }

  /** Texts on their way to their vector. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Computes texts that fit into a call, or waits for those that compute them already.
   * @returns an embedding for each in their order.
   * @throws ServiceError; the reason of the request's signal.
   */
  compute(part: KeyedText[], request: EmbedWork): Promise<Embedding[]> {
    request.signal.throwIfAborted();
    const begun: PendingText[] = [];
    const coming = part.map(({ key, text }) => {
      // A text of the service's own must not wait for a turn in the queue.
      const name = `${request.direct ? "direct" : "queued"} ${key}`;
      let pending = this.#pending.get(name);
      if (!pending) {
        pending = this.#begin(name, text, request);
        begun.push(pending);
      }
      return pending.work.wait(request.signal);
    });
    if (begun.length > 0) this.#gathererFor(request).add(begun);
    return Promise.all(coming);
  }

  #begin(name: string, text: string, owner: EmbedWork): PendingText {
    const { promise, resolve, reject } = deferred<Embedding>();
    let signal: LightSignal | undefined;
    const work = new SharedWork({
      start: (called) => {
        signal = called;
        return promise;
      },
      onClose: () => {
        if (this.#pending.get(name) === pending) this.#pending.delete(name);
      },
    });
    if (!signal) throw new Error("shared work starts at once");
    const bytes = Buffer.byteLength(text);
    const askedAt = performance.now();
    const pending: PendingText = { text, bytes, askedAt, owner, work, signal, resolve, reject };
    this.#pending.set(name, pending);
    return pending;
  }

  #gathererFor({ model, dimensions, truncate, direct }: EmbedWork): Gatherer<PendingText> {
    const options = { model, dimensions, truncate };
    const name = JSON.stringify([direct === true, model, dimensions, truncate]);
    const known = this.#gatherers.get(name);
    if (known) return known;
    const { queued, direct: calls } = this.#calls;
    const gatherer = new Gatherer<PendingText>({
      waitMs: direct ? 0 : GATHER_MS,
      maxItems: MAX_TEXTS,
      maxBytes: MAX_BYTES,
      // Queued ones are held back where all requests are: by the queue.
      atOnce: direct ? 1 : Infinity,
      send: (gathered) => this.#send(gathered, options, direct ? calls : queued),
      onIdle: () => this.#gatherers.delete(name),
    });
    this.#gatherers.set(name, gatherer);
    return gatherer;
  }

  /** Makes one call for these; those that nobody waits for any more are left out. */
  async #send(gathered: PendingText[], options: EmbedOptions, call: CallEmbed): Promise<void> {
    const texts = gathered.filter(({ signal }) => !signal.aborted);
    const [first] = texts;
    if (!first) return;
    // The call is given up when each of its texts is.
    const waiters = new Waiters();
    const leave = texts.map(({ signal }) => waiters.join(signal));
    // To wait for others is to wait for a place.
    const gatheredMs = performance.now() - first.askedAt;
    try {
      const { embeddings, record } = await call({
        texts: texts.map(({ text }) => text),
        options,
        tenant: first.owner.tenant,
        signal: waiters.signal,
      });
      if (record.queueMs !== undefined) record.queueMs += gatheredMs;
      const isEstimated = record.usage?.inputTokens === undefined;
      for (const [i, { owner, resolve }] of texts.entries()) {
        owner.record.include(record);
        const embedding = embeddings[i];
        if (!embedding) continue;
        owner.record.addInput(embedding.tokens, isEstimated);
        resolve(embedding);
      }
    } catch (err) {
      await this.#failed(texts, err, options, call);
    } finally {
      waiters.end();
      for (const stopWaiting of leave) stopWaiting();
    }
  }

  /**
   * Settles a call that failed. The server refuses all texts for one: each request's texts are
   * tried apart, so that only those of the one fail.
   */
  async #failed(
    texts: PendingText[],
    err: unknown,
    options: EmbedOptions,
    call: CallEmbed,
  ): Promise<void> {
    const isRefusal = err instanceof ServiceError && err.code === "invalid_request";
    const failed = err instanceof Error ? err : new Error("the call failed", { cause: err });
    if (!isRefusal || texts.length === 1) {
      for (const { reject } of texts) reject(failed);
      return;
    }
    const byOwner = new Map<EmbedWork, PendingText[]>();
    for (const text of texts) byOwner.set(text.owner, [...(byOwner.get(text.owner) ?? []), text]);
    let apart = [...byOwner.values()];
    if (apart.length === 1) {
      // It is refused as a whole, but other requests may wait for one of its good texts.
      const shared = texts.filter(isShared);
      for (const text of texts) if (!shared.includes(text)) text.reject(failed);
      apart = shared.map((text) => [text]);
    }
    const again = (index: number) => this.#send(apart[index] ?? [], options, call);
    for await (const _done of asCompleted(apart.length, RETRIED_AT_ONCE, again));
  }
}

/** Whether other requests than its owner wait for a text. */
function isShared({ owner, work }: PendingText): boolean {
  return work.waiting > (owner.signal.aborted ? 0 : 1);
}
