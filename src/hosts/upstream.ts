import { ServiceError } from "../errors/service-error.ts";
import { type AwakeClock, awakeClock } from "../runtime/awake-clock.ts";
import { deferred } from "../runtime/deferred.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { pause } from "../runtime/pause.ts";
import type { Host } from "./host.ts";
import type { Liveness } from "./client.ts";
import type { RunningServer, ServerKind } from "./server.ts";

export type UpstreamState = "starting" | "ready" | "down" | "stopping";

interface UpstreamOptions {
  stopDeadlineMs: number;
  /** Finds or starts a server. @throws Error whose message an operator can act on. */
  findOrStart: (signal: AbortSignal) => Promise<RunningServer>;
  /** Whether a server answers at this address. */
  probe: (origin: string) => Promise<Liveness>;
  /** Whether calls of ours are open: a server that is busy with them may answer the probe late. */
  isBusy: () => boolean;
  /**
   * Watches a server that is no child of ours; `onDoubt` starts a health check.
   * @returns what ends the watch.
   */
  watch?: (server: RunningServer, onDoubt: () => void) => () => void;
  /** Called each time a server is up; requests are admitted once it has settled. */
  onReady: (server: RunningServer, signal: AbortSignal) => Promise<void> | void;
  /** Called when requests can be admitted. */
  onChange?: () => void;
  /** Called when a server has gone, or could not be started. */
  onDown: (reason: string) => void;
  random?: () => number;
  pauses?: RestartPauses | undefined;
  clock?: Pick<AwakeClock, "now" | "wokeAt" | "sinceWakeMs">;
}

/** Backoff before a server is started again, in milliseconds; it doubles each time. */
export interface RestartPauses {
  firstMs: number;
  longestMs: number;
}

const PAUSES: RestartPauses = { firstMs: 500, longestMs: 30_000 };
/** A busy server that does not answer the probe is probed again after this. */
const PROBE_AGAIN_MS = 500;
/** Refused probes in a row after which a server counts as gone: calls that seem open are failing. */
const MAX_REFUSALS = 2;
/**
 * So long after a sleep of the machine a server that does not answer is only probed again: networks
 * come back after seconds, and a server may have its memory read from the disk first.
 */
const WAKE_GRACE_MS = 20_000;
/** A server that ran this long counts as healthy again: the pauses start over. */
const STABLE_MS = 60_000;

/**
 * The supervisor of the inference server, and the one owner of its state. A server that has ended is
 * started again, with growing, jittered pauses; meanwhile `origin` throws.
 */
