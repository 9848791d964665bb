import type { ErrorCode } from "../errors/codes.ts";
import { ServiceError } from "../errors/service-error.ts";
import { asCompleted } from "../runtime/as-completed.ts";
import { CallRecord } from "../inference/call-record.ts";
import type { Truncation } from "../inference/truncation.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
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
  mayTruncate: boolean;
  /** See EmbedRequest. */
  direct?: boolean;
  /** As InferenceRequest. */
  background?: boolean;
  /** As PlaceRequest. */
  maxExpectedMs?: number | undefined;
  /** Called off when its client leaves, and by its hard stop. */
  signal: Signal;
  record: CallRecord;
}

/** A text with the key of its vector. */
export interface KeyedText {
  key: string;
  text: string;
}

/** The vector of a text. */
interface ComputedText {
  embedding: Embedding;
  /**
   * Where it, or another text of its call, was cut: what was read of all of them, as one object that
   * they share.
   */
  truncated: Truncation | undefined;
}

/** A text whose vector is being computed. */
interface PendingText {
  text: string;
  bytes: number;
  /** When it was requested, on the clock of `awakeNow`. */
  requestedAt: number;
  /** How long refused calls with it have waited for the model's load, in milliseconds. */
  loadMs: number;
  /** The request that it is computed for; others may join. */
  owner: EmbedWork;
  /** False: it is in a call with texts that are cut, and nobody knows whether it is. */
  canBeJoined: boolean;
  work: SharedWork<ComputedText>;
  resolve: (computed: ComputedText) => void;
  reject: (err: Error) => void;
}

/** What the texts of a gathered call have in common. */
interface CallKind {
  options: EmbedOptions;
  mayTruncate: boolean;
  call: CallEmbed;
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
   * @returns the vector of each in their order.
   * @throws ServiceError; the reason of the request's signal.
   */
  compute(part: KeyedText[], request: EmbedWork): Promise<ComputedText[]> {
    request.signal.throwIfAborted();
    const added: PendingText[] = [];
    const results = part.map(({ key, text }) => {
      // A text of a direct call must not wait for a turn in the queue, nor any for background work,
      // nor one be cut for another.
      const name = `${wayOf(request)} ${request.mayTruncate} ${key}`;
      let pending = this.#pending.get(name);
      if (!pending?.canBeJoined) {
        pending = this.#add(name, text, request);
        added.push(pending);
      }
      return pending.work.wait(request.signal);
    });
    if (added.length > 0) this.#gathererFor(request).add(added);
    return Promise.all(results);
  }

  #add(name: string, text: string, owner: EmbedWork): PendingText {
    const { promise, resolve, reject } = deferred<ComputedText>();
    const work = new SharedWork({
      start: () => promise,
      onClose: () => {
        if (this.#pending.get(name) === pending) this.#pending.delete(name);
      },
    });
    const bytes = Buffer.byteLength(text);
    const requestedAt = awakeNow();
    const pending: PendingText = {
      text,
      bytes,
      requestedAt,
      loadMs: 0,
      owner,
      canBeJoined: true,
      work,
      resolve,
      reject,
    };
    this.#pending.set(name, pending);
    return pending;
  }

