import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../runtime/paths.ts";
import type { Cli } from "../cli.ts";

/** Runs the service in this process, as `npm start` does, until a signal ends it. Never returns. */
export async function startInForeground(cli: Cli, settings: string[]): Promise<never> {
  cli.handOver();
  process.chdir(projectRoot);
  process.argv.splice(2, Infinity, ...settings);
  await import(pathToFileURL(join(projectRoot, "src", "start.mjs")).href);
  return new Promise<never>(() => {});
}
