import type { AppContext } from "../../../middleware/env.ts";
import type { CacheMode } from "../../../src/cache/answer-cache.ts";
import { renderError } from "../../../src/errors/render.ts";
import { isAbort } from "../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { asCompleted } from "../../../src/runtime/as-completed.ts";
import { LightSignal } from "../../../src/runtime/light-signal.ts";
import { RequestRecord } from "../../../src/requests/request-record.ts";
import type { PreparedRequest } from "../answer.ts";
import type { BatchServices } from "./batch-services.ts";

/** The result of one item. */
export type ItemResult =
  | { index: number; success: true; data: object }
  | ({ index: number; success: false } & Record<string, unknown>);

/** The figures of a whole batch. */
export interface BatchFigures {
  batch_id: string;
  total_requests: number;
  successful: number;
  failed: number;
  total_time_ms: number;
}

interface Batch {
  count: number;
  atOnce: number;
  /** What its items want of the cache. */
  cache: CacheMode;
  /** What an item asks for. @throws ServiceError for an item that cannot be used. */
  prepare: (index: number) => Promise<PreparedRequest>;
}

/** Counts a batch's results as they come. */
export class BatchCount {
  readonly #record: RequestRecord;
  readonly #total: number;
  #successful = 0;
  #failed = 0;

  constructor(record: RequestRecord, total: number) {
    this.#record = record;
    this.#total = total;
  }

  /** Items that have ended. */
  get completed(): number {
    return this.#successful + this.#failed;
  }

  add({ success }: ItemResult): void {
    if (success) this.#successful += 1;
    else this.#failed += 1;
  }

  figures(): BatchFigures {
    return {
      batch_id: this.#record.id,
      total_requests: this.#total,
      successful: this.#successful,
      failed: this.#failed,
      total_time_ms: this.#record.latencyMs,
    };
  }
}

/**
 * Runs a batch's items and yields each result when it is there. An item that fails is a result
 * like the others; only the client's leaving, or that it is called off, ends the batch.
 * @throws ClientLeft; ServiceError `cancelled`.
 */
export async function* runBatch(
  c: AppContext,
  services: BatchServices,
  { count, atOnce, cache, prepare }: Batch,
): AsyncGenerator<ItemResult> {
  const { signal: ofBatch } = c.get("exchange");
  const whole = c.get("record");
  whole.kind = "batch";
  const runItem = async (index: number): Promise<ItemResult> => {
    const record = itemRecord(whole, index, services);
    const signal = new LightSignal();
    const stopFollowing = signal.follow(ofBatch);
    const seat = services.live.begin(record, { callOff: (reason) => signal.abort(reason) });
    services.events.emit("requestKnown", record);
    try {
      if (services.isStopping()) {
        throw new ServiceError("shutting_down", "The service is stopping");
      }
      const { request, shape } = await prepare(index);
      const scope = { signal, record, cache, background: true, partOfBatch: true };
      const answer = await services.runner.answer(request, scope);
      const data = shape.whole(answer, record);
      record.end({ status: 200, bytes: 0, complete: true });
      return { index, success: true, data };
    } catch (err) {
      if (ofBatch.aborted || isAbort(err)) {
        if (!isAbort(err)) record.failed(err);
        record.end({ status: 0, bytes: 0, complete: false });
        throw err;
      }
      return failedItem(err, index, record, services);
    } finally {
      stopFollowing();
      services.live.end(seat);
    }
  };
  for await (const { value } of asCompleted(count, atOnce, runItem)) yield value;
}

function itemRecord(
  whole: RequestRecord,
  index: number,
  { logItem }: BatchServices,
): RequestRecord {
  const record = new RequestRecord(`${whole.id}-${index}`, logItem);
  record.kind = "item";
  record.tenant = whole.tenant;
  record.project = whole.project;
  record.client = whole.client;
  record.dialect = whole.dialect;
  record.route = whole.route;
  record.operation = whole.operation;
  record.isCutOff = whole.isCutOff;
  record.call.trace = whole.call.trace?.within(record);
  return record;
}

function failedItem(
  err: unknown,
  index: number,
  record: RequestRecord,
  { onStreamError }: BatchServices,
): ItemResult {
  const { status, body } = renderError(err, "service", record.id);
  record.failed(err);
  if (status >= 500) onStreamError(err, record.id);
  record.end({ status, bytes: 0, complete: true });
  return { index, success: false, ...body };
}
