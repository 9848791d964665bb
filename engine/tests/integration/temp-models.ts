import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptedModel } from "../../../tests/support/scripted-model.ts";
import { shareTextModel, storeModel } from "../../../tests/support/stored-model.ts";
import { TOOL_TEMPLATE } from "../../../tests/support/tool-template.ts";
import { MODELS_DIR } from "./engine-process.ts";

/** The text model's weights in the suite's store. */
export const WEIGHTS = join(
  MODELS_DIR,
  "blobs/sha256-b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
);

/** Why a test of the text model cannot run here; `false` when it can. */
export const noWeights = !existsSync(WEIGHTS);

/** The model that says the same on every processor: see `scriptedModel`. */
export const SCRIPTED_MODEL = "scripted";

/** A store of its own, with the suite's text model, where there is one, and the scripted one. */
export async function storeWithTextModels() {
  const folder = await mkdtemp(join(tmpdir(), "engine-models-"));
  if (!noWeights) await shareTextModel(MODELS_DIR, folder);
  await storeModel(folder, { name: SCRIPTED_MODEL, weights: scriptedModel(TOOL_TEMPLATE) });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A store of its own, with a copy of the scripted model for each of these chat templates. */
export async function storeWithTemplates(templates: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), "engine-models-"));
  for (const [name, template] of Object.entries(templates)) {
    await storeModel(folder, { name, weights: scriptedModel(template) });
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
