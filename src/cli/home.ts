import { resolve } from "node:path";
import { projectRoot } from "../runtime/paths.ts";

/**
 * The folder with data/, logs/ and models/ of the service here. A relative one is seen from the
 * project's folder, where `npm start` runs, wherever this program is called.
 */
export function homeOf(env: Record<string, string | undefined>): string {
  return resolve(projectRoot, env["SHARED_OLLAMA_HOME"] ?? ".");
}
