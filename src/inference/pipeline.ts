import type { Host } from "../hosts/host.ts";
import type { Transport } from "../http/transport.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import { canonicalModel } from "../models/model-name.ts";
import type { MemoryRoom } from "../models/memory/memory-room.ts";
import type { ModelUse } from "../models/memory/model-use.ts";
import type { ContextLanes } from "../models/lanes/context-lanes.ts";
import type { LaneRequest, LaneUse } from "../models/lanes/lane-request.ts";
import type { StuckModels } from "../models/memory/stuck-models.ts";
import type { LoadHints } from "../models/load-hints.ts";
import type { LoadedModels } from "../models/loaded-models.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import type { Admission } from "../scheduling/admission.ts";
import type { LineName } from "../scheduling/fair-queue.ts";
import type { CallRecord } from "./call-record.ts";
import { Turn } from "./turn.ts";

interface PipelineOptions {
  admission: Pick<Admission, "admit">;
  catalog: Pick<ModelCatalog, "assertAllowed" | "isRemote">;
  loadedModels: Pick<LoadedModels, "used" | "forget">;
  modelUse: Pick<ModelUse, "begin">;
  room: Pick<MemoryRoom, "assertFits">;
  stuckModels: Pick<StuckModels, "assertWorks">;
  lanes: Pick<ContextLanes, "answered" | "request">;
  transport: Pick<Transport, "call">;
  deadlines: Pick<Deadlines, "after">;
  /** The inference server for what takes no place. */
  host: Host;
  /** Hard stop in milliseconds. */
  hardStopMs: Record<LineName, number>;
}

/** What there is to know of a request before it is called; nothing of it is in a dialect. */
export interface InferenceRequest {
  line: LineName;
  tenant: string;
  /** As the request names it; empty where it names none. */
  model: string;
  hints: LoadHints;
  /** How much of it follows its model's lane; undefined: the model is loaded as it says. */
  lane?: LaneUse | undefined;
  /** Whether it only unloads its model, which then must not be loaded first. */
  isUnload?: boolean;
  /** Whether it is refused where its model cannot fit in memory; else the server decides. */
  mustFit?: boolean;
  /**
   * It takes what interactive work leaves, waits for as long as that takes, and its hard stop, if it
   * has one, counts from when it may run.
   */
  background?: boolean | undefined;
  /** As PlaceRequest. */
  partOfBatch?: boolean | undefined;
  /** As PlaceRequest. */
  prefix?: number | undefined;
  /** As PlaceRequest. */
  maxExpectedMs?: number | undefined;
  /** As PlaceRequest. */
  parts?: ReadonlyMap<string, number> | undefined;
  /**
   * Milliseconds that it has lived, which count for its hard stop. Undefined: the hard stop bounds
   * only how long it waits for its place.
   */
  ageMs?: number | undefined;
  /** Milliseconds that an earlier call for the same background work took of its hard stop. */
  spentMs?: number | undefined;
  /** Where its time and what it used are written down. */
  record: CallRecord;
  /** What is to be done before it asks for a place; it counts for the hard stop. */
  prepare?: ((signal: Signal) => Promise<void>) | undefined;
  /** Told when its answer has begun, unless it is a refusal: its body is not needed any more. */
  onSent?: (() => void) | undefined;
}

/**
 * The one way to inference: here a request waits, its model is loaded, it is called,
 * and it ends.
 */
