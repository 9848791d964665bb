import type { ServiceRouter } from "./router.ts";

/** The OpenAPI 3.1 document of `/api/v1`. */
export function openApiDocument(router: ServiceRouter, version: string): object {
  const document = router.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Shared Ollama Service",
      version,
      description:
        "One inference server, shared fairly. These are the service's own routes; Ollama's API is " +
        "under /api and OpenAI's under /v1 of the same port, as Ollama serves them. Other paths " +
        "under /api/v1 are answered with 404 `not_found`, other methods of a path with 405 " +
        "`method_not_allowed` and `Allow`; HEAD as GET, without the body.",
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    // Relative, so that "Try it out" asks the very service that serves the document.
    servers: [
      { url: "/", description: "This service" },
      {
        url: "/project/{project}",
        description: "The same for a project, for clients that can set only a base URL",
        variables: {
          project: { default: "story-machine", description: "A slash in it is written %2F" },
        },
      },
    ],
    security: [],
    tags: [
      { name: "Text", description: "Generation and chat" },
      { name: "Vision", description: "Chat about images" },
      { name: "Batch", description: "Many chats in one request" },
      { name: "Embeddings", description: "Vectors for search" },
      {
        name: "Agents",
        description: "Instructions, a model and tools under a name, and their runs",
      },
      { name: "Models", description: "What is installed and loaded" },
      { name: "Requests", description: "What runs, what has run, and what happens" },
      { name: "Agents", description: "What agents work with" },
      { name: "State", description: "Health, queue and limits" },
      { name: "Figures", description: "What requests there were, and what they used" },
    ],
  });
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(path as Record<string, Operation>)) {
      for (const { content } of Object.values(operation.responses)) {
        for (const [type, media] of Object.entries(content ?? {})) sayParts(type, media);
      }
    }
  }
  return document;
}

type Media = { schema?: object; itemSchema?: object };
type Operation = { responses: Record<string, { content?: Record<string, Media> }> };

/**
 * Says what a stream is made of in JSON Schema's own words: `itemSchema`, which the routes have it
 * in, is known to OpenAPI from 3.2 on.
 */
function sayParts(type: string, media: Media): void {
  if (!media.itemSchema) return;
  const contentSchema = { type: "array", items: media.itemSchema };
  media.schema = { ...media.schema, contentMediaType: type, contentSchema };
  delete media.itemSchema;
}
