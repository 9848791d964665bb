import type { AskedContext } from "../models/lanes/lane-request.ts";
import type { WaitLog } from "../scheduling/fair-queue.ts";
import { usageOf, type Usage } from "./usage.ts";

/** A part of a call that several requests shared. */
interface Share {
  tokens: number;
  /** Milliseconds of inference. */
  costMs: number;
  /** Whether the tokens are. */
  isEstimated: boolean;
}

/** What a request waits for: before it asks for a place, for that, for its model, for the answer. */
export interface Waiting {
  what: "preparation" | "place" | "model" | "answer";
  /** On the clock of `performance.now()`; undefined: from the first. */
  since: number | undefined;
  /** Its number in the queue, from 1. */
  position?: number | undefined;
}

/**
 * A step of a call: it waits for a place, or for its model; it waits for a call that is made for
 * several requests; it is sent; its answer begins.
 */
export type CallPhase = "place" | "model" | "shared" | "sent" | "first_byte";

/**
 * Where the time of one call to the inference server went, in milliseconds, and what was used. The
 * phases follow one another: their sum is the time from asking for a place to the last byte. Each
 * is undefined until it has ended.
 */
export class CallRecord implements WaitLog {
  /** Waiting for a place. */
  queueMs: number | undefined;
  /** Waiting for the model to be loaded; 0 where it was in memory. */
  loadMs: number | undefined;
  /** From the call to the first byte of its answer. */
  firstMs: number | undefined;
  /** From the first byte to the last. */
  bodyMs: number | undefined;
  /** What the server had to do for it, in milliseconds of inference. */
  costMs: number | undefined;
  /** What the answer says it took; undefined where there was no inference. */
  usage: Usage | undefined;
  /** The origin of the server that was called. */
  host: string | undefined;
  /** The context that was asked for and is used; undefined where none was asked for. */
  context: AskedContext | undefined;
  /** The prompt did not fit, and the server was told to cut it. */
  isPromptCut = false;
  /** Told of each step, where somebody looks on; it is quick and throws nothing. */
  onPhase: ((phase: CallPhase) => void) | undefined;
  /** On the clock of `performance.now()`. */
  #sentAt = 0;
  #beganAt = 0;
  /** Undefined where it did not have to wait, or has ended that. */
  #waits: { for: "place" | "model"; since: number } | undefined;
  #position: (() => number | undefined) | undefined;
  /** The call that is made for this request, too, while it waits for its answer. */
  #shared: CallRecord | undefined;

  waitsForPlace(position: () => number | undefined): void {
    this.#waits = { for: "place", since: performance.now() };
    this.#position = position;
    this.onPhase?.("place");
  }

  waitsForModel(): void {
    this.#endWait();
    this.#waits = { for: "model", since: performance.now() };
    this.onPhase?.("model");
  }

  /** Whether the request was sent. */
  get isSent(): boolean {
    return (this.#shared ?? this).#sentAt > 0;
  }

  /** When the answer's first byte came, on the clock of `performance.now()`; undefined before. */
  get begunAt(): number | undefined {
    return (this.#shared ?? this).#beganAt || undefined;
  }

  /** What the request waits for now. */
  get waiting(): Waiting {
    const call = this.#shared ?? this;
    if (call.#sentAt > 0) return { what: "answer", since: call.#sentAt };
    if (!call.#waits) return { what: "preparation", since: undefined };
    const { for: what, since } = call.#waits;
    return { what, since, ...(what === "place" ? { position: call.#position?.() } : {}) };
  }

  /** The request waits for the answer to another one's call, until it has joined that. */
  shares(other: CallRecord): void {
    this.#shared = other;
    this.onPhase?.("shared");
  }

  /**
   * The request is sent. A second call for it is part of the first's wait.
   * @param host the origin of the server.
   */
  sent(host: string): void {
    this.host = host;
    if (this.firstMs !== undefined) return;
    this.#sentAt = performance.now();
    this.onPhase?.("sent");
  }

  /** The answer's first byte has come; of two calls that of the last counts. */
  began(): void {
    this.#beganAt = performance.now();
    const isFirst = this.firstMs === undefined;
    this.firstMs = this.#beganAt - this.#sentAt;
    if (isFirst) this.onPhase?.("first_byte");
  }

  /** The answer's last byte has come, or was given up, perhaps while it still waited. */
  ended(): void {
    if (this.#sentAt === 0) this.#endWait();
    if (this.firstMs !== undefined) this.bodyMs ??= performance.now() - this.#beganAt;
  }

  /** Notes how long it has waited, until that is told exactly. */
  #endWait(): void {
    if (!this.#waits) return;
    const ms = performance.now() - this.#waits.since;
    if (this.#waits.for === "place") this.queueMs ??= ms;
    else this.loadMs ??= ms;
  }

  /**
   * Takes over what was left of another's phases when a request joined it.
   * @param joinedAt on the clock of `performance.now()`.
   */
  join(other: CallRecord, joinedAt: number): void {
    const left = (ms: number | undefined, endedAt: number): number | undefined =>
      ms && Math.min(ms, Math.max(0, endedAt - joinedAt));
    const { queueMs, loadMs, firstMs } = other;
    this.host = other.host;
    this.context = other.context;
    this.queueMs = left(queueMs, other.#sentAt - (loadMs ?? 0));
    this.loadMs = left(loadMs, other.#sentAt);
    this.firstMs = left(firstMs, other.#beganAt);
    this.#shared = undefined;
    this.#beganAt = performance.now();
    this.onPhase?.("first_byte");
  }

  /** Several calls were made for one request, side by side: what took longest counts. */
  include(other: CallRecord): void {
    this.queueMs = longer(this.queueMs, other.queueMs);
    this.loadMs = longer(this.loadMs, other.loadMs);
    this.firstMs = longer(this.firstMs, other.firstMs);
    this.bodyMs = longer(this.bodyMs, other.bodyMs);
    this.host ??= other.host;
  }

  /** Of what a call took that several requests shared, this was for the one of this record. */
  addShare({ tokens, costMs, isEstimated }: Share): void {
    const before = this.usage ?? { ...usageOf({}), inputTokens: 0 };
    this.usage = {
      ...before,
      inputTokens: (before.inputTokens ?? 0) + tokens,
      isEstimated: before.isEstimated || isEstimated,
    };
    this.costMs = (this.costMs ?? 0) + costMs;
  }
}

function longer(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
