import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationDocument, upgradingDocument } from "../config/describe.ts";
import { loadConfig } from "../config/load.ts";
import { cliDocument } from "./cli/document/cli-document.ts";
import { deployFiles } from "./cli/service/deploy-files.ts";
import { compose } from "./compose.ts";
import { modelsFile, projectRoot } from "./runtime/paths.ts";

/**
 * Writes the generated documents in docs/: openapi.json, configuration.md, upgrading.md, cli.md; and
 * the service files of deploy/.
 */
async function main(): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-docs-"));
  const modelsYaml = await readFile(modelsFile, "utf8");
  const quiet = { update: () => {}, end: () => {} };
  const service = await compose({
    ...loadConfig({ env: { SHARED_OLLAMA_HOME: home }, modelsYaml }),
    env: {},
    terminal: { say: () => {}, progress: () => quiet, ask: () => Promise.resolve(false) },
  });
  const docs = join(projectRoot, "docs");
  await mkdir(docs, { recursive: true });
  const document = `${JSON.stringify(service.document(), null, 2)}\n`;
  await writeFile(join(docs, "openapi.json"), document);
  await writeFile(join(docs, "configuration.md"), configurationDocument());
  await writeFile(join(docs, "upgrading.md"), upgradingDocument());
  await writeFile(join(docs, "cli.md"), await cliDocument());
  for (const { path, text } of deployFiles()) await writeFile(join(projectRoot, path), text);
  await service.close();
  await rm(home, { recursive: true, force: true });
}

await main();
