import { resolve } from "node:path";
import { projectRoot } from "../runtime/paths.ts";

const FLAG = "--shared-ollama-home";

/**
 * The folder with data/, logs/ and models/ of the service here. A relative one is seen from the
 * project's folder, where `npm start` runs, wherever this program is called.
 * @param settings the service's own options, which may name it
 */
export function homeOf(env: Record<string, string | undefined>, settings: string[] = []): string {
  return resolve(projectRoot, flagIn(settings) ?? env["SHARED_OLLAMA_HOME"] ?? ".");
}

/** The last value counts, as in the service. */
function flagIn(settings: string[]): string | undefined {
  const joined = settings.findLast((setting) => setting.startsWith(`${FLAG}=`));
  if (joined !== undefined) return joined.slice(FLAG.length + 1);
  const at = settings.lastIndexOf(FLAG);
  return at < 0 ? undefined : settings[at + 1];
}
