import type { Route } from "../http/router.ts";
import { chatCompletionsRoute } from "../openai/chat-completions.ts";
import { completionsRoute } from "../openai/completions.ts";
import { openAiEmbeddingsRoute } from "../openai/embeddings.ts";
import { getModelRoute, listModelsRoute } from "../openai/models.ts";
import { headBlobRoute, uploadBlobRoute } from "./blobs.ts";
import { chatRoute } from "./chat.ts";
import type { RouteContext } from "./context.ts";
import { copyRoute } from "./copy.ts";
import { createRoute } from "./create.ts";
import { deleteRoute } from "./delete.ts";
import { embedRoute, embeddingsRoute } from "./embed.ts";
import { generateRoute } from "./generate.ts";
import { psRoute, rootRoute, tagsRoute, versionRoute } from "./lists.ts";
import { pullRoute } from "./pull.ts";
import { showRoute } from "./show.ts";
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
