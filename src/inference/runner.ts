import { ClientLeft, ServiceError, type LeaveReason } from "../errors/service-error.ts";
import type { DecodedImage } from "../images/image-body.ts";
import type { ImageCompressor, ImageOptions, ReadyImage } from "../images/image-compressor.ts";
import type { ImageSlots } from "../images/image-slots.ts";
import { unloads } from "../models/keep-alive.ts";
import { canonicalModel } from "../models/model-name.ts";
import type { LoadHints, LoadedModels } from "../models/loaded-models.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { withFirst } from "../http/early-end.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Transport, UpstreamAnswer } from "../http/transport.ts";
import { Turnstile } from "../runtime/turnstile.ts";
import type { Admission, Admitted } from "../scheduling/admission.ts";
import type { LineName } from "../scheduling/fair-queue.ts";
import { outcomeOf } from "../scheduling/place.ts";
import type { RequestRecord } from "../requests/request-record.ts";
import { jsonBody, jsonLines } from "../hosts/lines.ts";
import type { Upstream } from "../hosts/upstream.ts";
import { failureOf, upstreamFailure } from "../hosts/upstream-failure.ts";

/** An inference request in Ollama's dialect, made from one of the service's own. */
export interface InferenceRequest {
  path: "/api/generate" | "/api/chat" | "/api/embed";
  line: LineName;
  model: string;
  /** Ollama's body without `model` and `stream`. */
  body: Record<string, unknown>;
  /** The images whose slots are in the body. */
  images?: RequestImages;
  hints: LoadHints;
}

/** The images of a request; they are compressed before it asks for a place in the queue. */
export interface RequestImages {
  list: DecodedImage[];
  options: ImageOptions;
  slots: ImageSlots;
}

/** Who waits for an answer: a client, or several that share it. */
export interface Audience extends Pick<Exchange, "hasLeft"> {
  /** As Exchange.onLeave. */
  onLeave(left: (why?: LeaveReason) => void): () => void;
}

/** The exchange that a request belongs to. */
export interface RequestScope {
  exchange: Audience;
  record: RequestRecord;
  /**
   * An item of a batch: it waits behind the tenant's other requests for as long as it takes, and
   * its hard stop counts from when it may run.
   */
  background?: boolean;
}

/** A line or whole answer of Ollama. */
export type OllamaAnswer = Record<string, unknown>;

interface RunnerOptions {
  admission: Admission;
  loadedModels: Pick<LoadedModels, "used" | "forget">;
  transport: Transport;
  upstream: Pick<Upstream, "origin" | "suspect">;
  images: Pick<ImageCompressor, "prepare">;
  deadlines: Deadlines;
  /** Hard stop for waiting and running together, in milliseconds. */
  hardStopMs: Record<LineName, number>;
}

interface OpenAnswer {
  answer: UpstreamAnswer;
  signal: AbortSignal;
  /** Gives everything back, once. An answer not read to its end is cut off. */
  finish: (outcome: "completed" | "failed") => void;
}

/** What an admission has to know of the request's hard stop. */
interface HardStop {
  signal: AbortSignal;
  limitMs: number;
  onPlace: () => void;
}

/**
 * Items of batches, over all batches, whose images are compressed at once: enough to keep the
 * threads busy, and few beside what may wait there, so that no flood of batches fills that.
 */
const BACKGROUND_PREPARED_AT_ONCE = 4;

/** Runs inference for the service's own routes: admission, hard stop, call, clean end. */
export class InferenceRunner {
  readonly #options: RunnerOptions;
  readonly #backgroundImages = new Turnstile({ atOnce: BACKGROUND_PREPARED_AT_ONCE });

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Runs a request to its end. @throws ServiceError; ClientLeft. */
  async answer(request: InferenceRequest, scope: RequestScope): Promise<OllamaAnswer> {
    const { answer, signal, finish } = await this.#open(request, scope, false);
    try {
      const whole = await jsonBody(answer.body);
      finish("completed");
      return whole;
    } catch (err) {
      // Before `finish`, which aborts what is left: that would be taken for the reason.
      const reason = this.#reasonOf(err, signal);
      finish("failed");
      throw reason;
    }
  }

  /**
   * Runs a request as a stream. The first line is there when this settles, so that a failure
   * before it is still a status. Ending the generator early stops the upstream.
   * @throws ServiceError; ClientLeft. The generator throws the same, mid-stream.
   */
  async stream(
    request: InferenceRequest,
    scope: RequestScope,
  ): Promise<AsyncGenerator<OllamaAnswer>> {
    const open = await this.#open(request, scope, true);
    const lines = this.#lines(open);
    const first = await lines.next();
    scope.record.firstMs = scope.record.elapsedMs;
    return withFirst(first, lines);
  }