  #gathererFor(request: EmbedWork): Gatherer<PendingText> {
    const { model, dimensions, mayTruncate, direct } = request;
    const name = JSON.stringify([wayOf(request), model, dimensions, mayTruncate]);
    const known = this.#gatherers.get(name);
    if (known) return known;
    const call = direct ? this.#calls.direct : this.#calls.queued;
    const kind = { options: { model, dimensions }, mayTruncate, call };
    const gatherer = new Gatherer<PendingText>({
      waitMs: direct ? 0 : GATHER_MS,
      maxItems: MAX_TEXTS,
      maxBytes: MAX_BYTES,
      // Queued calls are held back by the fair queue, as all requests are.
      atOnce: direct ? 1 : Infinity,
      send: (gathered) => this.#send(gathered, kind, { truncate: false }),
      onIdle: () => this.#gatherers.delete(name),
    });
    this.#gatherers.set(name, gatherer);
    return gatherer;
  }

  /** Sends one call; texts whose requests have all left are not in it. */
  async #send(
    gathered: PendingText[],
    kind: CallKind,
    { truncate }: { truncate: boolean },
  ): Promise<void> {
    const texts = gathered.filter(({ work }) => !work.signal.aborted);
    const [first] = texts;
    if (!first) return;
    // The call is cancelled when each of its texts is.
    const waiters = new Waiters();
    const leave = texts.map(({ work }) => waiters.join(work.signal));
    const record = new CallRecord();
    // It can be a part of one trace only.
    record.trace = first.owner.record.trace;
    // The wait for other texts, and for a call that was refused, counts as a wait for a place.
    const gatheredMs = awakeNow() - first.requestedAt - first.loadMs;
    for (const { owner } of texts) owner.record.shares(record);
    try {
      const { embeddings, truncated } = await kind.call({
        texts: texts.map(({ text }) => text),
        options: kind.options,
        truncate,
        tenant: first.owner.tenant,
        parts: partsOf(texts),
        background: first.owner.background === true,
        maxExpectedMs: first.owner.maxExpectedMs,
        signal: waiters.signal,
        record,
      });
      if (record.queueMs !== undefined) record.queueMs += gatheredMs;
      if (record.loadMs !== undefined) record.loadMs += first.loadMs;
      const isEstimated = record.usage?.inputTokens === undefined;
      const allTokens = embeddings.reduce((sum, { tokens }) => sum + tokens, 0);
      for (const [i, { owner, resolve }] of texts.entries()) {
        owner.record.include(record);
        const embedding = embeddings[i];
        if (!embedding) continue;
        const { tokens } = embedding;
        const costMs = ((record.costMs ?? 0) * tokens) / allTokens;
        owner.record.addShare({ tokens, costMs, isEstimated });
        resolve({ embedding, truncated });
      }
    } catch (err) {
      for (const text of texts) {
        text.loadMs += record.loadMs ?? 0;
        text.owner.record.begun ??= record.begun;
      }
      if (truncate) rejectAll(texts, err);
      else await this.#retryOrFail(texts, err, kind);
    } finally {
      waiters.end();
      for (const stopWaiting of leave) stopWaiting();
    }
  }

  /**
   * Handles a failed call. The server refuses all texts for a single one: the texts of each request
   * are retried apart, so that only one request fails. A request that is too long by itself is sent
   * once more to be cut, if it takes that.
   */
  async #retryOrFail(texts: PendingText[], err: unknown, kind: CallKind): Promise<void> {
    const code = err instanceof ServiceError ? err.code : undefined;
    if (!code || !REFUSALS.has(code)) {
      rejectAll(texts, err);
      return;
    }
    const { apart, rest } = divided(texts);
    if (!kind.mayTruncate || code !== "prompt_too_large") rejectAll(rest, err);
    else if (apart.length === 0) await this.#sendToBeCut(rest, kind);
    // Without the texts that go apart, the rest may fit.
    else if (rest.length > 0) apart.push(rest);
    const retry = (index: number) => this.#send(apart[index] ?? [], kind, { truncate: false });
    for await (const _done of asCompleted(apart.length, RETRIED_AT_ONCE, retry));
  }

  /** Sends texts of one request of which at least one does not fit. */
  #sendToBeCut(texts: PendingText[], kind: CallKind): Promise<void> {
    // The answer does not say which of several were cut.
    if (texts.length > 1) for (const text of texts) text.canBeJoined = false;
    return this.#send(texts, kind, { truncate: true });
  }
}

/**
 * The texts of a refused call, divided into what is to be retried apart and the rest, which is of
 * one request and has been refused for itself.
 */
function divided(texts: PendingText[]): { apart: PendingText[][]; rest: PendingText[] } {
  const byOwner = new Map<EmbedWork, PendingText[]>();
  for (const text of texts) byOwner.set(text.owner, [...(byOwner.get(text.owner) ?? []), text]);
  if (byOwner.size > 1) return { apart: [...byOwner.values()], rest: [] };
  if (texts.length === 1) return { apart: [], rest: texts };
  // The request is refused as a whole, but others may wait for one of its good texts.
  const shared = texts.filter(isShared);
  const rest = texts.filter((text) => !shared.includes(text));
  return { apart: shared.map((text) => [text]), rest };
}

/** Which part of a call is each tenant's, by the bytes of its texts. */
function partsOf(texts: PendingText[]): Map<string, number> {
  const all = texts.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts = new Map<string, number>();
  for (const { owner, bytes } of texts) {
    parts.set(owner.tenant, (parts.get(owner.tenant) ?? 0) + bytes / all);
  }
  return parts;
}

function rejectAll(texts: PendingText[], err: unknown): void {
  const failed = err instanceof Error ? err : new Error("the call failed", { cause: err });
  for (const { reject } of texts) reject(failed);
}

/**
 * Texts of different ways do not share a call: a call for one that allows only so much waiting may
 * be refused.
 */
function wayOf({ direct, background, maxExpectedMs = Infinity }: EmbedWork): string {
  if (direct) return "direct";
  return `${background ? "background" : "queued"} ${maxExpectedMs}`;
}

/** Whether requests other than its owner wait for a text. */
function isShared({ owner, work }: PendingText): boolean {
  return work.waiting > (owner.signal.aborted ? 0 : 1);
}
