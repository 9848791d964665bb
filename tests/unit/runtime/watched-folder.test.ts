import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { WatchedFolder } from "../../../src/runtime/watched-folder.ts";
import { until } from "../../support/deadline.ts";

const MAX_BYTES = 100;

async function watched(files: Record<string, string>, { isThere = true } = {}) {
  const parent = await mkdtemp(join(tmpdir(), "shared-ollama-watched-"));
  const path = join(parent, "folder");
  if (isThere) await mkdir(path);
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  const told: Record<string, string | undefined>[] = [];
  const folder = new WatchedFolder({
    path,
    counts: (name) => name.endsWith(".yaml"),
    maxFiles: 3,
    maxBytes: MAX_BYTES,
    onChange: (now) =>
      void told.push(Object.fromEntries(now.map(({ name, text }) => [name, text]))),
    everyMs: 5,
  });
  await folder.start();
  onTestFinished(async () => {
    await folder.stop();
    await rm(parent, { recursive: true });
  });
  const tells = (last: Record<string, string | undefined>) =>
    until(
      () => JSON.stringify(told.at(-1)) === JSON.stringify(last),
      `the folder's files ${JSON.stringify(last)}`,
    );
  return { path, at: (name: string) => join(path, name), told, folder, tells };
}

it("tells what is there at the start, then each change, by the names of the files", async () => {
  const { at, told, tells } = await watched({ "b.yaml": "b", "a.yaml": "a", "c.txt": "c" });
  expect(told).toEqual([{ "a.yaml": "a", "b.yaml": "b" }]);
  await appendFile(at("a.yaml"), "2");
  await tells({ "a.yaml": "a2", "b.yaml": "b" });
  await writeFile(at("new"), "new");
  await rename(at("new"), at("b.yaml"));
  await tells({ "a.yaml": "a2", "b.yaml": "new" });
  await rm(at("a.yaml"));
  await tells({ "b.yaml": "new" });
  await rm(at("b.yaml"));
  await tells({});
});

it("waits for a folder that is not there", async () => {
  const { path, at, told, tells } = await watched({}, { isThere: false });
  expect(told).toEqual([]);
  await mkdir(path);
  await writeFile(at("a.yaml"), "a");
  await tells({ "a.yaml": "a" });
});

it("reads no folder, nothing that is too large, and no more files than it may", async () => {
  const { at, tells, told } = await watched({ "large.yaml": "x".repeat(MAX_BYTES + 1) });
  expect(told.at(-1)).toEqual({ "large.yaml": undefined });
  await mkdir(at("folder.yaml"));
  await symlink(at("nowhere"), at("link.yaml"));
  for (const name of ["z", "y", "a"]) await writeFile(at(`${name}.yaml`), name);
  // The folder and the dead link are among the first three.
  await tells({ "a.yaml": "a" });
});

it("tells nothing once it was stopped", async () => {
  const { at, told, folder } = await watched({ "a.yaml": "a" });
  await folder.stop();
  await writeFile(at("b.yaml"), "b");
  expect(told).toHaveLength(1);
});
