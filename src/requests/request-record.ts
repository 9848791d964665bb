import type { RecordKind } from "../../workers/request-store/kept-request.ts";
import type { CacheOutcome } from "../cache/cache-outcome.ts";
import type { ErrorCode } from "../errors/codes.ts";
import type { Dialect } from "../errors/render.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { ImageFacts } from "../images/image-compressor.ts";
import { CallRecord } from "../inference/call-record.ts";
import type { BodyHold } from "../http/body-budget.ts";
import type { SchemaCheck } from "../inference/answer-schema.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import type { Interval } from "../runtime/interval.ts";
import { threeDecimals } from "../runtime/three-decimals.ts";

/** How a request ended. */
export interface RequestEnd {
  status: number;
  bytes: number;
  /** The client had its whole answer. */
  complete: boolean;
}

/**
 * The record of one request while it lives: identity, tenant, model, and where its time went. Each
 * stage fills in its part; `end` is called with the last byte.
 */
export class RequestRecord {
  readonly id: string;
  readonly startedAt: number;
  readonly startedAtMs: number;
  kind: RecordKind = "request";
  tenant = "";
  /** The client's address. */
  client: string | undefined;
  dialect: Dialect = "service";
  /** As the table of routes has it; undefined where it was refused before that. */
  route: string | undefined;
  project: string | undefined;
  /** Operation in the words of the logs: generate, chat, embeddings, pull … */
  operation: string | undefined;
  model: string | undefined;
  streamed = false;
  /** Its call to the inference server, if it makes one. */
  readonly call: CallRecord;
  /** Bytes of its body. */
  bytesIn: number | undefined;
  /** Bytes of an answer that is sent in one piece. */
  bytes = 0;
  /** When the cache was asked for its answer; undefined where it was not. */
  lookup: Interval | undefined;
  /** When its images were made ready. */
  imageWork: Interval | undefined;
  /** What was done to the request's images. */
  images: ImageFacts[] | undefined;
  /** Whether they were to be compressed. */
  imageCompression = false;
  /** How its answer held to its schema; undefined where it was not checked. */
  schemaCheck: SchemaCheck | undefined;
  /** Undefined where the cache has no part. */
  cache: CacheOutcome | undefined;
  errorCode: ErrorCode | undefined;
  errorMessage: string | undefined;
  /** Its stream began with notices that it waits: the head has nothing to tell of its call. */
  hasWaitNotices = false;
  /** The body outlives its handler: what writes the last byte calls `end`. */
  isOpen = false;
  /** Whether the service has broken off what was under way. */
  isCutOff: () => boolean = never;
  #body: Pick<BodyHold, "release"> | undefined;
  readonly #onEnd: ((record: RequestRecord, end: RequestEnd) => void)[];
  #ended = false;

  constructor(id: string, onEnd: (record: RequestRecord, end: RequestEnd) => void) {
    this.id = id;
    this.call = new CallRecord(id);
    this.startedAt = awakeNow();
    this.startedAtMs = Date.now();
    this.#onEnd = [onEnd];
  }

  /** Adds something to do when the request has ended. */
  onEnd(action: () => void): void {
    this.#onEnd.push(action);
  }

  /** Takes over the memory of the request's body: it is given back with the end at the latest. */
  holdBody(hold: Pick<BodyHold, "release">): void {
    this.#body = hold;
  }

  /** The body was sent on, or is not wanted any more. */
  letGoOfBody(): void {
    this.#body?.release();
    this.#body = undefined;
  }

  /** Notes why it has failed. Only errors of our own are quoted: others may tell of the inside. */
  failed(err: unknown): void {
    const isOurs = err instanceof ServiceError;
    this.errorCode = isOurs ? err.code : "internal_error";
    this.errorMessage = isOurs ? err.message : undefined;
  }

  /** Milliseconds since the request came. */
  get elapsedMs(): number {
    return awakeNow() - this.startedAt;
  }

  /** What it has taken so far as answers and logs show it: milliseconds, three decimals. */
  get latencyMs(): number {
    return threeDecimals(this.elapsedMs);
  }

  /** Ends the record; further calls do nothing. @throws AggregateError of what actions threw. */
  end(end: RequestEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.letGoOfBody();
    // Its call may go on for others who share it: these steps are not its own any more, and its
    // client holds up nobody.
    this.call.unwatch();
    this.call.heldUp.end();
    const failures: unknown[] = [];
    for (const action of this.#onEnd) {
      try {
        action(this, end);
      } catch (err) {
        // What the others give back is given back all the same.
        failures.push(err);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "a request could not end");
  }

  /** The headers that say what was expected of its wait, as name, value …; none where it did not wait. */
  get waitHeaders(): string[] {
    const { position, expectedMs } = this.call.begun ?? {};
    const headers: string[] = [];
    if (position !== undefined) headers.push("X-Shared-Ollama-Queue-Position", String(position));
    if (expectedMs !== undefined) {
      headers.push("X-Shared-Ollama-Expected-Wait", (expectedMs / 1000).toFixed(1));
    }
    return headers;
  }

  /**
   * The Server-Timing header: the phases of its call, as far as they are known.
   * @param whole the whole answer is at hand, so that its total is known too.
   */
  serverTiming(whole: boolean): string {
    const { queueMs, loadMs, firstMs, bodyMs } = this.call;
    let text = "";
    if (queueMs !== undefined) text = `queue;dur=${queueMs.toFixed(2)}, `;
    if (loadMs !== undefined) text += `load;dur=${loadMs.toFixed(2)}, `;
    if (firstMs !== undefined) text += `first;dur=${firstMs.toFixed(2)}, `;
    // Of a stream the head is written before there is a body.
    if (whole && bodyMs !== undefined) text += `body;dur=${bodyMs.toFixed(2)}, `;
    return whole ? `${text}total;dur=${this.elapsedMs.toFixed(2)}` : text.slice(0, -2);
  }
}

function never(): boolean {
  return false;
}
