import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BlobFolder } from "../../../../src/engine/models/blobs.ts";
import { packageModel } from "../../../../src/engine/models/sources/packaged.ts";
import { type ModelStore, ModelStore as Store } from "../../../../src/engine/models/store.ts";
import { ENTRY, WEIGHTS, named, tempStore } from "./temp-store.ts";

async function fill(store: ModelStore) {
  await store.blobs.write(WEIGHTS.toString());
  const manifest = await packageModel(ENTRY, { store, report: () => {} });
  for (const name of ENTRY.names) await store.put(name, manifest);
}

describe("ModelStore", () => {
  it("keeps Ollama's layout, private to its user", async () => {
    const { root, store } = await tempStore();
    await fill(store);
    const manifest = join(root, "manifests/registry.ollama.ai/library/tiny/one");
    const blob = join(root, "blobs", ENTRY.weights.digest.replace(":", "-"));
    expect((await stat(manifest)).mode & 0o777).toBe(0o600);
    expect((await stat(blob)).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, "blobs"))).mode & 0o777).toBe(0o700);
  });

  it("finds a model whatever the case, with its small layers", async () => {
    const { store } = await tempStore();
    await fill(store);
    const model = await store.find(named("TINY:ONE"));
    expect(model).toMatchObject({
      name: { model: "tiny", tag: "one" },
      template: "{{ .Prompt }}",
      system: "be brief",
      parameters: { stop: ["x"] },
      weightsDigest: ENTRY.weights.digest,
      config: { model_family: "llama" },
    });
    expect(model?.digest).toMatch(/^[\da-f]{64}$/);
    expect((await store.list()).map(({ name }) => name.tag).toSorted()).toEqual(["one", "two"]);
    expect(await store.find(named("tiny"))).toBeUndefined();
  });

  it("removes blobs with the last model that uses them", async () => {
    const { root, store } = await tempStore();
    await fill(store);
    expect(await store.remove(named("tiny:one"))).toBe(true);
    expect(await store.find(named("tiny:two"))).toBeDefined();
    expect(await store.remove(named("tiny:two"))).toBe(true);
    expect(await readdir(join(root, "blobs"))).toEqual([]);
    expect(await readdir(join(root, "manifests"))).toEqual([]);
    expect(await store.remove(named("tiny:two"))).toBe(false);
  });

  it("lists the others when a manifest is broken", async () => {
    const { root, store } = await tempStore();
    await fill(store);
    await writeFile(join(root, "manifests/registry.ollama.ai/library/tiny/two"), "{");
    expect((await store.list()).map(({ name }) => name.tag)).toEqual(["one"]);
  });

  it("removes what an ended process left half-finished, and nothing of a living one", async () => {
    const { root } = await tempStore();
    await mkdir(join(root, ".incoming-999999999-1"));
    await mkdir(join(root, `.incoming-${process.ppid}-1`));
    await new Store({ root, blobs: new BlobFolder({ root }) }).prepare();
    const left = (await readdir(root)).filter((name) => name.startsWith("."));
    expect(left).toEqual([`.incoming-${process.ppid}-1`]);
  });
});
