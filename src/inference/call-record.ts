import type { CarriedTrace } from "../http/carried-trace.ts";
import type { AskedContext } from "../models/lanes/lane-request.ts";
import { HeldUp } from "../http/held-up.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import type { WaitLog } from "../scheduling/fair-queue.ts";
import type { Basis } from "../scheduling/waits/hold-times.ts";
import type { Standing } from "../scheduling/waits/standing.ts";
import { type CallPhase, PHASES, phasesOf } from "./call-phases.ts";
import { added, addedUsage, usageOf, type Usage } from "./usage.ts";

/** A part of a call that several requests shared. */
interface Share {
  tokens: number;
  /** Milliseconds of inference. */
  costMs: number;
  /** Whether the tokens are. */
  isEstimated: boolean;
}

/** The trace that a call is a part of, where there are traces. */
export interface CallTrace extends CarriedTrace {
  /** That of a part of the request, which began at so many milliseconds since 1970. */
  within: (part: { startedAtMs: number }) => CallTrace;
}

/** What a request waits for: before it asks for a place, for that, for its model, for the answer. */
export interface Waiting {
  what: "preparation" | "place" | "model" | "answer";
  /** On the clock of `awakeNow`; undefined: from the first. */
  since: number | undefined;
  /** Its number in the queue, from 1. */
  position?: number | undefined;
  /** How much longer it will wait for its place and its model, in milliseconds, where that is known. */
  expectedMs?: number | undefined;
  /** By what that is expected, of a wait for a place. */
  basis?: Basis | undefined;
}

/** What was expected of a wait when it began. */
export interface WaitBegun {
  /** Undefined where it had a place and waited for its model. */
  position: number | undefined;
  /** Milliseconds; undefined where nothing was known. */
  expectedMs: number | undefined;
}

/**
 * A step of a call: it waits for a place, or for its model; it waits for a call that is made for
 * several requests; it is sent; its answer begins.
 */
