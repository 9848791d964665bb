import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, rename, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ENTRY, WEIGHTS, named, tempStore } from "./temp-store.ts";
import { packageModel } from "../../../models/sources/packaged.ts";
import { type ModelStore, ModelStore as Store } from "../../../models/store.ts";

async function fill(store: ModelStore) {
  await store.blobs.write(WEIGHTS.toString());
  const manifest = await packageModel(ENTRY, { store, report: () => {}, pin: () => {} });
  for (const name of ENTRY.names) await store.put(name, manifest);
  return manifest;
}

const digestFile = (digest: string) => digest.replace(":", "-");

/** Root may write everywhere. */
const unlessRoot = process.getuid?.() === 0 ? () => {} : it;

describe("ModelStore", () => {
  it("keeps Ollama's layout and modes", async () => {
    const { root, store } = await tempStore();
    await fill(store);
    const manifest = join(root, "manifests/registry.ollama.ai/library/tiny/one");
    const blob = join(root, "blobs", ENTRY.weights.digest.replace(":", "-"));
    expect((await stat(manifest)).mode & 0o777).toBe(0o644);
    expect((await stat(blob)).mode & 0o777).toBe(0o644);
    expect((await stat(join(root, "blobs"))).mode & 0o777).toBe(0o755);
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

  it.skipIf(process.platform === "win32")(
    "is not held up by what lies where manifests and blobs should be",
    async () => {
      const { root, store } = await tempStore();
      await fill(store);
      const tiny = join(root, "manifests/registry.ollama.ai/library/tiny");
      execFileSync("mkfifo", [join(tiny, "pipe")]);
      await symlink("loop", join(tiny, "loop"));
      await symlink("/nowhere/at/all", join(tiny, "dangling"));
      await symlink(".", join(root, "manifests/registry.ollama.ai/round"));
      await mkdir(join(tiny, "folder/in/folder"), { recursive: true });
      await writeFile(join(tiny, "garbage"), Buffer.from([0xff, 0x00, 0x7b]));
      await mkdir(join(root, "blobs", `sha256-${"a".repeat(64)}`));
      await mkdir(join(root, "blobs/sha256-folder"));
      const again = new Store({ root });
      await again.prepare();
      expect((await again.list()).map(({ name }) => name.tag).toSorted()).toEqual(["one", "two"]);
      await expect(again.find(named("tiny:pipe"))).rejects.toThrow("is no manifest");
      expect(await again.remove(named("tiny:pipe"))).toBe(true);
      expect(await again.remove(named("tiny:one"))).toBe(true);
      expect(await again.find(named("tiny:two"))).toBeDefined();
    },
  );

  it("keeps the blobs of manifests that lie behind a link", async () => {
    const { root, store } = await tempStore();
    await fill(store);
    const elsewhere = join(root, "elsewhere");
    await rename(join(root, "manifests/registry.ollama.ai"), elsewhere);
    await symlink(elsewhere, join(root, "manifests/registry.ollama.ai"));
    await new Store({ root }).prepare();
    expect(await store.blobs.size(ENTRY.weights.digest)).toBe(WEIGHTS.length);
  });

  unlessRoot("can be read where it cannot be written", async () => {
    const { root, store } = await tempStore();
    await fill(store);
    await store.close();
    await chmod(root, 0o555);
    onTestFinished(() => chmod(root, 0o755));
    const again = new Store({ root });
    await again.prepare();
    expect(await again.list()).toHaveLength(2);
    await expect(again.blobs.write("new")).rejects.toThrow("EACCES");
    await expect(new Store({ root: join(root, "new") }).prepare()).rejects.toThrow("EACCES");
  });

  it("lists the others when a manifest is broken", async () => {
    const { root, store } = await tempStore();
    await fill(store);
    await writeFile(join(root, "manifests/registry.ollama.ai/library/tiny/two"), "{");
    expect((await store.list()).map(({ name }) => name.tag)).toEqual(["one"]);
  });

  it("removes what an ended process left half-finished, and nothing of a living one", async () => {
    const { root } = await tempStore();
    await mkdir(join(root, ".incoming-999999999"));
    await mkdir(join(root, `.incoming-${process.ppid}`));
    await new Store({ root }).prepare();
    const left = (await readdir(root)).filter((name) => name.startsWith("."));
    expect(left.toSorted()).toEqual(
      [`.incoming-${process.ppid}`, `.incoming-${process.pid}`].toSorted(),
    );
  });

  it("gives a copy the same bytes and so the same digest", async () => {
    const { store } = await tempStore();
    await fill(store);
    expect(await store.copy(named("Tiny:ONE"), named("me/copy:x"))).toBe(true);
    const [copy, source] = [
      await store.find(named("me/copy:x")),
      await store.find(named("tiny:one")),
    ];
    expect(copy?.digest).toBe(source?.digest);
    expect(await store.copy(named("tiny:none"), named("other"))).toBe(false);
    expect(await store.find(named("other"))).toBeUndefined();
  });

  it("spells a new name as its parts are spelled already", async () => {
    const { store } = await tempStore();
    await fill(store);
    await store.copy(named("tiny:one"), named("TINY:Three"));
    expect(await store.find(named("tiny:three"))).toMatchObject({
      name: { model: "tiny", tag: "Three" },
    });
  });

  it("shows no model whose blobs are not all there, and keeps what had the name", async () => {
    const { store } = await tempStore();
    const manifest = await fill(store);
    const layers = [{ mediaType: "x", digest: `sha256:${"0".repeat(64)}`, size: 1 }];
    const lacking = { ...manifest, layers: [...manifest.layers, ...layers] };
    await expect(store.put(named("tiny:one"), lacking)).rejects.toThrow(/is not there/);
    expect((await store.find(named("tiny:one")))?.manifest).toEqual(manifest);
  });

  it("shows no model whose texts are none", async () => {
    const { store } = await tempStore();
    const manifest = await fill(store);
    const { digest, size } = await store.blobs.write("[1");
    const params = { mediaType: "application/vnd.ollama.image.params", digest, size };
    const broken = { ...manifest, layers: [...manifest.layers, params] };
    await expect(store.put(named("broken"), broken)).rejects.toThrow(/image\.params is not valid/);
    expect(await store.find(named("broken"))).toBeUndefined();
  });

  it("keeps a blob that a running pull or create has named", async () => {
    const { store } = await tempStore();
    const manifest = await fill(store);
    await store.blobs.withPins(async (pin) => {
      pin(ENTRY.weights.digest);
      for (const name of ENTRY.names) await store.remove(name);
      expect(await store.blobs.size(ENTRY.weights.digest)).toBe(WEIGHTS.length);
      expect(await store.blobs.size(manifest.config.digest)).toBeUndefined();
    });
  });

  it("removes what a replaced model alone has used", async () => {
    const { store } = await tempStore();
    const manifest = await fill(store);
    await store.remove(named("tiny:two"));
    const { digest, size } = await store.blobs.write("new");
    const system = { mediaType: "application/vnd.ollama.image.system", digest, size };
    const before = manifest.layers.find(({ mediaType }) => mediaType === system.mediaType);
    const layers = manifest.layers.filter((layer) => layer !== before);
    await store.put(named("tiny:one"), { ...manifest, layers: [...layers, system] });
    expect((await store.find(named("tiny:one")))?.system).toBe("new");
    expect(await store.blobs.size(before?.digest ?? "")).toBeUndefined();
  });
});

describe("a start", () => {
  const orphan = `sha256-${"a".repeat(64)}`;
  const partial = `sha256-${"b".repeat(64)}-partial`;
  const stale = `sha256-${"c".repeat(64)}-partial`;

  async function litter() {
    const { root, store } = await tempStore();
    await fill(store);
    const blobs = join(root, "blobs");
    for (const name of [orphan, partial, stale, `${stale}-0`, "sha256-4711", "README"]) {
      await writeFile(join(blobs, name), "x");
    }
    const longAgo = new Date("2020-01-01");
    await utimes(join(blobs, stale), longAgo, longAgo);
    await store.close();
    return { root, blobs };
  }

  it("removes unused blobs, and not what a pull can go on with", async () => {
    const { root, blobs } = await litter();
    await new Store({ root }).prepare();
    const left = await readdir(blobs);
    expect(left).toEqual(
      expect.arrayContaining([partial, "README", digestFile(ENTRY.weights.digest)]),
    );
    for (const gone of [orphan, stale, `${stale}-0`, "sha256-4711"])
      expect(left).not.toContain(gone);
    expect((await new Store({ root }).list()).length).toBe(2);
  });

  it("removes nothing where OLLAMA_NOPRUNE says so, or another process works", async () => {
    const { root, blobs } = await litter();
    await new Store({ root, prune: false }).prepare();
    expect(await readdir(blobs)).toContain(orphan);
    await mkdir(join(root, `.incoming-${process.ppid}`));
    await new Store({ root }).prepare();
    expect(await readdir(blobs)).toContain(orphan);
  });

  it("takes every digest in any manifest for used, even in one it cannot read", async () => {
    const { root, blobs } = await litter();
    await mkdir(join(root, "manifests-v9/deep"), { recursive: true });
    await writeFile(join(root, "manifests-v9/deep/x"), `{"new": "sha256:${"a".repeat(64)}"`);
    await new Store({ root }).prepare();
    expect(await readdir(blobs)).toContain(orphan);
  });
});
