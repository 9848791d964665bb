import type { StoredRequest } from "../../../workers/request-store/protocol.ts";
import { NO_MODEL, NO_OPERATION } from "../../../workers/request-store/bodies/unnamed.ts";
import { latency } from "../../../workers/request-store/bodies/sums.ts";

/** What a column holds. */
export type ColumnForm =
  | "text"
  /** Milliseconds since 1970. */
  | "time"
  /** A whole number. */
  | "count"
  | "decimals"
  /** A number with exactly two decimals. */
  | "latency"
  | "flag";

/** A column of exported records. */
export interface RecordColumn {
  name: string;
  form: ColumnForm;
  /** Undefined where the record has none. */
  of: (request: StoredRequest) => string | number | boolean | undefined;
}

/** The first ones, which exports have had from the first. */
const CONTRACT: readonly RecordColumn[] = [
  { name: "Timestamp", form: "time", of: (r) => r.startedAtMs },
  { name: "Model", form: "text", of: (r) => r.model ?? NO_MODEL },
  { name: "Operation", form: "text", of: (r) => r.operation ?? NO_OPERATION },
  { name: "Latency (ms)", form: "latency", of: (r) => latency(r.tookMs) },
  { name: "Success", form: "flag", of: isSuccess },
  { name: "Error", form: "text", of: (r) => (isSuccess(r) ? undefined : (r.errorCode ?? r.ended)) },
  { name: "Project", form: "text", of: (r) => r.project },
];

/** The others are named as in logs/requests.jsonl. */
const MORE: readonly RecordColumn[] = [
  { name: "request_id", form: "text", of: (r) => r.id },
  { name: "latency_ms", form: "decimals", of: (r) => r.tookMs },
  { name: "route", form: "text", of: (r) => r.route },
  { name: "dialect", form: "text", of: (r) => r.dialect },
  { name: "status_code", form: "count", of: (r) => r.status },
  { name: "ended", form: "text", of: (r) => r.ended },
  { name: "stream", form: "flag", of: (r) => r.streamed },
  { name: "bytes_in", form: "count", of: (r) => r.bytesIn },
  { name: "bytes", form: "count", of: (r) => r.bytesOut },
  { name: "queue_ms", form: "decimals", of: (r) => r.queueMs },
  { name: "model_load_ms", form: "decimals", of: (r) => r.loadMs },
  { name: "first_ms", form: "decimals", of: (r) => r.firstMs },
  { name: "body_ms", form: "decimals", of: (r) => r.bodyMs },
  { name: "waited_behind", form: "count", of: (r) => r.waitedBehind },
  { name: "load_shared", form: "flag", of: (r) => r.loadShared },
  { name: "context", form: "count", of: (r) => r.context },
  { name: "prompt_cut", form: "flag", of: (r) => r.isPromptCut },
  { name: "prompt_ms", form: "decimals", of: (r) => r.promptMs },
  { name: "generation_ms", form: "decimals", of: (r) => r.generationMs },
  { name: "inference_ms", form: "decimals", of: (r) => r.inferenceMs },
  { name: "input_tokens", form: "count", of: (r) => r.inputTokens },
  { name: "output_tokens", form: "count", of: (r) => r.outputTokens },
  { name: "tokens_estimated", form: "flag", of: (r) => r.tokensEstimated },
  { name: "tokens_per_second", form: "decimals", of: (r) => r.tokensPerSecond },
  { name: "cache", form: "text", of: (r) => r.cache },
  { name: "saved_ms", form: "decimals", of: (r) => r.savedMs },
  { name: "images", form: "count", of: (r) => r.images },
  { name: "image_bytes_saved", form: "count", of: (r) => r.imageBytesSaved },
];

/** Who asked from where, and which server was called: for those who may manage. */
const PRIVATE: readonly RecordColumn[] = [
  { name: "tenant", form: "text", of: (r) => r.tenant },
  { name: "client_ip", form: "text", of: (r) => r.client },
  { name: "host", form: "text", of: (r) => r.host },
];

/** The columns for a client. */
export function recordColumns({ mayManage }: { mayManage: boolean }): RecordColumn[] {
  return [...CONTRACT, ...MORE, ...(mayManage ? PRIVATE : [])];
}

/** Records without batches whose items have records of their own: as they are counted. */
export async function* countedRecords(
  pages: AsyncIterable<StoredRequest[]>,
): AsyncGenerator<StoredRequest[]> {
  for await (const page of pages) yield page.filter(({ kind }) => kind !== "batch");
}

function isSuccess({ ended }: StoredRequest): boolean {
  return ended === "completed";
}
