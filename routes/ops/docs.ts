import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { swaggerUI } from "@hono/swagger-ui";
import { Hono } from "hono";
import type { AppEnv } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { answerJson } from "../answer-json.ts";

const ASSETS = new Map([
  ["swagger-ui.css", "text/css; charset=utf-8"],
  ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
]);

const DOCUMENT_PATH = "/api/openapi.json";

/** Swagger UI from the files of its package, so that it works without a network. */
export function docsRoutes(document: () => object): Hono<AppEnv> {
  const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const router = new Hono<AppEnv>();
  router.get(DOCUMENT_PATH, (c) => answerJson(c, document()));
  const page = swaggerUI<AppEnv>({
    url: DOCUMENT_PATH,
    title: "Shared Ollama Service",
    manuallySwaggerUIHtml: pageBody,
  });
  router.get("/api/docs", page);
  router.get("/api/docs/", page);
  router.get("/api/docs/:file", async (c) => {
    const file = c.req.param("file");
    const type = ASSETS.get(file);
    if (type === undefined) throw new ServiceError("not_found", "There is no such page");
    const bytes = await readFile(join(folder, file));
    return c.body(new Uint8Array(bytes), 200, {
      "Content-Type": type,
      "Cache-Control": "public, max-age=86400",
    });
  });
  return router;
}

/** What stands in the body of the library's page, which would fetch these files from elsewhere. */
function pageBody(): string {
  return `<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: "${DOCUMENT_PATH}", dom_id: "#swagger-ui", deepLinking: true });</script>`;
}
