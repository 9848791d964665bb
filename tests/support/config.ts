import { readFileSync } from "node:fs";
import { loadConfig } from "../../config/load.ts";
import type { Settings } from "../../config/schema.ts";
import { modelsFile } from "../../src/runtime/paths.ts";

/** The project's own config/models.yaml. */
export const modelsYaml = readFileSync(modelsFile, "utf8");

/** The same with other names for models. */
export function modelsYamlWith(aliases: Record<string, string>): string {
  return modelsYaml.replace("\naliases: {}\n", () => `\naliases: ${JSON.stringify(aliases)}\n`);
}

/** The settings of an environment, beside the project's own profiles. */
export function loadSettings(env: Record<string, string | undefined>, argv?: string[]): Settings {
  return loadConfig({ env, modelsYaml, ...(argv ? { argv } : {}) }).settings;
}
