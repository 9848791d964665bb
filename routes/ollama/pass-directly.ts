import type { AppContext } from "../../middleware/env.ts";
import { assertPassable } from "../../src/dialects/passed-request.ts";
import { replaceText } from "../../src/dialects/replace-model.ts";
import { shownModel } from "../../src/dialects/shown-model.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { declaredBytes } from "../../src/http/exchange.ts";
import type { ForwardRequest } from "../../src/http/transport.ts";
import { callerOf } from "../caller-of.ts";
import { readBody } from "../read-body.ts";
import { passed, sending, telling } from "./forwarding.ts";
import { changesModels, isManaging, modelIn, showsModel, type PathKind } from "./path-kind.ts";
import type { PassThroughServices } from "./services.ts";

/** Why a route is refused that the operator has not allowed. */
const REFUSALS: Partial<Record<PathKind, string>> = {
  account:
    "This acts for the Ollama account of the machine, which is not allowed here (ALLOW_ACCOUNT_ROUTES)",
  external:
    "This has Ollama search the web with the account of the machine, which is not allowed here (ALLOW_EXTERNAL_ROUTES)",
};

/**
 * Passes on at once what takes no place in the queue.
 * @throws ServiceError `forbidden` for what the operator has not allowed, `model_not_allowed` for a
 * model that runs elsewhere; as `Transport.forward`.
 */
export async function passDirectly(
  c: AppContext,
  services: PassThroughServices,
  kind: PathKind,
): Promise<Response> {
  const { path } = c.req;
  const refusal = REFUSALS[kind];
  if (refusal !== undefined && !services.allowedKinds.has(kind)) {
    throw new ServiceError("forbidden", refusal);
  }
  if (isManaging(kind)) services.manageAccess.assert(c.get("exchange"));
  if (kind === "blob") {
    c.get("record").bytesIn = declaredBytes(c.get("exchange"));
    return forward(c, services, { body: "stream", headers: services.headers });
  }
  const { limits } = services;
  const limit = kind === "unknown" ? limits.inference : limits.management;
  const pieces = declaredBytes(c.get("exchange")) === 0 ? [] : await readBody(c, limit);
  const named = await namedModels(c, services, { kind, pieces });
  const leaves = kind === "external" || (await runElsewhere(services, named.models));
  return forward(c, services, {
    body: pieces.length > 0 ? sending(c, named.pieces) : undefined,
    headers: leaves ? "anonymous" : named.isCertain ? services.headers : "no-credentials",
    onEnd: changesModels(path) ? () => services.catalog.invalidate() : undefined,
  });
}

/** The models that a request names, and its body, which may have been to a thread and back. */
interface NamedModels {
  models: readonly string[];
  /** It asks for these, or for none. */
  isCertain: boolean;
  pieces: Uint8Array[];
}

/**
 * The models that a request may be answered by, or from: of what is not known a lenient server might
 * run one.
 */
async function namedModels(
  c: AppContext,
  { aliases, inspect, catalog }: PassThroughServices,
  { kind, pieces }: { kind: PathKind; pieces: Uint8Array[] },
): Promise<NamedModels> {
  const inPath = modelIn(c.req.path);
  if (inPath !== undefined) return { models: [inPath], isCertain: true, pieces };
  const [first] = pieces;
  if (showsModel(c.req.path)) {
    const shown = first && shownModel(first);
    if (!first || !shown) return { models: [], isCertain: true, pieces };
    const model = await aliases.modelFor(shown.model);
    if (model === shown.model) return { models: shown.models, isCertain: true, pieces };
    const body = replaceText(first, shown.field, model);
    const models = shown.models.with(shown.models.lastIndexOf(shown.model), model);
    return { models, isCertain: true, pieces: [body] };
  }
  if (kind !== "unknown" || !first) return { models: [], isCertain: true, pieces };
  const found = inspect(pieces);
  const { body, facts } = typeof found === "function" ? await found(callerOf(c)) : found;
  assertPassable(facts, catalog);
  return { models: facts.models, isCertain: facts.modelIsCertain, pieces: [body] };
}

/** Whether one of these models runs on another machine. @throws ServiceError `model_not_allowed`. */
async function runElsewhere(
  { catalog }: PassThroughServices,
  models: readonly string[],
): Promise<boolean> {
  let leaves = false;
  for (const model of models) {
    if (!(await catalog.isRemote(model))) continue;
    catalog.assertAllowed(model);
    leaves = true;
  }
  return leaves;
}

interface Passing extends Pick<ForwardRequest, "body" | "headers"> {
  onEnd?: (() => void) | undefined;
}

async function forward(
  c: AppContext,
  { transport, upstream }: PassThroughServices,
  { body, headers, onEnd }: Passing,
): Promise<Response> {
  const exchange = c.get("exchange");
  const { call } = c.get("record");
  const { signal } = exchange;
  const told = telling(c);
  try {
    const { origin } = upstream;
    call.sent(origin);
    const passing = transport.forward({
      exchange,
      signal,
      origin,
      body,
      headers,
      heldUp: call.heldUp,
      trace: call.trace,
      onHead: () => call.began(),
      addHeaders: told.addHeaders,
      lastWords: told.lastWords,
      onEnd: (end) => {
        call.ended();
        onEnd?.();
        told.onEnd(end);
      },
    });
    return await passed(c, passing);
  } catch (err) {
    if (err instanceof ServiceError && err.status >= 500) upstream.checkHealth();
    throw err;
  }
}
