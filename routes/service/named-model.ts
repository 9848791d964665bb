import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { assertModelName } from "../../src/models/model-name.ts";
import type { ModelChoice } from "./services.ts";

/** The parameter of routes whose path names a model. */
export const NameInPath = z.object({
  name: z.string().openapi({
    description: "The model's name with its tag, or an alias; slashes percent-encoded",
    example: "smollm2:135m",
  }),
});

/** The parameter of routes that change models, which an alias is none of. */
export const OwnNameInPath = z.object({
  name: z.string().openapi({
    description: "The model's own name with its tag; slashes percent-encoded",
    example: "smollm2:135m",
  }),
});

/**
 * The model that the path names, by an alias or itself.
 * @throws ServiceError `invalid_request` for what is no name.
 */
export async function modelInPath(
  c: AppContext,
  { aliases }: Pick<ModelChoice, "aliases">,
): Promise<string> {
  const model = await aliases.modelFor(nameInPath(c));
  c.get("record").model = model;
  return model;
}

/**
 * The name in the path, whatever it stands for.
 * @throws ServiceError `invalid_request` for what is no name.
 */
export function nameInPath(c: AppContext): string {
  return noted(c, c.req.param("name") ?? "");
}

/** The model that a body names. @throws ServiceError `invalid_request` for none, or what is no name. */
export function nameInBody(
  c: AppContext,
  { model, name }: { model: string | undefined; name: string | undefined },
): string {
  return noted(c, needed("name", name ?? model));
}

/** A field without which nothing can be done. @throws ServiceError `invalid_request`. */
export function needed(param: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new ServiceError("invalid_request", `${param} is needed`, { param });
}

function noted(c: AppContext, model: string): string {
  assertModelName(model);
  c.get("record").model = model;
  return model;
}

/**
 * Does what changes a model, which is never one that an alias stands for.
 * @throws ServiceError what the change throws; of an alias that no model has the name of, what it is.
 */
export async function underOwnName<T>(
  { aliases }: Pick<ModelChoice, "aliases">,
  name: string,
  change: Promise<T>,
): Promise<T> {
  try {
    return await change;
  } catch (err) {
    if (!(err instanceof ServiceError) || err.code !== "model_not_found") throw err;
    const model = await aliases.modelFor(name);
    if (model === name) throw err;
    const message = `'${name}' is an alias of '${model}'; what changes models takes their own names`;
    throw new ServiceError("model_not_found", message, { param: err.param ?? "model" });
  }
}
