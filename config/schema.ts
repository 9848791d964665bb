import type { Setting, SettingGroup } from "./setting-types.ts";
import { ACCESS_SETTINGS } from "./settings/access.ts";
import { AGENT_SETTINGS } from "./settings/agents.ts";
import { BATCH_SETTINGS } from "./settings/batches.ts";
import { EMBEDDING_CACHE_SETTINGS } from "./settings/embedding-cache.ts";
import { IMAGE_SETTINGS } from "./settings/images.ts";
import { INFERENCE_SERVER_SETTINGS } from "./settings/inference-server.ts";
import { MCP_SETTINGS } from "./settings/mcp.ts";
import { MEMORY_SETTINGS } from "./settings/memory.ts";
import { MODEL_SETTINGS } from "./settings/models.ts";
import { REQUEST_LOG_SETTINGS } from "./settings/request-log.ts";
import { REQUEST_SETTINGS } from "./settings/requests.ts";
import { RESPONSE_CACHE_SETTINGS } from "./settings/response-cache.ts";
import { SCHEDULING_SETTINGS } from "./settings/scheduling.ts";
import { SERVICE_SETTINGS } from "./settings/service.ts";
import { WORKER_THREAD_SETTINGS } from "./settings/worker-threads.ts";

/**
 * Every setting of the service, in the order in which help and documentation show them. A setting
 * is read from the environment variable that it names, or from the flag of the same name
 * (`API_PORT` is `--api-port`).
 */
export const SETTINGS = {
  ...SERVICE_SETTINGS,
  ...INFERENCE_SERVER_SETTINGS,
  ...SCHEDULING_SETTINGS,
  ...REQUEST_SETTINGS,
  ...REQUEST_LOG_SETTINGS,
  ...BATCH_SETTINGS,
  ...AGENT_SETTINGS,
  ...IMAGE_SETTINGS,
  ...RESPONSE_CACHE_SETTINGS,
  ...EMBEDDING_CACHE_SETTINGS,
  ...WORKER_THREAD_SETTINGS,
  ...ACCESS_SETTINGS,
  ...MODEL_SETTINGS,
  ...MEMORY_SETTINGS,
  ...MCP_SETTINGS,
} satisfies SettingGroup;

type SettingValues = {
  readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
};

/** All settings, read and checked. Frozen; a part of the service is given the few it needs. */
export type Settings = SettingValues;
