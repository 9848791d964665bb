import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { isInference } from "../../src/requests/inference-operations.ts";
import type { StoredRequest } from "../../workers/request-store/protocol.ts";
import { until } from "./deadline.ts";
import type { Gateway } from "./gateway.ts";
import { storedRequests } from "./stored-requests.ts";

type Fields = Record<string, unknown>;

interface LoggedLines {
  access: string[];
  events: Fields[];
  performance: Fields[];
}

/** What the log has of a request and the store has not. */
const ONLY_LOGGED = new Set([
  "method",
  "path",
  "error_message",
  "image_compression_enabled",
  "cache_hit_rate",
  "images",
]);

/** The records of a running service, once there are so many. */
export async function storedIn(
  { home }: Pick<Gateway, "home">,
  count: number,
): Promise<StoredRequest[]> {
  let all: StoredRequest[] = [];
  await until(() => {
    all = storedRequests(home);
    return all.length >= count;
  }, `${count} records of requests`);
  expect(all).toHaveLength(count);
  return all;
}

/**
 * The store has so many records, each log has a line for each that belongs into it and no other,
 * and both say the same, field by field. @returns the records.
 */
export async function expectLogsToAgree(
  gateway: Pick<Gateway, "home">,
  count: number,
): Promise<StoredRequest[]> {
  const stored = await storedIn(gateway, count);
  const requests = stored.filter(({ kind }) => kind !== "item");
  const inference = stored.filter((one) => isInference(one));
  let lines: LoggedLines = { access: [], events: [], performance: [] };
  await until(async () => {
    lines = await linesOf(gateway);
    const { access, events, performance } = lines;
    return (
      access.length >= requests.length &&
      events.length >= stored.length &&
      performance.length >= inference.length
    );
  }, "the lines of all requests are in the logs");
  const byId = (one: Fields): string => String(one["request_id"]);
  const events = new Map(lines.events.map((line) => [byId(line), line]));
  const performance = new Map(lines.performance.map((line) => [byId(line), line]));
  expect(lines.events).toHaveLength(stored.length);
  expect(lines.performance).toHaveLength(inference.length);
  for (const one of stored) expect(shared(events.get(one.id))).toEqual(eventOf(one));
  for (const one of inference) expect(performance.get(one.id)).toEqual(performanceOf(one));
  const access = lines.access.map((line) => line.replace(/"[^"]*"/g, '""'));
  expect(access.sort()).toEqual(requests.map(accessOf).sort());
  return stored;
}

async function linesOf({ home }: Pick<Gateway, "home">): Promise<LoggedLines> {
  const [access, events, performance] = await Promise.all(
    ["api.log", "requests.jsonl", "performance.jsonl"].map(async (name) => {
      const text = await readFile(join(home, "logs", name), "utf8").catch(() => "");
      // Without a line that is still being written.
      return text.split("\n").slice(0, -1);
    }),
  );
  const parsed = (lines: string[] = []): Fields[] =>
    lines.map((line) => JSON.parse(line) as Fields);
  return { access: access ?? [], events: parsed(events), performance: parsed(performance) };
}

function shared(event: Fields = {}): Fields {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !ONLY_LOGGED.has(name)));
}

const timeOf = ({ startedAtMs }: StoredRequest): string => new Date(startedAtMs).toISOString();

/** As JSON has it: without what is undefined. */
const plain = (fields: Fields): Fields => JSON.parse(JSON.stringify(fields)) as Fields;

function eventOf(one: StoredRequest): Fields {
  const isItem = one.kind === "item";
  return plain({
    request_id: one.id,
    event: isItem ? "batch_item" : "http_request",
    timestamp: timeOf(one),
    client_ip: isItem ? undefined : one.client,
    project_name: one.project,
    tenant: one.tenant,
    dialect: one.dialect,
    status_code: one.status,
    client_left: !one.isWhole,
    ended: one.ended,
    bytes: isItem ? undefined : one.bytesOut,
    bytes_in: one.bytesIn,
    latency_ms: one.tookMs,
    operation: one.operation,
    model: one.model,
    stream: one.operation === undefined ? undefined : one.streamed,
    host: one.host,
    queue_ms: one.queueMs,
    model_load_ms: one.loadMs,
    waited_behind: one.waitedBehind,
    load_shared: one.loadShared,
    context: one.context,
    prompt_cut: one.isPromptCut,
    first_ms: one.firstMs,
    body_ms: one.bodyMs,
    inference_ms: one.inferenceMs,
    input_tokens: one.inputTokens,
    output_tokens: one.outputTokens,
    tokens_estimated: one.tokensEstimated,
    tokens_per_second: one.tokensPerSecond,
    images_count: one.images,
    compression_savings_bytes: one.images === undefined ? undefined : one.imageBytesSaved || null,
    cache: one.cache,
    saved_ms: one.savedMs,
    error_code: one.errorCode,
  });
}

function performanceOf(one: StoredRequest): Fields {
  const { inputTokens, promptMs } = one;
  const isSuccess = one.ended === "completed";
  const fields = plain({
    timestamp: timeOf(one),
    request_id: one.id,
    project_name: one.project,
    model: one.model,
    operation: one.operation,
    total_latency_ms: one.tookMs,
    success: isSuccess,
    error: isSuccess ? undefined : (one.errorCode ?? one.ended),
    load_time_ms: one.loadMs,
    prompt_eval_time_ms: promptMs,
    generation_time_ms: one.generationMs,
    prompt_tokens: inputTokens,
    generated_tokens: one.outputTokens,
    tokens_per_second: one.tokensPerSecond,
  });
  if (inputTokens === undefined || !promptMs) return fields;
  return {
    ...fields,
    prompt_tokens_per_second: expect.closeTo((inputTokens * 1000) / promptMs, 2),
  };
}

/** With its quoted parts, which are the request's own, left out. */
function accessOf(one: StoredRequest): string {
  const status = one.isWhole ? one.status : `${one.status || 499}!`;
  return (
    `${one.client} - ${one.tenant || "-"} [${timeOf(one)}] "" ${status} ${one.bytesOut} "" "" ` +
    `${one.tookMs.toFixed(1)}ms ${one.id}`
  );
}