export class InferencePipeline {
  readonly #options: PipelineOptions;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /**
   * Waits for a place and for the model, and has the place used. Whatever uses it ends the turn:
   * with the answer's last byte, which may be long after this has settled. A model that runs on
   * another machine takes no place of this one, and is not loaded.
   * @throws ServiceError `upstream_unavailable` at once while the server is away, `queue_full`,
   * `wait_too_long`, `request_timeout`, `model_not_allowed`, `insufficient_memory`; the signal's reason; what `use`
   * throws.
   */
  async withPlace<T>(
    request: InferenceRequest,
    signal: Signal,
    use: (turn: Turn) => Promise<T>,
  ): Promise<T> {
    const { admission, hardStopMs } = this.#options;
    const { line, tenant, hints, background, partOfBatch, record } = request;
    const { maxExpectedMs, ageMs, spentMs = 0 } = request;
    const turn = this.#begin(request, signal);
    const limitMs = hardStopMs[line];
    const isStopped = ageMs !== undefined && !background;
    const stopsFromPlace = ageMs !== undefined && background === true;
    try {
      if (isStopped) turn.stopAfter(limitMs - ageMs, limitMs);
      if (request.prepare) await request.prepare(turn.signal);
      const isRemote = this.#options.catalog.isRemote(request.model);
      if (isRemote instanceof Promise ? await unlessAborted(isRemote, turn.signal) : isRemote) {
        this.#leaveMachine(turn, request.model);
        return await use(turn);
      }
      const lane = this.#laneOf(request);
      const ready = lane?.ready();
      if (ready) await unlessAborted(ready, turn.signal);
      const fitting = request.mustFit ? this.#assertFits(request, turn.signal, lane) : undefined;
      const fittingMs = fitting ? await fitting : 0;
      const admitted = admission.admit(
        {
          line,
          tenant,
          model: request.isUnload ? "" : canonicalModel(request.model),
          background: background ?? false,
          partOfBatch: partOfBatch ?? false,
          prefix: request.prefix,
          parts: request.parts,
          admits: lane?.admits,
          maxWaitMs: background || isStopped ? Infinity : limitMs,
          deadlineMs: background ? undefined : limitMs - (ageMs ?? 0),
          maxExpectedMs,
          signal: turn.signal,
          hints: lane ? { ...hints, lane } : hints,
          waiting: record,
        },
        stopsFromPlace ? () => turn.stopAfter(limitMs - spentMs, limitMs) : undefined,
      );
      const { place, loadMs } = admitted instanceof Promise ? await admitted : admitted;
      turn.take(place);
      record.ready(place.waitedMs + fittingMs, loadMs);
      if (lane) enter(lane, turn);
      return await use(turn);
    } catch (err) {
      turn.abandon();
      throw err;
    }
  }

  /**
   * The same past the queue, for short calls of the service's own. The server loads the model if it
   * has to. @throws as `withPlace`, without what the queue refuses.
   */
  async withoutPlace<T>(
    request: InferenceRequest,
    signal: Signal,
    use: (turn: Turn) => Promise<T>,
  ): Promise<T> {
    this.#options.stuckModels.assertWorks(canonicalModel(request.model));
    const turn = this.#begin(request, signal);
    try {
      const lane = this.#laneOf(request);
      if (lane) enter(lane, turn);
      return await use(turn);
    } catch (err) {
      turn.abandon();
      throw err;
    }
  }

  /** @returns milliseconds that it was looked at; undefined at once where there is no need to. */
  #assertFits(
    { model, hints }: InferenceRequest,
    signal: Signal,
    lane: LaneRequest | undefined,
  ): Promise<number> | undefined {
    const from = awakeNow();
    const fitting = this.#options.room.assertFits(canonicalModel(model), { ...hints, lane });
    return fitting && unlessAborted(fitting, signal).then(() => awakeNow() - from);
  }

  #laneOf({ lane, model, hints }: InferenceRequest): LaneRequest | undefined {
    return lane && this.#options.lanes.request(canonicalModel(model), hints.options, lane);
  }

  #leaveMachine(turn: Turn, model: string): void {
    // The list of models may have told only now that it runs elsewhere.
    this.#options.catalog.assertAllowed(model);
    turn.isRemote = true;
    turn.record.ready(0, 0);
  }

  #begin({ model, hints, record, onSent }: InferenceRequest, signal: Signal): Turn {
    const { transport, loadedModels, modelUse, lanes, deadlines, host } = this.#options;
    signal.throwIfAborted();
    // Nothing waits for a server that is away.
    host.assertAvailable();
    return new Turn(signal, {
      transport,
      loadedModels,
      modelUse,
      lanes,
      deadlines,
      host,
      model: canonicalModel(model),
      keepAlive: hints.keepAlive,
      loadOptions: hints.options,
      record,
      onSent,
    });
  }
}

/** From here on the model's context is what the request runs with. */
function enter(lane: LaneRequest, turn: Turn): void {
  const { options, context } = lane.begin();
  turn.enterLane(options);
  turn.record.context = context;
  turn.record.contextTokens = context?.used ?? lane.size();
}
