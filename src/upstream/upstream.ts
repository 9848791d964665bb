import { ServiceError } from "../errors/service-error.ts";
import { deferred } from "../runtime/deferred.ts";
import type { Part } from "../runtime/lifecycle.ts";
import type { RunningServer, ServerKind } from "./server.ts";

export type UpstreamState = "starting" | "ready" | "down" | "stopping";

interface UpstreamOptions {
  stopDeadlineMs: number;
  /** Finds or starts a server. @throws Error whose message an operator can act on. */
  bring: (signal: AbortSignal) => Promise<RunningServer>;
  /** Whether a server answers at this address. */
  isAlive: (origin: string) => Promise<boolean>;
  /** Called each time a server is there; requests are let through once it has settled. */
  onReady: (server: RunningServer, signal: AbortSignal) => Promise<void> | void;
  /** Called when requests can be let through. */
  onChange?: () => void;
  /** Called when a server has gone, or could not be brought. */
  onDown: (reason: string) => void;
  random?: () => number;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A server that ran this long counts as healthy again: the pauses start over. */
const STABLE_MS = 60_000;

/**
 * The inference server behind the service, and the one owner of its state. It is brought up
 * again after each end, with growing, jittered pauses; meanwhile `origin` throws.
 */
export class Upstream implements Part {
  readonly name = "inference server";
  readonly stopDeadlineMs: number;
  readonly #options: UpstreamOptions;
  readonly #stop = new AbortController();
  readonly #stopped = aborted(this.#stop.signal);
  readonly #firstAttempt = deferred<void>();
  #state: UpstreamState = "starting";
  #server: RunningServer | undefined;
  #reason = "it is starting";
  #loop: Promise<void> | undefined;
  #suspected = deferred<string>();
  #checking = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.stopDeadlineMs = options.stopDeadlineMs;
  }

  /** Settles after the first attempt, successful or not. */
  start(): Promise<void> {
    this.#loop = this.#keepUp();
    return this.#firstAttempt.promise;
  }

  async stop(): Promise<void> {
    this.#state = "stopping";
    this.#reason = "the service is stopping";
    this.#stop.abort();
    await this.#loop;
  }

  get state(): UpstreamState {
    return this.#state;
  }

  get kind(): ServerKind | undefined {
    return this.#server?.kind;
  }

  /** Why the server is not there, for people. */
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
    throw new ServiceError(
      "upstream_unavailable",
      `The inference server is not available: ${this.#reason}`,
    );
  }

  /** A call could not reach the server: looks whether it is still there. */
  suspect(): void {
    const server = this.#server;
    if (!server || this.#checking || this.#state !== "ready") return;
    this.#checking = true;
    // Of this server: another one may be there when the answer comes.
    const suspected = this.#suspected;
    void this.#options
      .isAlive(server.origin)
      .then((alive) => {
        if (!alive) suspected.resolve("it stopped answering");
      })
      .finally(() => {
        this.#checking = false;
      });
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const wasUp = await this.#runOnce(signal).then(
        () => true,
        (err: unknown) => {
          this.#wentDown(err instanceof Error ? err.message : String(err));
          return false;
        },
      );
      this.#firstAttempt.resolve();
      const before = performance.now() - startedAt > STABLE_MS ? 0 : failures;
      failures = before + 1;
      // Requests wait for one that was up: it is brought again at once, unless it keeps ending.
      await this.#pause(wasUp ? before : failures, signal);
    }
  }

  /** One server's life: brought, ready, gone. */
  async #runOnce(signal: AbortSignal): Promise<void> {
    const server = await this.#options.bring(signal);
    this.#suspected = deferred<string>();
    this.#server = server;
    try {
      if (!signal.aborted) {
        await Promise.race([this.#options.onReady(server, signal), server.gone, this.#stopped]);
        if (!signal.aborted) this.#state = "ready";
        this.#options.onChange?.();
        this.#firstAttempt.resolve();
        const why = await Promise.race([server.gone, this.#suspected.promise, this.#stopped]);
        if (!signal.aborted) this.#wentDown(why);
      }
    } finally {
      this.#server = undefined;
      await server.stop();
    }
  }

  #wentDown(reason: string): void {
    if (this.#stop.signal.aborted) return;
    this.#state = "down";
    this.#reason = reason;
    this.#options.onDown(reason);
  }

  async #pause(failures: number, signal: AbortSignal): Promise<void> {
    const { random = Math.random } = this.#options;
    const cappedMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
    const jitteredMs = cappedMs * (0.5 + random() / 2);
    await pause(failures === 0 ? 0 : jitteredMs, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}

function aborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
}
