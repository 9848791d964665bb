import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onBun } from "./on-bun.ts";

/** The project's folder, whether this file runs from the sources or from `dist`. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The hardware profiles; operators may change them. */
export const modelsFile = join(projectRoot, "config", "models.yaml");

/** The weights of tenants; operators may change them while the service runs. */
export const tenantsFile = join(projectRoot, "config", "tenants.yaml");

/** The MCP servers; operators may change them while the service runs. */
export const mcpFile = join(projectRoot, "config", "mcp.yaml");

/** The operator's agents; changed while the service runs, too. */
export const agentsFolder = join(projectRoot, "config", "agents");

/** The version in package.json. */
export const serviceVersion = String(
  (JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: unknown })
    .version,
);

/** The file that a process or thread starts from: the source on Bun, what was built on Node. */
export function entryFile(source: string): string {
  if (onBun) return join(projectRoot, source);
  return join(projectRoot, "dist", source.replace(/\.ts$/, ".js"));
}

/** `entryFile` as a file URL. */
export function entryUrl(source: string): string {
  return pathToFileURL(entryFile(source)).href;
}

function findRoot(from: string): string {
  const isRoot = existsSync(join(from, "package.json")) && existsSync(join(from, "config"));
  const parent = dirname(from);
  return isRoot || parent === from ? from : findRoot(parent);
}
