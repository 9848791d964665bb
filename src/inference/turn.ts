import { NoWaiters } from "../runtime/waiters.ts";
import { HardStop, isAbort, PlaceLost } from "../errors/abort-reasons.ts";
import { ServiceError } from "../errors/service-error.ts";
import { brokenOff } from "../errors/unreachable.ts";
import type { Host } from "../hosts/host.ts";
import type { Transport, UpstreamAnswer } from "../http/transport.ts";
import { keepAliveMs, unloads } from "../models/keep-alive.ts";
import type { ContextLanes } from "../models/lanes/context-lanes.ts";
import type { LoadOptions } from "../models/load-options.ts";
import type { LoadedModels } from "../models/loaded-models.ts";
import type { ModelUse } from "../models/memory/model-use.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { LightSignal, type Signal } from "../runtime/light-signal.ts";
import { retryAfter } from "../scheduling/waits/standing.ts";
import { outcomeOf, type Place, type PlaceOutcome } from "../scheduling/place.ts";
import type { CallRecord } from "./call-record.ts";

interface TurnOptions {
  transport: Pick<Transport, "call">;
  loadedModels: Pick<LoadedModels, "used" | "forget">;
  modelUse: Pick<ModelUse, "begin">;
  lanes: Pick<ContextLanes, "answered">;
  deadlines: Pick<Deadlines, "after">;
  /** The server that is called, unless a place names one. */
  host: Host;
  /** Told when the answer has begun, unless it is a refusal: the body is not needed any more. */
  onSent: (() => void) | undefined;
  /** Canonical; empty where the request names none. */
  model: string;
  keepAlive: string | number | undefined;
  loadOptions: LoadOptions;
  record: CallRecord;
}

/**
 * A request's turn at an inference server: from before it asks for a place to the last byte of its
 * answer. It has one end, which gives everything back: the answer is whole, or failed, or nobody
 * wants it any more. Its signal aborts with the request's own and at its hard stop.
 */
export class Turn {
  readonly record: CallRecord;
  /** The server has another machine do it: nothing here is in memory for it, nor at fault. */
  isRemote = false;
  /** The load options that the request is sent with. */
  #loadOptions: LoadOptions;
  #isInLane = false;
  readonly #options: TurnOptions;
  #host: Host;
  readonly #signal = new LightSignal();
  readonly #stopFollowing: () => void;
  #undoHardStop: (() => void) | undefined;
  #place: Place | undefined;
  #isSent = false;
  #endUse: (() => void) | undefined;
  /** The status of the answer; 0 before it has begun. */
  #status = 0;
  #hasEnded = false;

  constructor(signal: Signal, options: TurnOptions) {
    this.#options = options;
    this.record = options.record;
    this.#loadOptions = options.loadOptions;
    this.#host = options.host;
    // It has not aborted yet: the pipeline has looked.
    this.#stopFollowing = this.#signal.follow(signal);
    // Not left to whoever reads the answer: a stream that is never begun ends without a word, and
    // a client that does not take its own must not keep the place.
    this.#signal.addEventListener("abort", () => this.#end(outcomeOf(this.#signal.reason)));
  }

  /** Aborts when nobody wants the answer any more, at the hard stop, and when the turn fails. */
  get signal(): LightSignal {
    return this.#signal;
  }

  /** @throws ServiceError `upstream_unavailable` while the server is away. */
  get origin(): string {
    return this.#host.origin;
  }

  /** From here on its model's lane says with which load options it is sent, and not the client. */
  enterLane(options: LoadOptions): void {
    this.#loadOptions = options;
    this.#isInLane = true;
  }

  /** The load options to send in place of the request's own; undefined where these are sent. */
  get lane(): { options: LoadOptions } | undefined {
    return this.#isInLane ? { options: this.#loadOptions } : undefined;
  }

