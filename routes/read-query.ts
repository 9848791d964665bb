import type { z } from "@hono/zod-openapi";
import type { AppContext } from "../middleware/env.ts";
import { checked } from "./read-json.ts";

/** The query of a request. @throws ServiceError `validation_error` with the first problem. */
export function readQuery<T>(c: AppContext, schema: z.ZodType<T>): T {
  return checked(c.req.query(), schema);
}
