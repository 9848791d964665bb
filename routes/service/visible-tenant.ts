import type { AppContext } from "../../middleware/env.ts";
import type { ManageAccess } from "../../src/access/manage-access.ts";

/**
 * Whose requests a client may see: those of everybody who may manage (undefined), others those of
 * their own tenant.
 */
export function visibleTenant(
  c: AppContext,
  access: Pick<ManageAccess, "allows">,
): string | undefined {
  return access.allows(c.get("exchange")) ? undefined : c.get("record").tenant;
}
