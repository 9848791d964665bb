import { cp, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onBun } from "../../src/runtime/on-bun.ts";
import { projectRoot } from "../../src/runtime/paths.ts";

/** What a process finds its project by, which has to lie in the copy itself. */
const COPIED = onBun
  ? ["config", "src", "routes", "middleware", "workers", "engine"]
  : ["config", "dist"];

/**
 * A copy of the project with an operator's own config/mcp.yaml. What is no part of a running program
 * is linked.
 * @returns its folder, and what removes it.
 */
export async function copyProject(
  mcpYaml: string,
): Promise<{ root: string; remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), "shared-ollama-project-"));
  for (const name of await readdir(projectRoot)) {
    if (name === ".git") continue;
    const [from, to] = [join(projectRoot, name), join(root, name)];
    await (COPIED.includes(name) ? cp(from, to, { recursive: true }) : symlink(from, to));
  }
  await writeFile(join(root, "config", "mcp.yaml"), mcpYaml);
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}
