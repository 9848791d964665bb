import { agentRoutes } from "./agents/agent-routes.ts";
import type { AgentServices } from "./agents/agent-services.ts";
import { runRecordRoutes } from "./agents/run-records.ts";
import type { RunServices } from "./agents/begin-run.ts";
import { changeRunRoutes } from "./agents/change-run.ts";
import { runAgentRoute } from "./agents/run-agent.ts";
import { runEventsRoute } from "./agents/run-events.ts";
import { batchRoutes } from "./batch/batch-routes.ts";
import type { BatchServices } from "./batch/batch-services.ts";
import { cacheRoutes, type CacheServices } from "./cache.ts";
import { changeRoutes, type ChangeServices } from "./change-models.ts";
import { chatCompletionsRoute } from "./chat-completions.ts";
import { chatRoute } from "./chat.ts";
import { embeddingsRoute, type EmbeddingServices } from "./embeddings.ts";
import { eventRoutes, type EventServices } from "./events.ts";
import { figuresRoutes } from "./figures/index.ts";
import type { FiguresServices } from "./figures/figures-services.ts";
import { generateRoute } from "./generate.ts";
import { mcpRoute, type McpServices } from "./mcp.ts";
import { memoryRoute, type MemoryServices } from "./memory.ts";
import { modelMemoryRoutes, type ModelMemoryServices } from "./model-memory.ts";
import { modelRoutes, type ModelServices } from "./models.ts";
import { pullRoutes, type PullServices } from "./pull-model.ts";
import { createResponseRoute } from "./responses/create-response.ts";
import { keptResponseRoutes } from "./responses/kept-responses.ts";
import type { ResponseServices } from "./responses/response-services.ts";
import { requestRoutes, type RequestServices } from "./requests.ts";
import { createRouter, type ServiceRouter } from "./router.ts";
import type { GenerationServices } from "./services.ts";
import { queueRoute, type QueueServices } from "./queue.ts";
import { similarityRoute, type SimilarityServices } from "./similarity.ts";
import { stateRoutes, type StateServices } from "./state.ts";
import { vlmOpenaiRoute } from "./vlm-openai.ts";
import { vlmRoute } from "./vlm.ts";

/** What the routes of `/api/v1` work with, router by router. */
export interface ServiceParts {
  generation: GenerationServices;
  /** The same, with agents. */
  running: RunServices;
  responses: ResponseServices;
  batches: BatchServices;
  embeddings: EmbeddingServices;
  similarity: SimilarityServices;
  models: ModelServices;
  modelChanges: ChangeServices & PullServices;
  state: StateServices;
  queue: QueueServices;
  memory: MemoryServices;
  mcp: McpServices;
  modelMemory: ModelMemoryServices;
  cache: CacheServices;
  requests: RequestServices;
  agents: AgentServices;
  events: EventServices;
  figures: FiguresServices;
}

/** All routes of `/api/v1`. */
export function serviceRoutes(parts: ServiceParts): ServiceRouter {
  const router = createRouter();
  generateRoute(router, parts.generation);
  chatRoute(router, parts.generation);
  chatCompletionsRoute(router, parts.running);
  vlmRoute(router, parts.generation);
  vlmOpenaiRoute(router, parts.generation);
  createResponseRoute(router, parts.responses);
  keptResponseRoutes(router, parts.responses);
  batchRoutes(router, parts.batches);
  embeddingsRoute(router, parts.embeddings);
  similarityRoute(router, parts.similarity);
  // Names may hold slashes: what only ends in one comes last.
  pullRoutes(router, parts.modelChanges);
  modelMemoryRoutes(router, parts.modelMemory);
  changeRoutes(router, parts.modelChanges);
  modelRoutes(router, parts.models);
  stateRoutes(router, parts.state);
  queueRoute(router, parts.queue);
  memoryRoute(router, parts.memory);
  mcpRoute(router, parts.mcp);
  cacheRoutes(router, parts.cache);
  requestRoutes(router, parts.requests);
  runRecordRoutes(router, parts.agents);
  runEventsRoute(router, parts.running);
  changeRunRoutes(router, parts.running);
  runAgentRoute(router, parts.running);
  agentRoutes(router, parts.agents);
  eventRoutes(router, parts.events);
  figuresRoutes(router, parts.figures);
  return router;
}
