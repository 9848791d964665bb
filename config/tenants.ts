import { z } from "zod";
import { readYaml } from "./yaml-file.ts";

/** A project, as `X-Project-Name` has it, or an address in brackets. */
const TENANT_NAME = /^(?:[A-Za-z0-9._\-/@:]{1,64}|\[[0-9A-Fa-f.:]{2,45}\])$/;

const Weights = z.record(z.string(), z.number().min(0.01).max(100)).superRefine((weights, c) => {
  for (const name of Object.keys(weights)) {
    if (TENANT_NAME.test(name)) continue;
    c.addIssue({ code: "custom", path: [name], message: "expected a project or an [address]" });
  }
});

/** A file with comments only is nothing. */
const TenantsFile = z.strictObject({ weights: Weights.nullish() }).nullable();

/**
 * Reads config/tenants.yaml; every mistake in it is added to `problems`.
 * @returns the weight of each tenant that has one.
 */
export function readTenantsFile(yaml: string, problems: string[]): ReadonlyMap<string, number> {
  if (yaml.trim() === "") return new Map();
  const file = readYaml("config/tenants.yaml", yaml, TenantsFile, problems);
  return new Map(Object.entries(file?.weights ?? {}));
}