export class Upstream implements Part, Host {
  readonly name = "inference server";
  readonly stopDeadlineMs: number;
  readonly #options: UpstreamOptions;
  readonly #clock: NonNullable<UpstreamOptions["clock"]>;
  readonly #stop = new AbortController();
  readonly #stopped = aborted(this.#stop.signal);
  readonly #firstAttempt = deferred<void>();
  #state: UpstreamState = "starting";
  #server: RunningServer | undefined;
  #reason = "it is starting";
  #loop: Promise<void> | undefined;
  #unresponsive = deferred<string>();
  /** The server whose health check is under way. */
  #checking: RunningServer | undefined;
  /** Attempts in a row without a server, or with one that soon ended. */
  #failures = 0;
  #startedAt = 0;
  #pauseMs = 0;
  /** How long the last server took to come up. */
  #lastStartMs: number | undefined;
  /** When a server can be expected; undefined where that is not known. */
  #expectedAt: number | undefined;
  /** The sleep after which an end of the server was not counted. */
  #forgivenWake = Number.NEGATIVE_INFINITY;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#clock = options.clock ?? awakeClock;
    this.stopDeadlineMs = options.stopDeadlineMs;
  }

  /** Settles after the first attempt, successful or not. */
  start(): Promise<void> {
    this.#loop = this.#supervise();
    return this.#firstAttempt.promise;
  }

  /** Stops the server, if the service started it; settles when it has ended. */
  async stop(): Promise<void> {
    this.#state = "stopping";
    this.#reason = "the service is stopping";
    this.#expectedAt = undefined;
    this.#stop.abort();
    await this.#loop;
  }

  get state(): UpstreamState {
    return this.#state;
  }

  get kind(): ServerKind | undefined {
    return this.#server?.kind;
  }

  /** The server's version; undefined while there is none. */
  get version(): string | undefined {
    return this.#server?.version;
  }

  /** Why there is no server, as text. */
  get reason(): string {
    return this.#reason;
  }

  get parallel(): number {
    return this.#server?.parallel ?? 1;
  }

  get capacity(): number | undefined {
    return this.#server?.capacity;
  }

  /** The server's address. @throws ServiceError `upstream_unavailable` while there is none. */
  get origin(): string {
    if (this.#state === "ready" && this.#server) return this.#server.origin;
    throw this.unavailable();
  }

  /** @throws ServiceError `upstream_unavailable` while there is no server. */
  assertAvailable(): void {
    if (this.#state !== "ready") throw this.unavailable();
  }

  /** The error for requests while there is no server; it says when one can be expected. */
  unavailable(): ServiceError {
    return new ServiceError(
      "upstream_unavailable",
      `The inference server is not available: ${this.#reason}`,
      this.#expectedAt === undefined
        ? {}
        : { retryAfterSec: Math.max(1, Math.ceil((this.#expectedAt - this.#clock.now()) / 1000)) },
    );
  }

  /**
   * Checks whether the server is still there: after a call that did not get through, for instance.
   * A server that stays silent counts as gone only while no call of ours is open.
   */
  checkHealth(): void {
    const server = this.#server;
    if (!server || this.#checking === server || this.#state !== "ready") return;
    this.#checking = server;
    void this.#probe(server).finally(() => {
      if (this.#checking === server) this.#checking = undefined;
    });
  }

  async #probe(server: RunningServer): Promise<void> {
    const { probe, isBusy } = this.#options;
    // Of this server: another one may be there when the answer comes.
    const unresponsive = this.#unresponsive;
    for (let refusals = 0; this.#server === server && !this.#stop.signal.aborted;) {
      const found = await probe(server.origin);
      if (found === "answers") return;
      const isExcused = this.#hasJustWoken;
      refusals = found === "refuses" && !isExcused ? refusals + 1 : 0;
      if (!isExcused && (!isBusy() || refusals >= MAX_REFUSALS))
        return unresponsive.resolve("it stopped answering");
      await pause(PROBE_AGAIN_MS, this.#stop.signal);
    }
  }

  get #hasJustWoken(): boolean {
    return this.#clock.sinceWakeMs() < WAKE_GRACE_MS;
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#startedAt = this.#clock.now();
      await this.#runOnce(signal).catch((err: unknown) => {
        this.#wentDown(err instanceof Error ? err.message : String(err), { wasUp: false });
      });
      this.#firstAttempt.resolve();
      await pause(this.#pauseMs, signal);
    }
  }

  /** One server's life: started, ready, gone. */
  async #runOnce(signal: AbortSignal): Promise<void> {
    const server = await this.#options.findOrStart(signal);
    this.#unresponsive = deferred<string>();
    this.#server = server;
    let endWatch: (() => void) | undefined;
    try {
      if (!signal.aborted) {
        await Promise.race([this.#options.onReady(server, signal), server.gone, this.#stopped]);
        if (!signal.aborted) this.#wentUp();
        this.#options.onChange?.();
        this.#firstAttempt.resolve();
        endWatch = this.#options.watch?.(server, () => this.checkHealth());
        const why = await Promise.race([server.gone, this.#unresponsive.promise, this.#stopped]);
        if (!signal.aborted) this.#wentDown(why, { wasUp: true });
      }
    } finally {
      endWatch?.();
      this.#server = undefined;
      await server.stop();
    }
  }

  #wentUp(): void {
    this.#state = "ready";
    this.#lastStartMs = this.#clock.now() - this.#startedAt;
    this.#expectedAt = undefined;
  }

  /** Requests wait for a server that was up: it is started again at once, unless it keeps ending. */
  #wentDown(reason: string, { wasUp }: { wasUp: boolean }): void {
    if (this.#stop.signal.aborted) return;
    const now = this.#clock.now();
    const isForgiven = this.#isForgiven();
    const before = isForgiven || now - this.#startedAt > STABLE_MS ? 0 : this.#failures;
    this.#failures = isForgiven ? 0 : before + 1;
    this.#pauseMs = this.#pauseAfter(wasUp ? before : this.#failures);
    this.#expectedAt = now + this.#pauseMs + (this.#lastStartMs ?? 0);
    this.#state = "down";
    this.#reason = reason;
    this.#options.onDown(reason);
  }

  /** The first end soon after a sleep is the sleep's doing: it does not say that a server keeps ending. */
  #isForgiven(): boolean {
    if (!this.#hasJustWoken || this.#forgivenWake === this.#clock.wokeAt) return false;
    this.#forgivenWake = this.#clock.wokeAt;
    return true;
  }

  #pauseAfter(failures: number): number {
    if (failures === 0) return 0;
    const { random = Math.random, pauses = PAUSES } = this.#options;
    const cappedMs = Math.min(pauses.longestMs, pauses.firstMs * 2 ** (failures - 1));
    return cappedMs * (0.5 + random() / 2);
  }
}

function aborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
}
