import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../runtime/paths.ts";

export type ConfigFile = "models.yaml" | "tenants.yaml";

/** The text of a file of config/. @throws what the file system throws. */
export function readConfigFile(name: ConfigFile): Promise<string> {
  return readFile(join(projectRoot, "config", name), "utf8");
}

/** The texts that the configuration is read from; nobody has to have shares of their own. */
export async function configTexts(): Promise<{ modelsYaml: string; tenantsYaml: string }> {
  const modelsYaml = await readConfigFile("models.yaml");
  const tenantsYaml = await readConfigFile("tenants.yaml").catch((err: NodeJS.ErrnoException) => {
    if (err.code === "ENOENT") return "";
    throw err;
  });
  return { modelsYaml, tenantsYaml };
}
