import type { ErrorCode } from "../../errors/codes.ts";
import { ServiceError } from "../../errors/service-error.ts";
import { brokenOff } from "../../errors/unreachable.ts";
import type { Host } from "../../hosts/host.ts";
import type { Transport } from "../../http/transport.ts";
import type { Part } from "../../runtime/lifecycle.ts";
import type { LightSignal, Signal } from "../../runtime/light-signal.ts";
import { unlessAborted } from "../../runtime/unless-aborted.ts";
import type { ModelCatalog } from "../catalog.ts";
import { canonicalModel } from "../model-name.ts";
import type { DiskRoom } from "./disk-room.ts";
import { progressOf, type ModelProgress } from "./progress.ts";
import { SharedPull } from "./shared-pull.ts";

/** More would take each other's bandwidth, and none would be there soon. */
const MAX_AT_ONCE = 3;

/** How long the head of a stream is held for the model's size: until then a refusal has its status. */
const HOLD_MS = 5000;

interface PullsOptions {
  transport: Pick<Transport, "call">;
  host: Host;
  catalog: Pick<ModelCatalog, "invalidate">;
  room: DiskRoom;
}

export interface PullRequest {
  model: string;
  /** Take a registry without TLS, or with a certificate that no authority has signed. */
  insecure: boolean;
}

/**
 * The pulls that clients have asked for. Those of one model share a download, which ends by itself,
 * by `cancel`, or when the service stops, but not when its watchers leave.
 */
export class Pulls implements Part {
  readonly name = "pulls";
  readonly #options: PullsOptions;
  /** By the canonical name of the model. */
  readonly #running = new Map<string, SharedPull>();
  /** Those that were cancelled and have not let go yet, too. */
  readonly #ending = new Set<Promise<unknown>>();
  #isStopping = false;

  constructor(options: PullsOptions) {
    this.#options = options;
  }

  /** Downloads that have not let go of the server. */
  get size(): number {
    return this.#ending.size;
  }

  /** Joins the model's download, or begins it. Waits for its end. @throws as `watch`. */
  whole(request: PullRequest, signal: Signal): Promise<void> {
    return unlessAborted(this.#join(request).ended, signal);
  }

  /**
   * Joins the model's download, or begins it. Settles when the model's size is known to fit, or after
   * five seconds.
   * @throws ServiceError `queue_full` where as many run as may, `insufficient_storage`, `cancelled`;
   * what the server says. The generator throws the same later on.
   */
  async watch(request: PullRequest, signal: Signal): Promise<AsyncGenerator<ModelProgress>> {
    const pull = this.#join(request);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, HOLD_MS);
    });
    try {
      await unlessAborted(Promise.race([pull.sized, late]), signal);
    } finally {
      clearTimeout(timer);
    }
    await pull.throwIfFailed();
    return pull.watch(signal);
  }

  /** Cancels a model's download for all its watchers. @returns false where there is none. */
  cancel(model: string): boolean {
    const key = canonicalModel(model);
    const pull = this.#running.get(key);
    pull?.cancel(new ServiceError("cancelled", `The pull of '${key}' was cancelled`));
    return pull !== undefined;
  }

  /** Cancels all. What was downloaded stays: a pull that is asked for again goes on from there. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const reason = new ServiceError("shutting_down", "The service is stopping");
    for (const pull of [...this.#running.values()]) pull.cancel(reason);
    await Promise.allSettled(this.#ending);
  }

  #join(request: PullRequest): SharedPull {
    const key = canonicalModel(request.model);
    const running = this.#running.get(key);
    if (running) return running;
    if (this.#isStopping) throw new ServiceError("shutting_down", "The service is stopping");
    if (this.#running.size >= MAX_AT_ONCE) {
      const models = [...this.#running.keys()].join(", ");
      throw new ServiceError(
        "queue_full",
        `${MAX_AT_ONCE} models are being pulled, which is the most at once: ${models}. ` +
          "Wait for one, or cancel one with DELETE /api/v1/models/pull/{name}",
      );
    }
    const pull = new SharedPull({
      download: (report, signal) => this.#download(request, report, signal),
      onClose: () => void this.#running.delete(key),
    });
    this.#running.set(key, pull);
    const ended = pull.ended.then(
      () => {},
      () => {},
    );
    this.#ending.add(ended);
    void ended.then(() => this.#ending.delete(ended));
    return pull;
  }

  async #download(
    { model, insecure }: PullRequest,
    report: (line: ModelProgress) => void,
    signal: LightSignal,
  ): Promise<void> {
    const { transport, host, catalog, room } = this.#options;
    const download = room.begin();
    try {
      const answer = await transport.call({
        origin: host.origin,
        method: "POST",
        path: "/api/pull",
        body: JSON.stringify({ model, insecure, stream: true }),
        signal,
      });
      for await (const line of progressOf(answer)) {
        await download.assertFits(line);
        signal.throwIfAborted();
        if (line.status === "success") catalog.invalidate();
        report(line);
      }
    } catch (err) {
      if (signal.aborted) throw err;
      const failure = failureOfPull(err);
      if (failure.code === "upstream_unavailable") host.checkHealth();
      throw failure;
    } finally {
      download.end();
    }
  }
}

/**
 * The server's words for what is no failure of its own. It answers 500 to all of them, or tells them in
 * a stream.
 */
const MEANINGS: [words: RegExp, code: ErrorCode][] = [
  [/pull model manifest: file does not exist/i, "model_not_found"],
  [/^insecure protocol http/i, "invalid_request"],
  [/no space left on device|ENOSPC|disk quota exceeded/i, "insufficient_storage"],
];

function failureOfPull(err: unknown): ServiceError {
  if (!(err instanceof ServiceError)) return brokenOff(err);
  const [, code] = MEANINGS.find(([words]) => words.test(err.message)) ?? [];
  if (code === undefined || err.code !== "upstream_unavailable") return err;
  return new ServiceError(code, err.message, { cause: err, param: "model" });
}
