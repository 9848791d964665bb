import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../runtime/paths.ts";

export type ConfigFile = "models.yaml" | "tenants.yaml" | "mcp.yaml";

/** The text of a file of config/. @throws what the file system throws. */
export function readConfigFile(name: ConfigFile): Promise<string> {
  return readFile(join(projectRoot, "config", name), "utf8");
}

interface ConfigTexts {
  modelsYaml: string;
  tenantsYaml: string;
  mcpYaml: string;
}

/** The texts that the configuration is read from; only the models' has to be there. */
export async function configTexts(): Promise<ConfigTexts> {
  return {
    modelsYaml: await readConfigFile("models.yaml"),
    tenantsYaml: await readIfThere("tenants.yaml"),
    mcpYaml: await readIfThere("mcp.yaml"),
  };
}

function readIfThere(name: ConfigFile): Promise<string> {
  return readConfigFile(name).catch((err: NodeJS.ErrnoException) => {
    if (err.code === "ENOENT") return "";
    throw err;
  });
}
