import { createMiddleware } from "hono/factory";
import type { ManageAccess } from "../src/access/manage-access.ts";
import type { AppEnv } from "./env.ts";

/** Refuses clients that may not change what all of them share. */
export function mayManage(access: Pick<ManageAccess, "assert">) {
  return createMiddleware<AppEnv>(async function mayManage(c, next) {
    access.assert(c.get("exchange"));
    await next();
  });
}
