import { batchRoutes } from "./batch/batch-routes.ts";
import { cacheRoutes } from "./cache.ts";
import { chatCompletionsRoute } from "./chat-completions.ts";
import { chatRoute } from "./chat.ts";
import { embeddingsRoute } from "./embeddings.ts";
import { generateRoute } from "./generate.ts";
import { modelRoutes } from "./models.ts";
import { createRouter, type ServiceRouter } from "./router.ts";
import type { Services } from "./services.ts";
import { similarityRoute } from "./similarity.ts";
import { stateRoutes } from "./state.ts";
import { vlmOpenaiRoute } from "./vlm-openai.ts";
import { vlmRoute } from "./vlm.ts";

/** All routes of `/api/v1`. */
export function serviceRoutes(services: Services): ServiceRouter {
  const router = createRouter();
  generateRoute(router, services);
  chatRoute(router, services);
  chatCompletionsRoute(router, services);
  vlmRoute(router, services);
  vlmOpenaiRoute(router, services);
  batchRoutes(router, services);
  embeddingsRoute(router, services);
  similarityRoute(router, services);
  modelRoutes(router, services);
  stateRoutes(router, services);
  cacheRoutes(router, services);
  return router;
}
