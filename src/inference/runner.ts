import type { DecodedImage } from "../images/image-body.ts";
import {
  type ImageCompressor,
  type ImageFacts,
  type ImageOptions,
  type ReadyImage,
} from "../images/image-compressor.ts";
import type { ImageSlots } from "../images/image-slots.ts";
import type { UpstreamAnswer } from "../http/transport.ts";
import { areLoadable, withLoadOptions } from "../models/load-options.ts";
import type { LoadHints } from "../models/load-hints.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import type { Interval } from "../runtime/interval.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { Turnstile } from "../runtime/turnstile.ts";
import type { LineName } from "../scheduling/fair-queue.ts";
import type { SchemaCheck, StrictSchema } from "./answer-schema.ts";
import { lines, type OllamaAnswer, whole } from "./answers.ts";
import type { CallRecord } from "./call-record.ts";
import type { InferencePipeline, InferenceRequest } from "./pipeline.ts";
import { promptPrefix } from "./prompt-prefix.ts";
import { callUncut, uncutBody } from "./truncation.ts";
import type { Turn } from "./turn.ts";

/** A request in Ollama's dialect, made from one of the service's own. */
export interface OllamaRequest {
  path: "/api/generate" | "/api/chat" | "/api/embed";
  line: LineName;
  model: string;
  /** Ollama's body without `model` and `stream`; `truncate: false` where the client says that. */
  body: Record<string, unknown>;
  /** The images whose slots are in the body. */
  images?: RequestImages;
  hints: LoadHints;
  /** What the answer is held to (StrictRunner); it is the body's `format`, too. */
  strict?: StrictSchema | undefined;
  /** Its answer is a tool's call, written as text: no answer to keep. */
  mustCall?: boolean;
}

/** The images of a request; they are compressed before it asks for a place in the queue. */
export interface RequestImages {
  list: DecodedImage[];
  options: ImageOptions;
  slots: ImageSlots;
}

/** What is known of a request, and written down of it. */
export interface RunRecord {
  readonly tenant: string;
  readonly elapsedMs: number;
  readonly call: CallRecord;
  model: string | undefined;
  streamed: boolean;
  images: ImageFacts[] | undefined;
  imageCompression: boolean;
  /** When the images were made ready. */
  imageWork?: Interval | undefined;
  /** How its answer held to its schema; undefined where it was not checked. */
  schemaCheck?: SchemaCheck | undefined;
  letGoOfBody(): void;
}

/** On whose behalf a request runs. */
export interface RequestScope {
  /** Calls it off. */
  signal: Signal;
  record: RunRecord;
  /** As InferenceRequest. */
  background?: boolean;
  /** As PlaceRequest. */
  partOfBatch?: boolean;
  /** As InferenceRequest. */
  spentMs?: number;
  /** As PlaceRequest. */
  maxExpectedMs?: number | undefined;
}

interface RunnerOptions {
  pipeline: Pick<InferencePipeline, "withPlace">;
  images: Pick<ImageCompressor, "prepare">;
}

/**
 * Items of batches, over all batches, whose images are compressed at once: enough to keep the
 * threads busy, and few beside what may wait there, so that no flood of batches fills that.
 */
const BACKGROUND_PREPARED_AT_ONCE = 4;

/** Runs inference for the service's own routes. */
export class InferenceRunner {
  readonly #options: RunnerOptions;
  readonly #backgroundImages = new Turnstile({ atOnce: BACKGROUND_PREPARED_AT_ONCE });

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Runs a request to its end. @throws ServiceError; the scope's reason. */
  answer(request: OllamaRequest, scope: RequestScope): Promise<OllamaAnswer> {
    const { about, call } = this.#begin(request, scope, false);
    return this.#options.pipeline.withPlace(about, scope.signal, async (turn) =>
      whole(turn, await call(turn)),
    );
  }

  /** Runs a request as a stream. @throws as `lines`. */
  stream(request: OllamaRequest, scope: RequestScope): Promise<AsyncGenerator<OllamaAnswer>> {
    const { about, call } = this.#begin(request, scope, true);
    return this.#options.pipeline.withPlace(about, scope.signal, async (turn) =>
      lines(turn, await call(turn)),
    );
  }

  #begin(
    { path, line, model, hints, body, images, strict }: OllamaRequest,
    scope: RequestScope,
    stream: boolean,
  ): { about: InferenceRequest; call: (turn: Turn) => Promise<UpstreamAnswer> } {
    const { record, background, partOfBatch, spentMs, maxExpectedMs } = scope;
    record.model = model;
    record.streamed = stream;
    const options = body["options"] as Record<string, unknown> | undefined;
    const about: InferenceRequest = {
      line,
      tenant: record.tenant,
      model,
      hints,
      mustFit: true,
      // What no server takes is not hidden from it: it says what is wrong.
      lane: areLoadable(options) ? "pinned" : undefined,
      prefix: path === "/api/embed" ? undefined : promptPrefix((name) => body[name]),
      background,
      partOfBatch,
      maxExpectedMs,
      ageMs: record.elapsedMs,
      spentMs,
      record: record.call,
      // One that may be sent again is held until its end.
      onSent: strict ? undefined : () => record.letGoOfBody(),
    };
    let ready: ReadyImage[] = [];
    if (images) {
      about.prepare = async (signal) => {
        ready = await this.#compress(images, scope, signal);
      };
    }
    const { truncate, ...fields } = body;
    return {
      about,
      call: (turn) => {
        const { lane } = turn;
        const sent = lane ? { options: withLoadOptions(options, lane.options) } : {};
        const json = uncutBody({ model, ...fields, ...sent, stream });
        // Once they are in the body, nothing here holds on to them.
        const used = ready.splice(0).map(({ base64 }) => base64);
        const filled = images ? images.slots.fill(json, used) : json;
        return callUncut(turn, { path, body: filled, mayTruncate: truncate !== false });
      },
    };
  }

  async #compress(
    { list, options }: RequestImages,
    { record, background }: RequestScope,
    signal: Signal,
  ): Promise<ReadyImage[]> {
    const caller = { tenant: record.tenant, signal };
    const prepare = () => this.#options.images.prepare(list, options, caller);
    const work: Interval = { from: awakeNow(), to: undefined };
    record.imageWork = work;
    const ready = await (background ? this.#backgroundImages.run(caller, prepare) : prepare());
    work.to = awakeNow();
    record.images = ready.map(({ facts }) => facts);
    record.imageCompression = options.compress ?? true;
    return ready;
  }
}
