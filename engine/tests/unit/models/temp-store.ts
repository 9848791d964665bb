import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CatalogueEntry } from "../../../models/catalogue.ts";
import { digestOf } from "../../../models/digests.ts";
import { parseModelName } from "../../../models/names.ts";
import type { FetchContext, PullStatus, PullTarget } from "../../../models/sources/source.ts";
import { ModelStore } from "../../../models/store.ts";

/** A store in a folder of its own, removed with the test. */
export async function tempStore() {
  const root = await mkdtemp(join(tmpdir(), "engine-store-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const store = new ModelStore({ root });
  await store.prepare();
  return { root, store };
}

/** What a source gets, and the lines it told. */
export async function tempContext() {
  const { root, store } = await tempStore();
  const lines: PullStatus[] = [];
  const context: FetchContext = {
    store,
    report: (line) => void lines.push(line),
    signal: new AbortController().signal,
    pin: () => {},
  };
  return { root, store, lines, context };
}

export const WEIGHTS = Buffer.from("GGUF, as far as this test goes");

export function named(text: string) {
  const name = parseModelName(text);
  if (!name) throw new Error(`${text} is no name`);
  return name;
}

/** A tiny model under two names. */
export const ENTRY: CatalogueEntry = {
  names: [named("tiny:one"), named("tiny:two")],
  weights: { digest: digestOf(WEIGHTS), size: WEIGHTS.length },
  layers: { template: "{{ .Prompt }}", params: `{"stop":["x"]}`, system: "be brief" },
  config: { model_format: "gguf", model_family: "llama", model_type: "1M", file_type: "Q4_1" },
  shipped: true,
  wheel: { requirement: "tiny==1", size: 100 },
};

/** Somebody wants the tiny model. */
export const TARGET: PullTarget = { name: named("tiny:one"), insecure: false, entry: ENTRY };
