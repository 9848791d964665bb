import { readFileSync } from "node:fs";
import { loadConfig } from "../../config/load.ts";
import type { Settings } from "../../config/schema.ts";
import { modelsFile } from "../../src/runtime/paths.ts";

/** The project's own config/models.yaml. */
export const modelsYaml = readFileSync(modelsFile, "utf8");

/** The same with other names for models, and sizes of their contexts. */
export function modelsYamlWith(
  aliases: Record<string, string>,
  contextLanes: Record<string, number[]> = {},
): string {
  return modelsYaml
    .replace("\naliases: {}\n", () => `\naliases: ${JSON.stringify(aliases)}\n`)
    .replace("\ncontext_lanes: {}\n", () => `\ncontext_lanes: ${JSON.stringify(contextLanes)}\n`);
}

/** The settings of an environment, beside the project's own profiles. */
export function loadSettings(env: Record<string, string | undefined>, argv?: string[]): Settings {
  return loadConfig({ env, modelsYaml, ...(argv ? { argv } : {}) }).settings;
}
