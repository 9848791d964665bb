import { z } from "zod";
import { readYaml } from "./yaml-file.ts";

/** A project, as `X-Project-Name` has it, or an address in brackets. */
const TENANT_NAME = /^(?:[A-Za-z0-9._\-/@:]{1,64}|\[[0-9A-Fa-f.:]{2,45}\])$/;

const tenantName = z.string().regex(TENANT_NAME, "expected a project or an [address]");
const weight = z.number().min(0.01).max(100);

const TenantsFile = z.strictObject({
  weights: z.record(tenantName, weight).nullish(),
});

/**
 * Reads config/tenants.yaml; every mistake in it is added to `problems`.
 * @returns the weight of each tenant that has one.
 */
export function readTenantsFile(yaml: string, problems: string[]): ReadonlyMap<string, number> {
  if (yaml.trim() === "") return new Map();
  const file = readYaml("config/tenants.yaml", yaml, TenantsFile, problems);
  return new Map(Object.entries(file?.weights ?? {}));
}
