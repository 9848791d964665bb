import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { bodyLimit } from "../middleware/body-limit.ts";
import type { AppContext, AppEnv } from "../middleware/env.ts";
import { hostAndOrigin } from "../middleware/host-and-origin.ts";
import { notWhileStopping } from "../middleware/not-while-stopping.ts";
import { readableTarget } from "../middleware/readable-target.ts";
import { requestLifecycle } from "../middleware/request-lifecycle.ts";
import { tenant } from "../middleware/tenant.ts";
import { answerJson } from "../routes/answer-json.ts";
import { docsRoutes } from "../routes/ops/docs.ts";
import { metrics } from "../routes/ops/metrics.ts";
import { root } from "../routes/ops/root.ts";
import { passThrough } from "../routes/ollama/pass-through.ts";
import type { PassThroughServices } from "../routes/ollama/services.ts";
import { SplitRouter } from "../routes/split-router.ts";
import { openApiDocument } from "../routes/service/document.ts";
import { serviceRoutes, type ServiceParts } from "../routes/service/index.ts";
import { renderError } from "./errors/render.ts";
import { isAbort } from "./errors/abort-reasons.ts";
import { ServiceError } from "./errors/service-error.ts";

/** What the app is made from. */
export interface AppOptions {
  version: string;
  /** Whether the service has begun to stop. */
  isStopping: () => boolean;
  requestLifecycle: Parameters<typeof requestLifecycle>[0];
  hostAndOrigin: Parameters<typeof hostAndOrigin>[0];
  /** The limit of a path of `/api/v1`. */
  bodyLimit: Parameters<typeof bodyLimit>[0];
  tenant: Parameters<typeof tenant>[0];
  service: ServiceParts;
  ollama: PassThroughServices;
  metrics: Parameters<typeof metrics>[0];
  /** Told of errors that are not the client's doing. */
  onError: (err: unknown, requestId: string) => void;
}

/** Nobody reads the answer to a client that has left; this is the usual figure for it. */
const CLIENT_CLOSED_REQUEST = 499;

/** The whole HTTP side: the guards in their order, then the three dialects. */
export function createApp(options: AppOptions): { app: Hono<AppEnv>; document: () => object } {
  const { version } = options;
  // Routed by what was read at the door, which is what goes on as well.
  const app = new Hono<AppEnv>({
    getPath: (_request, given) => given?.env?.target.path ?? "/",
    router: new SplitRouter("/api/v1"),
  });
  app.use(requestLifecycle(options.requestLifecycle));
  app.use(hostAndOrigin(options.hostAndOrigin));
  app.use(readableTarget());
  app.use(notWhileStopping(options.isStopping));
  app.use("/api/v1/*", bodyLimit(options.bodyLimit));
  app.use(tenant(options.tenant));

  const ownRoutes = serviceRoutes(options.service);
  const document = (): object => openApiDocument(ownRoutes, version);
  const pass = passThrough(options.ollama);
  app.route("/", ownRoutes);
  app.route("/", docsRoutes(document));
  app.all("/api/v1/*", unknownRoute(ownRoutes));
  app.get("/metrics", metrics(options.metrics));
  app.get("/", root({ version, passThrough: pass }));
  // Whatever is not the service's own is Ollama's to answer, also with its 404, 405 or redirect.
  app.all("*", pass);
  app.onError((err, c) => {
    if (isAbort(err)) return c.body(null, CLIENT_CLOSED_REQUEST as 400);
    const known = asServiceError(err);
    if (!(known instanceof ServiceError) || known.status >= 500) {
      options.onError(err, c.get("record").id);
    }
    return errorAnswer(c, known);
  });
  return { app, document };
}

/** Answers for what `/api/v1` does not have: 405 where only the method is wrong, else 404. */
function unknownRoute(ownRoutes: Hono<AppEnv>) {
  const methods = [...new Set(ownRoutes.routes.map((route) => route.method))].toSorted();
  const isNamed = (method: string, path: string): boolean =>
    ownRoutes.routes.some((route) => route.method === method && route.path === path);
  return function unknownRoute(c: AppContext): never {
    const { path, method } = c.req;
    const known = methods.filter((other) => ownRoutes.router.match(other, path)[0].length > 0);
    if (known.length === 0) throw new ServiceError("not_found", `There is no ${method} ${path}`);
    // A name that a route of its own has is no name to the others: `agents/create` is no agent.
    const named = known.filter((other) => isNamed(other, path));
    const allowed = (named.length > 0 ? named : known).join(", ");
    c.get("addedHeaders").push("Allow", allowed);
    throw new ServiceError("method_not_allowed", `${path} takes ${allowed}, not ${method}`);
  };
}

/** The framework's own exceptions carry a status; everything else is shown as it is. */
function asServiceError(err: unknown): unknown {
  if (err instanceof HTTPException && err.status < 500) {
    return new ServiceError("invalid_request", err.message, { cause: err });
  }
  return err;
}

function errorAnswer(c: AppContext, err: unknown): Response {
  const record = c.get("record");
  const dialect = c.get("dialect");
  const { status, body, headers } = renderError(err, dialect, record.id);
  record.failed(err);
  return answerJson(c, body, status, headers);
}
