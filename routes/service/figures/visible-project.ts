import type { AppContext } from "../../../middleware/env.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { NO_PROJECT } from "../../../workers/request-store/bodies/unnamed.ts";
import { visibleTenant } from "../visible-tenant.ts";
import type { FiguresServices } from "./figures-services.ts";

const OTHERS_SEE =
  "Figures of all projects are for clients on the service's own machine (ALLOW_REMOTE_MANAGEMENT=true lets others)";

/**
 * The project whose figures a client is shown: who may manage sees that of any, others their own.
 * Clients without a project are one project in figures, so that none of them sees it.
 * @param asked undefined: all that it may see.
 * @returns undefined for all projects.
 * @throws ServiceError `forbidden`.
 */
export function visibleProject(
  c: AppContext,
  { access }: Pick<FiguresServices, "access">,
  asked: string | undefined,
): string | undefined {
  if (visibleTenant(c, access) === undefined) return asked;
  const own = c.get("record").project;
  if (own === undefined || own === "" || own === NO_PROJECT) {
    throw new ServiceError("forbidden", `${OTHERS_SEE}; name your project in X-Project-Name`);
  }
  if (asked === undefined || asked === own) return own;
  throw new ServiceError("forbidden", `${OTHERS_SEE}; others see those of their own project`);
}