  /** Stops it, whatever it does, when so many milliseconds have passed of a limit. */
  stopAfter(ms: number, limitMs: number): void {
    if (this.#hasEnded) return;
    const stop = (): void => {
      // Where it still waits: for so long another one would.
      const again = retryAfter(this.record.waiting.expectedMs);
      this.#signal.abort(new HardStop(limitMs, again));
    };
    this.#undoHardStop = this.#options.deadlines.after(ms, stop);
  }

  /** Takes a place, which it gives back at its end. @throws the signal's reason. */
  take(place: Place): void {
    if (this.#hasEnded) place.release(outcomeOf(this.#signal.reason));
    this.#signal.throwIfAborted();
    this.#place = place;
    place.isHeldUpBy(this.record.heldUp);
    this.#host = place.host;
  }

  /** Holds the place while some work is under way. @returns what the work does. */
  during<T>(step: string, work: Promise<T>): Promise<T> {
    return this.#place ? this.#place.during(step, work, this.#losePlace) : work;
  }

  /** Says by what the place is held from now on. @param isAlive as `Place.ownedBy`. */
  heldBy(owner: string, isAlive: () => boolean): void {
    this.#place?.ownedBy(owner, isAlive, this.#losePlace);
  }

  readonly #losePlace = (): void => this.#signal.abort(new PlaceLost());

  /**
   * Calls the server. Whatever reads the body of its answer holds the place from then on. After a
   * refusal that was read it may be called once more: that is the same use of the model.
   * @throws ServiceError `upstream_unavailable` when no answer began; the signal's reason.
   */
  async call(path: string, body: string | Uint8Array): Promise<UpstreamAnswer> {
    const { transport, onSent } = this.#options;
    try {
      const { origin, signal } = this;
      this.sent(origin);
      const trace = this.isRemote ? undefined : this.record.trace;
      const call = { origin, method: "POST", path, body, signal, trace };
      const answer = await this.during("call", transport.call(call));
      this.began(answer.status);
      if (answer.status === 200) onSent?.();
      return answer;
    } catch (err) {
      throw this.fail(err);
    }
  }

  /** The request is sent. @param origin of the server. */
  sent(origin: string): void {
    this.#isSent = true;
    this.#status = 0;
    const { modelUse, model, keepAlive } = this.#options;
    if (model !== "" && !this.isRemote) {
      this.#endUse ??= modelUse.begin(model, keepAliveMs(keepAlive));
    }
    this.record.sent(origin);
  }

  /** The first byte of an answer has come. */
  began(status: number): void {
    this.#status = status;
    const { model, lanes } = this.#options;
    if (status === 200 && model !== "" && !this.isRemote) lanes.answered(model, this.#loadOptions);
    this.record.began();
  }

  /** The last byte of the answer has come. */
  complete(): void {
    this.#end(this.#status < 400 ? "completed" : "failed");
  }

  /**
   * There will be no answer, or no more of it.
   * @returns what has really ended it: whatever called it off, or the server's failure.
   */
  fail(err: unknown): Error {
    if (isAbort(err)) this.#signal.abort(err);
    if (this.#signal.aborted) return this.#signal.reason as Error;
    const failure = err instanceof ServiceError ? err : brokenOff(err);
    // A request that is refused says nothing against the server.
    if (failure.status < 500) this.#status ||= failure.status;
    this.#end("failed", failure);
    return failure;
  }

  /** Nobody reads the answer any more; nothing once it has ended. */
  abandon(): void {
    if (!this.#hasEnded) this.#signal.abort(new NoWaiters());
  }

  #end(outcome: PlaceOutcome, why?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopFollowing();
    this.#undoHardStop?.();
    this.#endUse?.();
    this.record.ended();
    try {
      this.#settleModel(outcome === "completed" || this.#signal.aborted);
    } finally {
      // What is still under way of the call goes with it.
      if (outcome !== "completed") this.#signal.abort(why ?? new NoWaiters());
      this.#giveBack(outcome);
    }
  }

  #giveBack(outcome: PlaceOutcome): void {
    if (!this.#place) return;
    const { promptMs, generationMs = 0 } = this.record.usage ?? {};
    // The server's clock may count a sleep of the machine, which nobody is charged for.
    const isTold = promptMs !== undefined && !this.#place.hasSlept;
    const costMs = isTold ? promptMs + generationMs : this.#place.workMs;
    this.record.costMs = costMs;
    this.#place.release(outcome, costMs);
  }

  /** Notes what the answer says of its model and its server; nothing where it was not asked. */
  #settleModel(isSound: boolean): void {
    if (!this.#isSent && this.#status === 0) return;
    const { loadedModels, model, keepAlive } = this.#options;
    const status = this.#status;
    const isAnswered = this.isRemote && status !== 0;
    const hasFailed = !isSound && !isAnswered && (status === 0 || status === 200 || status >= 500);
    if (hasFailed) this.#host.checkHealth();
    if (this.isRemote) return;
    if (hasFailed || unloads(keepAlive)) loadedModels.forget(model);
    else if (status === 200) loadedModels.used(model);
  }
}
