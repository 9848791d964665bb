import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { allCommands } from "../../../src/cli/catalog.ts";
import { onBun } from "../../../src/runtime/on-bun.ts";
import { projectRoot } from "../../../src/runtime/paths.ts";

/** Small ones, each with its reason. */
const HELP_PACKAGES = ["fast-string-truncated-width"];
const LIGHT_PACKAGES = [...HELP_PACKAGES, "citty", "openapi-fetch"];

describe("what a command loads", () => {
  it("is next to nothing for the list of commands", async () => {
    const files = await loadedBy(["--help"]);
    expect(files.length).toBeGreaterThan(5);
    expect(packagesOf(files)).toEqual(HELP_PACKAGES);
    expect(files.length).toBeLessThan(40);
    expect(files.filter((file) => /src\/cli\/\w+\/(?!group)/.test(file)).map(nameOf)).toEqual([
      "src/cli/output/output",
      "src/cli/output/style",
      "src/cli/output/table",
      "src/cli/output/text",
    ]);
  });

  it("is little for one that asks the service, and no other command", async () => {
    const files = await loadedBy(["status", "--url", "http://127.0.0.1:9"]);
    expect(packagesOf(files)).toEqual(LIGHT_PACKAGES.toSorted());
    expect(files.length).toBeLessThan(50);
    const names = new Set(allCommands().map(({ words }) => words.at(-1)));
    const commands = files.map(nameOf).filter((name) => {
      const [, word] = /^src\/cli\/[\w-]+\/(?:.*\/)?([\w-]+)$/.exec(name) ?? [];
      return names.has(word);
    });
    expect(commands).toEqual(["src/cli/running/status"]);
  });
});

/** Calls the program, and lists the files that it ran with. */
async function loadedBy(args: string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-loads-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(projectRoot, "src/cli.mjs");
  const list = join(folder, "files.json");
  const preload = onBun ? ["--preload", join(projectRoot, "tests/support/loads-cli.mjs")] : [];
  const env = {
    ...process.env,
    LOADED_FILES: list,
    ...(onBun ? {} : { NODE_V8_COVERAGE: folder }),
  };
  await new Promise<void>((resolve) => {
    execFile(process.execPath, [...preload, program, ...args], { env }, () => resolve());
  });
  return onBun ? (JSON.parse(await readFile(list, "utf8")) as string[]) : covered(folder);
}

/** On Node, the report of which code ran names each file that was loaded. */
async function covered(folder: string): Promise<string[]> {
  const files = new Set<string>();
  for (const name of await readdir(folder)) {
    const { result } = JSON.parse(await readFile(join(folder, name), "utf8")) as {
      result: { url: string }[];
    };
    for (const { url } of result) if (url.startsWith("file:")) files.add(fileURLToPath(url));
  }
  return [...files];
}

function packagesOf(files: string[]): string[] {
  const names = files.flatMap((file) => /node_modules\/((@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** The same from the sources and from what was built. */
function nameOf(file: string): string {
  return file.replace(/^.*?(?=src\/cli)/, "").replace(/\.\w+$/, "");
}
