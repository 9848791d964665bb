import type { ErrorCode } from "../errors/codes.ts";
import { ServiceError } from "../errors/service-error.ts";
import { asCompleted } from "../runtime/as-completed.ts";
import type { CallRecord } from "../inference/call-record.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { deferred } from "../runtime/deferred.ts";
import { SharedWork } from "../runtime/shared-work.ts";
import { Waiters } from "../runtime/waiters.ts";
import type { CallEmbed, EmbedOptions } from "./embed-call.ts";
import { Gatherer } from "./gatherer.ts";
import type { Embedding } from "./vector-cache.ts";

/**
 * How long a text waits for others. A text that finds nothing under way waits as well: sent at once
 * it would be alone, and the texts right behind it would be a second call, behind the first in the
 * queue. A client that sends one text after the other pays for it: a tenth of the 25 ms that a text
 * takes with all-minilm on two cores.
 */
const GATHER_MS = 3;
/** A call of so many is under way for a second; what comes meanwhile should not wait longer. */
export const MAX_TEXTS = 64;
export const MAX_BYTES = 262_144;
/** Parts of a refused call that are retried at once: more would fill the queue. */
const RETRIED_AT_ONCE = 2;

/** The codes of what the server has against a text. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["invalid_request", "prompt_too_large"]);

/** A request under way. */
export interface EmbedWork extends EmbedOptions {
  tenant: string;
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

/** A text whose vector is being computed. */
interface PendingText {
  text: string;
  bytes: number;
  /** When it was requested, on the clock of `performance.now()`. */
  requestedAt: number;
  /** The request that it is computed for; others may join. */
  owner: EmbedWork;
  work: SharedWork<Embedding>;
  resolve: (embedding: Embedding) => void;
  reject: (err: Error) => void;
}

/**
 * Computes texts in calls that requests share: texts that come together are sent together, equal
 * texts once. A call is cancelled when all requests have left whose texts it computes.
 */
export class SharedCalls {
  readonly #calls: { queued: CallEmbed; direct: CallEmbed };
  readonly #pending = new Map<string, PendingText>();
  readonly #gatherers = new Map<string, Gatherer<PendingText>>();

  constructor(calls: { queued: CallEmbed; direct: CallEmbed }) {
    this.#calls = calls;
  }

  /** Texts whose vector is being computed. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Computes texts that fit into a call, or waits where they are being computed already.
   * @returns an embedding for each in their order.
   * @throws ServiceError; the reason of the request's signal.
   */
  compute(part: KeyedText[], request: EmbedWork): Promise<Embedding[]> {
    request.signal.throwIfAborted();
    const added: PendingText[] = [];
    const results = part.map(({ key, text }) => {
      // A text of a direct call must not wait for a turn in the queue.
      const name = `${request.direct ? "direct" : "queued"} ${key}`;
      let pending = this.#pending.get(name);
      if (!pending) {
        pending = this.#add(name, text, request);
        added.push(pending);
      }
      return pending.work.wait(request.signal);
    });
    if (added.length > 0) this.#gathererFor(request).add(added);
    return Promise.all(results);
  }

  #add(name: string, text: string, owner: EmbedWork): PendingText {
    const { promise, resolve, reject } = deferred<Embedding>();
    const work = new SharedWork({
      start: () => promise,
      onClose: () => {
        if (this.#pending.get(name) === pending) this.#pending.delete(name);
      },
    });
    const bytes = Buffer.byteLength(text);
    const requestedAt = performance.now();
    const pending: PendingText = { text, bytes, requestedAt, owner, work, resolve, reject };
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
      // Queued calls are held back by the fair queue, as all requests are.
      atOnce: direct ? 1 : Infinity,
      send: (gathered) => this.#send(gathered, options, direct ? calls : queued),
      onIdle: () => this.#gatherers.delete(name),
    });
    this.#gatherers.set(name, gatherer);
    return gatherer;
  }

  /** Sends one call; texts whose requests have all left are not in it. */
  async #send(gathered: PendingText[], options: EmbedOptions, call: CallEmbed): Promise<void> {
    const texts = gathered.filter(({ work }) => !work.signal.aborted);
    const [first] = texts;
    if (!first) return;
    // The call is cancelled when each of its texts is.
    const waiters = new Waiters();
    const leave = texts.map(({ work }) => waiters.join(work.signal));
    // The wait for other texts counts as a wait for a place.
    const gatheredMs = performance.now() - first.requestedAt;
    try {
      const { embeddings, record } = await call({
        texts: texts.map(({ text }) => text),
        options,
        tenant: first.owner.tenant,
        signal: waiters.signal,
      });
      if (record.queueMs !== undefined) record.queueMs += gatheredMs;
      const isEstimated = record.usage?.inputTokens === undefined;
      const allTokens = embeddings.reduce((sum, { tokens }) => sum + tokens, 0);
      for (const [i, { owner, resolve }] of texts.entries()) {
        owner.record.include(record);
        const embedding = embeddings[i];
        if (!embedding) continue;
        const { tokens } = embedding;
        const costMs = ((record.costMs ?? 0) * tokens) / allTokens;
        owner.record.addShare({ tokens, costMs, isEstimated });
        resolve(embedding);
      }
    } catch (err) {
      await this.#retryOrFail(texts, err, options, call);
    } finally {
      waiters.end();
      for (const stopWaiting of leave) stopWaiting();
    }
  }

  /**
   * Handles a failed call. The server refuses all texts for a single one: the texts of each request
   * are retried apart, so that only one request fails.
   */
  async #retryOrFail(
    texts: PendingText[],
    err: unknown,
    options: EmbedOptions,
    call: CallEmbed,
  ): Promise<void> {
    const isRefusal = err instanceof ServiceError && REFUSALS.has(err.code);
    const failed = err instanceof Error ? err : new Error("the call failed", { cause: err });
    if (!isRefusal || texts.length === 1) {
      for (const { reject } of texts) reject(failed);
      return;
    }
    const byOwner = new Map<EmbedWork, PendingText[]>();
    for (const text of texts) byOwner.set(text.owner, [...(byOwner.get(text.owner) ?? []), text]);
    let apart = [...byOwner.values()];
    if (apart.length === 1) {
      // The request is refused as a whole, but others may wait for one of its good texts.
      const shared = texts.filter(isShared);
      for (const text of texts) if (!shared.includes(text)) text.reject(failed);
      apart = shared.map((text) => [text]);
    }
    const retry = (index: number) => this.#send(apart[index] ?? [], options, call);
    for await (const _done of asCompleted(apart.length, RETRIED_AT_ONCE, retry));
  }
}

/** Whether requests other than its owner wait for a text. */
function isShared({ owner, work }: PendingText): boolean {
  return work.waiting > (owner.signal.aborted ? 0 : 1);
}