  async *#lines({ answer, signal, finish }: OpenAnswer): AsyncGenerator<OllamaAnswer> {
    let outcome: "completed" | "failed" = "failed";
    try {
      for await (const line of jsonLines(answer.body)) {
        if (typeof line["error"] === "string") throw upstreamFailure(500, line);
        if (line["done"] === true) outcome = "completed";
        yield line;
      }
      if (outcome === "failed") throw new Error("the answer ended without its last line");
    } catch (err) {
      throw this.#reasonOf(err, signal);
    } finally {
      finish(outcome);
    }
  }

  async #open(
    request: InferenceRequest,
    scope: RequestScope,
    stream: boolean,
  ): Promise<OpenAnswer> {
    const { exchange, record, background } = scope;
    const abort = new AbortController();
    const limitMs = this.#options.hardStopMs[request.line];
    let admitted: Admitted | undefined;
    const undo: (() => unknown)[] = [exchange.onLeave((why) => abort.abort(new ClientLeft(why)))];
    const stopAfter = (ms: number): void => {
      const expire = (): void => abort.abort(hardStop(limitMs));
      undo.push(this.#options.deadlines.after(ms, expire));
    };
    const finish = (outcome: "completed" | "failed"): void => {
      for (const action of undo.splice(0)) action();
      if (outcome === "failed") abort.abort(new ClientLeft());
      admitted?.place.release(outcome === "failed" ? outcomeOf(abort.signal.reason) : outcome);
    };
    // Not left to whoever reads the answer: a stream that is never begun ends without a word, and
    // a client that does not take its own must not keep the place.
    abort.signal.addEventListener("abort", () => finish("failed"), { once: true });
    try {
      if (!background) stopAfter(limitMs - record.elapsedMs);
      const images = request.images && (await this.#prepare(request.images, scope, abort.signal));
      admitted = await this.#admit(request, scope, {
        signal: abort.signal,
        limitMs,
        onPlace: () => void (background && stopAfter(limitMs)),
      });
      record.queueMs = admitted.queueMs;
      record.loadMs = admitted.loadMs;
      record.streamed = stream;
      const body = bodyOf(request, stream, images);
      const { place } = admitted;
      const answer = await place.during("call", this.#call(request, body, abort.signal));
      place.ownedBy(
        "answer",
        // A stream may have come whole while its client has not taken all of it.
        () => answer.isBeingRead() || (stream && !exchange.hasLeft),
        () => abort.abort(new Error("the place was held by nobody")),
      );
      record.letGoOfBody();
      return { answer, signal: abort.signal, finish };
    } catch (err) {
      finish("failed");
      throw err;
    }
  }

  async #prepare(
    { list, options }: RequestImages,
    { record, background }: RequestScope,
    signal: AbortSignal,
  ): Promise<ReadyImage[]> {
    const caller = { tenant: record.tenant, signal };
    const prepare = () => this.#options.images.prepare(list, options, caller);
    const ready = await (background ? this.#backgroundImages.run(caller, prepare) : prepare());
    record.images = ready.map(({ facts }) => facts);
    record.imageCompression = options.compress ?? true;
    return ready;
  }

  #admit(
    request: InferenceRequest,
    { exchange, record, background = false }: RequestScope,
    { signal, limitMs, onPlace }: HardStop,
  ): Promise<Admitted> {
    if (exchange.hasLeft) throw new ClientLeft();
    record.model = request.model;
    return this.#options.admission.admit(
      {
        line: request.line,
        tenant: record.tenant,
        model: canonicalModel(request.model),
        background,
        maxWaitMs: background ? Infinity : limitMs - record.elapsedMs,
        onLeave: (left) => exchange.onLeave(left),
      },
      request.hints,
      {
        onLeave: (left) => exchange.onLeave(left),
        onPlace,
        onHardStop: (stopped) => {
          const stop = (): void => stopped(signal.reason as ServiceError);
          signal.addEventListener("abort", stop, { once: true });
          return () => signal.removeEventListener("abort", stop);
        },
      },
    );
  }

  async #call(
    request: InferenceRequest,
    body: string | Uint8Array,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    const { transport, upstream, loadedModels } = this.#options;
    const model = canonicalModel(request.model);
    try {
      const answer = await transport.call({
        origin: upstream.origin,
        method: "POST",
        path: request.path,
        body,
        signal,
      });
      if (answer.status === 200) {
        loadedModels.used(model);
        if (unloads(request.hints.keepAlive)) loadedModels.forget(model);
        return answer;
      }
      throw await failureOf(answer);
    } catch (err) {
      // A request that was refused says nothing against the server.
      const failed = err instanceof ServiceError && err.status >= 500;
      if (failed && !signal.aborted) {
        loadedModels.forget(model);
        upstream.suspect();
      }
      throw err;
    }
  }

  /** What really ended a body: our own deadline or the client, else the server's failure. */
  #reasonOf(err: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (err instanceof ServiceError) return err;
    this.#options.upstream.suspect();
    return new ServiceError("upstream_unavailable", "The inference server broke off its answer", {
      cause: err,
    });
  }
}

/** Ollama's body, as text or, with images in it, as bytes. */
function bodyOf(
  { model, body, images }: InferenceRequest,
  stream: boolean,
  ready: ReadyImage[] | undefined,
): string | Uint8Array {
  const json = JSON.stringify({ model, ...body, stream });
  if (!images || !ready) return json;
  return images.slots.fill(
    json,
    ready.map(({ base64 }) => base64),
  );
}

/** The error of a request that has reached its hard stop. */
export function hardStop(limitMs: number): ServiceError {
  return new ServiceError(
    "request_timeout",
    `The request took longer than ${Math.round(limitMs / 1000)} s and was stopped`,
  );
}
