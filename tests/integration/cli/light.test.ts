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
const LIGHT_PACKAGES = [...HELP_PACKAGES, "citty"];

/** What only asks the service, each with the words that it needs. */
const ASKING = [
  ["status"],
  ["health"],
  ["version"],
  ["models", "list"],
  ["models", "ps"],
  ["models", "show", "fake"],
  ["models", "unload", "fake"],
  ["memory"],
  ["profile"],
  ["queue", "--once"],
  ["usage"],
  ["analytics"],
  ["performance"],
  ["requests", "list"],
  ["requests", "show", "00000000-0000-4000-8000-000000000000"],
  ["requests", "cancel", "00000000-0000-4000-8000-000000000000"],
  ["cache", "stats"],
  ["cache", "clear", "--yes"],
  ["agents", "list"],
  ["agents", "runs"],
];

/** Files of ours that the service needs, and a terminal does not. */
const HEAVY =
  /(?<!src\/cli)\/(?:config\/(?!letters-apart)|(?:routes|middleware|workers|engine|compose)\/)/;

describe("what a command loads", () => {
  it("is next to nothing for the list of commands", async () => {
    const files = await loadedBy(["--help"]);
    expect(files.length).toBeGreaterThan(5);
    expect(packagesOf(files)).toEqual(HELP_PACKAGES);
    expect(files.length).toBeLessThan(40);
    const own = files.filter((file) => /src\/cli\/\w+\/(?!group)/.test(file)).map(nameOf);
    expect(own.toSorted()).toEqual([
      "src/cli/output/output",
      "src/cli/output/style",
      "src/cli/output/table",
      "src/cli/output/text",
    ]);
  });

  it(
    "is little for each one that only asks the service, and no other command",
    {
      timeout: 240_000,
    },
    async () => {
      const others = allCommands().map(({ words }) => words.at(-1));
      for (const args of ASKING) {
        const files = await loadedBy([...args, "--url", "http://127.0.0.1:9"]);
        const called = args.join(" ");
        expect(packagesOf(files), called).toEqual(LIGHT_PACKAGES.toSorted());
        expect(files.length, called).toBeLessThan(60);
        expect(files.filter((file) => HEAVY.test(file)).map(nameOf), called).toEqual([]);
        expect(
          files.filter((file) =>
            others.some(
              (word) =>
                !args.includes(word ?? "") && new RegExp(`src/cli/[\\w-]+/${word}[.]`).test(file),
            ),
          ),
          called,
        ).toEqual([]);
      }
    },
  );

  it("is the library for completion with complete only", async () => {
    const completing = await loadedBy(["complete", "--", "mod"]);
    expect(packagesOf(completing)).toContain("@bomb.sh/tab");
    expect(packagesOf(await loadedBy(["complete", "bash"]))).not.toContain("@bomb.sh/tab");
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