export type CallStep = "place" | "model" | "shared" | "sent" | "first_byte";

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
  /** How long the client did not take what there was of the answer. */
  readonly heldUp = new HeldUp();
  /** Undefined where there are no traces. */
  trace: CallTrace | undefined;
  /** Tokens of context that its model runs with, as far as its lane knows. */
  contextTokens: number | undefined;
  /** How many requests ran or waited before it in its line; undefined where it did not wait. */
  waitedBehind: number | undefined;
  /** Whether the load that it waits for, or has waited for, was begun for another. */
  isLoadShared: boolean | undefined;
  /** The prompt did not fit, and the server was told to cut it. */
  isPromptCut = false;
  /** Undefined where it did not wait. */
  begun: WaitBegun | undefined;
  /** The request's, by which its client knows it. */
  readonly requestId: string | undefined;
  /** Those who look on, by who they are; most requests have none. */
  #watchers: Map<object, (step: CallStep) => void> | undefined;
  /** On the clock of `awakeNow`. */
  #readyAt = 0;
  #sentAt = 0;
  #beganAt = 0;
  /** Undefined where it did not have to wait, or has ended that. */
  #waits: { for: "place" | "model"; since: number } | undefined;
  #standing: (() => Standing | undefined) | undefined;
  #loadRestMs: (() => number | undefined) | undefined;
  /** The call that is made for this request, too, while it waits for its answer. */
  #shared: CallRecord | undefined;
  /** The call before this one, for the same request. */
  #earlier: CallRecord | undefined;
  /** Those of all calls, once they are added up. */
  #phases: CallPhase[] | undefined;

  constructor(requestId?: string) {
    this.requestId = requestId;
  }

  /**
   * Looks on at each step, beside others; who does so again is told once.
   * @param tell is quick and throws nothing.
   */
  watch(by: object, tell: (step: CallStep) => void): void {
    this.#watchers ??= new Map();
    this.#watchers.set(by, tell);
  }

  /** Nobody looks on any more. */
  unwatch(): void {
    this.#watchers = undefined;
  }

  /** How many look on. */
  get watchers(): number {
    return this.#watchers?.size ?? 0;
  }

  #tell(step: CallStep): void {
    if (this.#watchers) for (const tell of this.#watchers.values()) tell(step);
  }

  waitsForPlace(standing: Standing, now: () => Standing | undefined, behind: number): void {
    this.wouldWait(standing);
    this.waitedBehind = behind;
    this.#waits = { for: "place", since: awakeNow() };
    this.#standing = now;
    this.#tell("place");
  }

  wouldWait({ position, expectedMs }: Standing): void {
    this.begun ??= { position, expectedMs };
  }

  waitsForModel(isShared: boolean, restMs: () => number | undefined): void {
    this.isLoadShared = isShared;
    this.#waits = { for: "model", since: awakeNow() };
    this.begun ??= { position: undefined, expectedMs: restMs() };
    this.#loadRestMs = restMs;
    this.#tell("model");
  }

  /** Whether the request was sent. */
  get isSent(): boolean {
    return (this.#shared ?? this).#sentAt > 0;
  }

  /** When the answer's first byte came, on the clock of `awakeNow`; undefined before. */
  get begunAt(): number | undefined {
    return (this.#shared ?? this).#beganAt || undefined;
  }

  /** What the request waits for now. */
  get waiting(): Waiting {
    const call = this.#shared ?? this;
    if (call.#sentAt > 0) return { what: "answer", since: call.#sentAt };
    if (!call.#waits) return { what: "preparation", since: undefined };
    const { for: what, since } = call.#waits;
    if (what === "model") return { what, since, expectedMs: call.#loadRestMs?.() };
    const { position, expectedMs, basis } = call.#standing?.() ?? {};
    return { what, since, position, expectedMs, basis };
  }

  /** The request waits for the answer to another one's call, until it has joined that. */
  shares(other: CallRecord): void {
    this.#shared = other;
    this.#tell("shared");
  }

  /** Its place and its model are there. Milliseconds that each was waited for. */
  ready(queueMs: number, loadMs: number): void {
    this.queueMs = queueMs;
    this.loadMs = loadMs;
    this.#readyAt = awakeNow();
  }

  /**
   * The request is sent. A second call for it is part of the first's wait.
   * @param host the origin of the server.
   */
  sent(host: string): void {
    this.host = host;
    if (this.firstMs !== undefined) return;
    this.#sentAt = awakeNow();
    this.#tell("sent");
  }

  /** The answer's first byte has come; of two calls that of the last counts. */
  began(): void {
    this.#beganAt = awakeNow();
    const isFirst = this.firstMs === undefined;
    this.firstMs = this.#beganAt - this.#sentAt;
    if (isFirst) this.#tell("first_byte");
  }

  /** The answer's last byte has come, or was given up. */
  ended(): void {
    if (this.firstMs !== undefined) this.bodyMs ??= awakeNow() - this.#beganAt;
  }

  /** Another call follows for the same request. Until `endRounds` the record is about that one. */
  beginRound(): void {
    const earlier = new CallRecord();
    earlier.#take(this);
    this.#take(new CallRecord());
    this.#earlier = earlier;
  }

  /** Adds up what the calls took, one after the other. */
  endRounds(): void {
    const earlier = this.#earlier;
    if (!earlier) return;
    this.#phases = this.phases();
    this.#earlier = undefined;
    this.queueMs = added(earlier.queueMs, this.queueMs);
    this.loadMs = added(earlier.loadMs, this.loadMs);
    this.firstMs = added(earlier.firstMs, this.firstMs);
    this.bodyMs = added(earlier.bodyMs, this.bodyMs);
    this.costMs = added(earlier.costMs, this.costMs);
    this.usage = addedUsage(earlier.usage, this.usage);
    this.host ??= earlier.host;
    this.context ??= earlier.context;
    this.contextTokens ??= earlier.contextTokens;
    this.waitedBehind ??= earlier.waitedBehind;
    this.isLoadShared ??= earlier.isLoadShared;
    this.isPromptCut ||= earlier.isPromptCut;
    this.#sentAt ||= earlier.#sentAt;
  }

  #take(other: CallRecord): void {
    const { queueMs, loadMs, firstMs, bodyMs, costMs, usage, host, context } = other;
    const { contextTokens, waitedBehind, isLoadShared, isPromptCut } = other;
    Object.assign(this, { queueMs, loadMs, firstMs, bodyMs, costMs, usage, host, context });
    Object.assign(this, { contextTokens, waitedBehind, isLoadShared, isPromptCut });
    this.#readyAt = other.#readyAt;
    this.#sentAt = other.#sentAt;
    this.#beganAt = other.#beganAt;
    this.#waits = other.#waits;
    this.#standing = other.#standing;
    this.#loadRestMs = other.#loadRestMs;
  }

  /**
   * Takes over what was left of another's phases when a request joined it.
   * @param joinedAt on the clock of `awakeNow`.
   */
  join(other: CallRecord, joinedAt: number): void {
    const left = (ms: number | undefined, endedAt: number): number | undefined =>
      ms && Math.min(ms, Math.max(0, endedAt - joinedAt));
    const { queueMs, loadMs, firstMs } = other;
    this.host = other.host;
    this.context = other.context;
    this.contextTokens = other.contextTokens;
    this.isPromptCut = other.isPromptCut;
    this.queueMs = left(queueMs, other.#sentAt - (loadMs ?? 0));
    this.loadMs = left(loadMs, other.#sentAt);
    if (this.queueMs) this.waitedBehind = other.waitedBehind;
    this.isLoadShared = true;
    this.firstMs = left(firstMs, other.#beganAt);
    this.#shared = undefined;
    this.#beganAt = awakeNow();
    this.#tell("first_byte");
  }

  /** Whether another request's call was made for this one, too. */
  get isShared(): boolean {
    return this.host !== undefined && this.#sentAt === 0;
  }

  /**
   * When its phases were, those that took time, in their order; the one that it is in has no end. Of
   * several calls side by side the times of the first are told.
   */
  phases(): CallPhase[] {
    return this.#phases ?? [...(this.#earlier?.phases() ?? []), ...this.#ownPhases()];
  }

  #ownPhases(): CallPhase[] {
    if (this.queueMs !== undefined || this.host !== undefined) {
      return phasesOf(this, {
        readyAt: this.#readyAt,
        sentAt: this.#sentAt,
        beganAt: this.#beganAt,
      });
    }
    const { what, since } = this.waiting;
    return since === undefined ? [] : [{ name: PHASES[what], from: since, to: undefined }];
  }

  /** Several calls were made for one request, side by side: what took longest counts. */
  include(other: CallRecord): void {
    this.queueMs = longer(this.queueMs, other.queueMs);
    this.loadMs = longer(this.loadMs, other.loadMs);
    this.firstMs = longer(this.firstMs, other.firstMs);
    this.bodyMs = longer(this.bodyMs, other.bodyMs);
    this.waitedBehind = longer(this.waitedBehind, other.waitedBehind);
    if (other.loadMs) this.isLoadShared = other.isLoadShared;
    this.contextTokens ??= other.contextTokens;
    this.isPromptCut ||= other.isPromptCut;
    this.host ??= other.host;
    if (!this.begun || (other.begun?.expectedMs ?? 0) > (this.begun.expectedMs ?? 0)) {
      this.begun = other.begun;
    }
    this.#readyAt ||= other.#readyAt;
    this.#beganAt ||= other.#beganAt;
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
