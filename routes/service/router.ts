import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppContext, AppEnv } from "../../middleware/env.ts";

export type ServiceRouter = OpenAPIHono<AppEnv>;

/** A router of `/api/v1`. */
export function createRouter(): ServiceRouter {
  return new OpenAPIHono<AppEnv>();
}

/**
 * Puts a route into the document and into the router. The body is read and checked by the
 * handler (readJson), once and within its limit, not by the library's validator.
 */
export function mount(
  router: ServiceRouter,
  route: RouteConfig,
  guards: MiddlewareHandler<AppEnv>[],
  handler: (c: AppContext) => Promise<Response> | Response,
): void {
  router.openAPIRegistry.registerPath(route);
  // Only parameters that may hold slashes need more than OpenAPI's notation says.
  const path = route.path.replaceAll("{name}", ":name{.+}");
  router.on([route.method.toUpperCase()], [path], ...guards, handler);
}
