import { z } from "zod";
import { SETTINGS, type Settings } from "../../config/schema.ts";
import { MAX_VALUES, MAX_VALUES_IN_HAND } from "../runtime/count-json.ts";
import { MAX_LEVELS } from "../runtime/nesting.ts";
import { TEXT_LIMITS } from "../runtime/text-limits.ts";

/** What decides a limit beside the settings. */
export interface LimitFacts {
  /** Memory for bodies and threads for images, with their defaults worked out for the machine. */
  bodyMemoryBytes: number;
  workerThreads: number;
  /** Model name → prompt limit in tokens, where it differs from the usual one. */
  promptLimits: Readonly<Record<string, number>>;
  /** Route → requests that a tenant may make in a minute. */
  requestsPerMinute: Readonly<Record<string, number>>;
  /** The most entries of the lists in a body. */
  listEntries: Readonly<Record<string, number>>;
  /** What the running server does at once. */
  server: { readonly parallel: number; readonly capacity: number | undefined };
}

/** A limit as `/api/v1/system/model-profile` shows it. */
interface Limit {
  /** The setting that changes it, if there is one: what is said there of it holds here. */
  setting?: keyof Settings;
  /** What it limits, where no setting says so. */
  about?: string;
  /** Where it stands in `limits`: `text.max_concurrent` is a field of a group. */
  field: string;
  /** What it can be. Default: a whole number. */
  schema?: z.ZodType;
  value: (settings: Settings, facts: LimitFacts) => unknown;
}

const numbers = z.record(z.string(), z.int());

/**
 * Every limit there is, README's table of them included: a new one is added here, and a test holds
 * table, settings and answer together.
 */
export const LIMITS: Limit[] = [
  asSet("maxBodyBytes", "max_body_bytes"),
  asSet("visionMaxBodyBytes", "vlm_max_body_bytes"),
  asSet("proxyMaxBodyBytes", "proxy_max_body_bytes"),
  {
    setting: "bodyMemoryMaxBytes",
    field: "body_memory_max_bytes",
    value: (_settings, { bodyMemoryBytes }) => bodyMemoryBytes,
  },
  asSet("imageMaxBytes", "image.max_bytes"),
  asSet("imageMaxPixels", "image.max_pixels"),
  asSet("imageMaxDimension", "image.max_dimension"),
  asSet("batchTextMaxItems", "batch.chat.max_requests"),
  asSet("batchTextAtOnce", "batch.chat.at_once"),
  asSet("batchVisionMaxItems", "batch.vlm.max_requests"),
  asSet("batchVisionAtOnce", "batch.vlm.at_once"),
  asSet("responseCacheMaxEntries", "response_cache.max_entries"),
  asSet("responseCacheMaxBytes", "response_cache.max_bytes"),
  inSeconds("responseCacheTtlMs", "response_cache.ttl_sec"),
  {
    setting: "workerThreads",
    field: "worker_threads",
    value: (_settings, { workerThreads }) => workerThreads,
  },
  inSeconds("taskDeadlineMs", "task_deadline_sec"),
  asSet("maxPromptTokens", "max_prompt_tokens"),
  {
    field: "prompt_tokens_by_model",
    about: "Largest prompts of models that have a limit of their own.",
    schema: numbers,
    value: (_settings, { promptLimits }) => promptLimits,
  },
  { ...asSet("rateLimitEnabled", "rate_limit_enabled"), schema: z.boolean() },
  {
    setting: "rateLimitEnabled",
    field: "requests_per_minute",
    schema: numbers.nullable(),
    value: ({ rateLimitEnabled }, facts) => (rateLimitEnabled ? facts.requestsPerMinute : null),
  },
  asSet("tenantMaxText", "tenant_max_text"),
  asSet("tenantMaxVision", "tenant_max_vlm"),
  asSet("agentRunsPerTenant", "agent_runs_per_tenant"),
  asSet("queueTextMaxRunning", "text.max_concurrent"),
  asSet("queueVisionMaxRunning", "vlm.max_concurrent"),
  {
    setting: "upstreamParallel",
    field: "model_max_concurrent",
    value: ({ upstreamParallel }, { server }) => upstreamParallel ?? server.parallel,
  },
  asSet("upstreamParallelMax", "model_max_tried"),
  {
    field: "max_loaded_models",
    about: "Models that the server holds in memory at once; null where it does not say.",
    schema: z.int().nullable(),
    value: (_settings, { server }) => server.capacity ?? null,
  },
  asSet("queueTextMaxWaiting", "text.max_queue_size"),
  asSet("queueVisionMaxWaiting", "vlm.max_queue_size"),
  inSeconds("queueTextTimeoutMs", "text.hard_stop_sec"),
  inSeconds("queueVisionTimeoutMs", "vlm.hard_stop_sec"),
  inSeconds("modelPatienceMs", "queue_model_patience_sec"),
  inSeconds("uploadStallMs", "upload_stall_sec"),
  inSeconds("downloadStallMs", "download_stall_sec"),
  inSeconds("drainMs", "drain_sec"),
  asSet("mcpMaxServers", "mcp_max_servers"),
  { ...asSet("allowedModels", "allowed_models"), schema: z.array(z.string()) },
  {
    field: "json.max_values",
    about: "Values in the JSON of any body.",
    value: () => MAX_VALUES,
  },
  {
    field: "json.max_values_service",
    about: "Values in the JSON of a body on /api/v1, except of /embeddings/similarity.",
    value: () => MAX_VALUES_IN_HAND,
  },
  {
    field: "json.max_levels",
    about: "Levels that JSON may be nested.",
    value: () => MAX_LEVELS,
  },
  {
    field: "json.max_list_entries",
    about: "Entries of the lists in a body.",
    schema: numbers,
    value: (_settings, { listEntries }) => listEntries,
  },
  {
    field: "model_name_max_chars",
    about: "Characters of a model's name.",
    value: () => TEXT_LIMITS.modelName,
  },
];

/** All limits in force now. */
export function limitsInForce(settings: Settings, facts: LimitFacts): Record<string, unknown> {
  return grouped(LIMITS.map(({ field, value }) => [field, value(settings, facts)]));
}

/** What `limitsInForce` answers. */
export function limitsSchema(): z.ZodObject {
  const schemas = LIMITS.map(({ field, setting, about, schema = z.int() }): [string, z.ZodType] => [
    field,
    schema.describe(
      setting ? `${SETTINGS[setting].env}: ${SETTINGS[setting].about}` : (about ?? ""),
    ),
  ]);
  return objectOf(grouped(schemas));
}

function objectOf(group: Group<z.ZodType>): z.ZodObject {
  const shape = Object.entries(group).map(([name, inner]) => [
    name,
    inner instanceof z.ZodType ? inner : objectOf(inner),
  ]);
  return z.object(Object.fromEntries(shape) as Record<string, z.ZodType>);
}

interface Group<T> {
  [name: string]: T | Group<T>;
}

/** Fields whose names have dots, as objects in objects. */
function grouped<T>(fields: [string, T][]): Group<T> {
  const all: Group<T> = {};
  for (const [field, value] of fields) put(all, field.split("."), value);
  return all;
}

function put<T>(group: Group<T>, [name = "", ...inner]: string[], value: T): void {
  if (inner.length === 0) group[name] = value;
  else put((group[name] ??= {}), inner, value);
}

function asSet(setting: keyof Settings, field: string): Limit {
  return { setting, field, value: (settings) => settings[setting] };
}

function inSeconds(setting: keyof Settings, field: string): Limit {
  const value = (settings: Settings) => Number(settings[setting]) / 1000;
  return { setting, field, schema: z.number(), value };
}
