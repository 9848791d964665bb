import { z } from "zod";
import { readYaml } from "./yaml-file.ts";

/** A project, as `X-Project-Name` has it. */
const PROJECT = String.raw`[A-Za-z0-9._\-/@:]{1,64}`;

/** A project, or an address in brackets. */
const TENANT_NAME = new RegExp(String.raw`^(?:${PROJECT}|\[[0-9A-Fa-f.:]{2,45}\])$`);

/** A key's own name. */
const KEY_NAME = /^key:[0-9a-f]{16}$/;

const Weights = recordOf(z.number().min(0.01).max(100), {
  name: TENANT_NAME,
  expected: "expected a project or an [address]",
});

/** One that looks like a key's own would be another key's. */
const GivenName = z
  .string()
  .regex(new RegExp(`^${PROJECT}$`), "expected a project")
  .refine((name) => !KEY_NAME.test(name), "expected a name of your own");

const Keys = recordOf(GivenName, {
  name: KEY_NAME,
  expected: "expected key: and 16 digits, as logs have it",
});

/** A file with comments only is nothing. */
const File = z.strictObject({ weights: Weights.nullish(), keys: Keys.nullish() }).nullable();

/** What the operator says of tenants. */
export interface TenantsFile {
  /** The weight of each tenant that has one. */
  weights: ReadonlyMap<string, number>;
  /** Projects by the names of the keys that are theirs. */
  keys: ReadonlyMap<string, string>;
}

/** Reads config/tenants.yaml; every mistake in it is added to `problems`. */
export function readTenantsFile(yaml: string, problems: string[]): TenantsFile {
  const file =
    yaml.trim() === "" ? undefined : readYaml("config/tenants.yaml", yaml, File, problems);
  return {
    weights: new Map(Object.entries(file?.weights ?? {})),
    keys: new Map(Object.entries(file?.keys ?? {})),
  };
}

function recordOf<T>(value: z.ZodType<T>, { name, expected }: { name: RegExp; expected: string }) {
  return z.record(z.string(), value).superRefine((values, c) => {
    for (const key of Object.keys(values)) {
      if (!name.test(key)) c.addIssue({ code: "custom", path: [key], message: expected });
    }
  });
}
