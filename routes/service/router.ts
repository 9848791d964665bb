import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppContext, AppEnv } from "../../middleware/env.ts";
import { BESIDE_MODEL_NAMES } from "../../src/errors/render.ts";
import { headerComponents, withHeaders, type ServiceRoute } from "./contract/headers.ts";

export type ServiceRouter = OpenAPIHono<AppEnv>;

/** A router of `/api/v1`, whose document knows the headers that routes name. */
export function createRouter(): ServiceRouter {
  const router = new OpenAPIHono<AppEnv>();
  const { parameters, headers } = headerComponents();
  const { openAPIRegistry: registry } = router;
  for (const [name, parameter] of parameters) {
    registry.registerComponent("parameters", name, parameter);
  }
  for (const [name, header] of headers) registry.registerComponent("headers", name, header);
  return router;
}

/**
 * Puts a route into the document and into the router. The body is read and checked by the
 * handler (readJson), once and within its limit, not by the library's validator.
 */
export function mount(
  router: ServiceRouter,
  route: ServiceRoute,
  guards: MiddlewareHandler<AppEnv>[],
  handler: (c: AppContext) => Promise<Response> | Response,
): void {
  router.openAPIRegistry.registerPath(withHeaders(route));
  // Only parameters that may hold slashes need more than OpenAPI's notation says: models' names.
  const path = route.path
    .replace(/(?<=\/models\/)\{name\}$/, `:name{(?!${BESIDE_MODEL_NAMES}).+}`)
    .replace(/(?<=\/agents\/)\{name\}/, ":name")
    .replaceAll("{name}", ":name{.+}")
    .replaceAll("{id}", ":id");
  const method = route.method.toUpperCase();
  router.on([method], [path], named(`${method} ${route.path}`), ...guards, handler);
}

/** Notes which route it is, also for a request that a guard refuses. */
function named(route: string): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    c.get("record").route = route;
    return next();
  };
}
