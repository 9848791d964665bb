import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationDocument } from "../config/describe.ts";
import { loadSettings } from "../config/load.ts";
import { compose } from "./compose.ts";
import { projectRoot } from "./runtime/paths.ts";

/** Writes the generated documents: docs/openapi.json and docs/configuration.md. */
async function main(): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-docs-"));
  const settings = loadSettings({ env: { SHARED_OLLAMA_HOME: home } });
  const quiet = { update: () => {}, end: () => {} };
  const service = await compose({
    settings,
    env: {},
    terminal: { say: () => {}, progress: () => quiet, ask: () => Promise.resolve(false) },
  });
  const docs = join(projectRoot, "docs");
  await mkdir(docs, { recursive: true });
  const document = `${JSON.stringify(service.document(), null, 2)}\n`;
  await writeFile(join(docs, "openapi.json"), document);
  await writeFile(join(docs, "configuration.md"), configurationDocument());
  await service.close();
  await rm(home, { recursive: true, force: true });
}

await main();
