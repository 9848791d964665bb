import type { ServiceRouter } from "./router.ts";

/** The OpenAPI 3.1 document of `/api/v1`. */
export function openApiDocument(router: ServiceRouter, version: string): object {
  return router.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Shared Ollama Service",
      version,
      description:
        "One inference server, shared fairly. These are the service's own routes; Ollama's API is " +
        "under /api and OpenAI's under /v1 of the same port, as Ollama serves them.",
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    // Relative, so that "Try it out" asks the very service that serves the document.
    servers: [{ url: "/", description: "This service" }],
    security: [],
    tags: [
      { name: "Text", description: "Generation and chat" },
      { name: "Vision", description: "Chat about images" },
      { name: "Batch", description: "Many chats in one request" },
      { name: "Embeddings", description: "Vectors for search" },
      { name: "Models", description: "What is installed and loaded" },
      { name: "State", description: "Health, queue and limits" },
    ],
  });
}
