import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import { assertModelName } from "../../src/models/model-name.ts";

/** The parameter of routes whose path names a model. */
export const NameInPath = z.object({
  name: z.string().openapi({
    description: "The model's name with its tag; slashes percent-encoded",
    example: "smollm2:135m",
  }),
});

/** The model that the path names. @throws ServiceError `invalid_request` for what is no name. */
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
