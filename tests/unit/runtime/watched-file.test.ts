import { appendFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readIfThere, WatchedFile } from "../../../src/runtime/watched-file.ts";
import { until } from "../../support/deadline.ts";

async function watched(text: string | undefined) {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-watched-"));
  const path = join(folder, "file");
  if (text !== undefined) await writeFile(path, text);
  const told: string[] = [];
  const file = new WatchedFile({ path, onChange: (now) => void told.push(now), everyMs: 5 });
  await file.start();
  onTestFinished(async () => {
    await file.stop();
    await rm(folder, { recursive: true });
  });
  const tells = (last: string) => until(() => told.at(-1) === last, `the file's text ${last}`);
  return { path, told, file, tells };
}

it("tells what was written into a file, and what has replaced it", async () => {
  const { path, told, tells } = await watched("one");
  await appendFile(path, " two");
  await tells("one two");
  await writeFile(`${path}.new`, "three");
  await rename(`${path}.new`, path);
  await tells("three");
  expect(told).not.toContain("one");
});

it("tells of a file that was not there, and nothing of one that has gone", async () => {
  const { path, told, tells } = await watched(undefined);
  await writeFile(path, "here");
  await tells("here");
  await rm(path);
  await writeFile(`${path}.new`, "back");
  await rename(`${path}.new`, path);
  await tells("back");
  expect(told).not.toContain("");
});

it("tells nothing where the text is the same, nor once it was stopped", async () => {
  const { path, told, file, tells } = await watched("one");
  await writeFile(path, "one");
  await writeFile(path, "two");
  await tells("two");
  expect(told.filter((text) => text === "one")).toEqual([]);
  await file.stop();
  const before = told.length;
  await writeFile(path, "three");
  expect(await readIfThere(path)).toBe("three");
  expect(told).toHaveLength(before);
});
