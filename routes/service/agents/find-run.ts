import type { AppContext } from "../../../middleware/env.ts";
import type { LiveRun } from "../../../src/agents/live-run.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { visibleTenant } from "../visible-tenant.ts";
import type { AgentRunServices } from "./run-services.ts";

/** The run of the path, of the tenant's own or for who may manage. @throws ServiceError `not_found`. */
export function runInPath(c: AppContext, { runs, manageAccess }: AgentRunServices): LiveRun {
  const id = c.req.param("id") ?? "";
  const run = runs.find(id, visibleTenant(c, manageAccess));
  if (!run) throw runNotFound(id);
  return run;
}

/** The same for one that there is not, and for another tenant's. */
export function runNotFound(id: string): ServiceError {
  const message = `There is no run '${id.slice(0, 64)}', or not any more`;
  return new ServiceError("not_found", message, { param: "id" });
}
