import type { Route } from "../http/router.ts";
import { headBlobRoute, uploadBlobRoute } from "../ollama/blobs.ts";
import { chatRoute } from "../ollama/chat.ts";
import { copyRoute } from "../ollama/copy.ts";
import { createRoute } from "../ollama/create.ts";
import { deleteRoute } from "../ollama/delete.ts";
import { embedRoute, embeddingsRoute } from "../ollama/embed.ts";
import { generateRoute } from "../ollama/generate.ts";
import { psRoute, rootRoute, tagsRoute, versionRoute } from "../ollama/lists.ts";
import { pullRoute } from "../ollama/pull.ts";
import { showRoute } from "../ollama/show.ts";
import { chatCompletionsRoute } from "../openai/chat-completions.ts";
import { completionsRoute } from "../openai/completions.ts";
import { openAiEmbeddingsRoute } from "../openai/embeddings.ts";
import { getModelRoute, listModelsRoute } from "../openai/models.ts";
import type { RouteContext } from "../services.ts";
import { unsupportedRoutes } from "./unsupported.ts";

/** Every route of the engine. */
export function engineRoutes(context: RouteContext): Route[] {
  return [
    rootRoute(),
    versionRoute(),
    tagsRoute(context),
    psRoute(context),
    showRoute(context),
    generateRoute(context),
    chatRoute(context),
    embedRoute(context),
    embeddingsRoute(context),
    pullRoute(context),
    createRoute(context),
    copyRoute(context),
    deleteRoute(context),
    headBlobRoute(context),
    uploadBlobRoute(context),
    listModelsRoute(context),
    getModelRoute(context),
    chatCompletionsRoute(context),
    completionsRoute(context),
    openAiEmbeddingsRoute(context),
    ...unsupportedRoutes(),
  ];
}
