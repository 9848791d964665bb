// Runs the tests of real inference on the oldest, a middle and the newest of the kernels that
// llama.cpp brings for this processor: other kernels, other words of a model.
//   npm run test:kernels [-- --only x64,haswell tests/e2e/clients …]
// In a copy of the tree, whose packages are links but for llama.cpp's; not part of `npm test`.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const BINDING = `@node-llama-cpp/linux-${process.arch}`;
const BINARIES = join("node_modules", BINDING, "bins", `linux-${process.arch}`);
/** Packages that are found from where they really are, so they have to be copies. */
const COPIED = ["node-llama-cpp", BINDING];
const INFERENCE = ["engine/tests/integration", "tests/e2e"];
/** What takes longer than this hangs. */
const RUN_LIMIT_MS = 30 * 60_000;

/** Asks every library, as llama.cpp does, how well it suits this processor; 0: not at all. */
const SCORES = `
import ctypes, glob, os, sys
folder = sys.argv[1]
ctypes.CDLL(os.path.join(folder, "libggml-base.so"), mode=ctypes.RTLD_GLOBAL)
for path in glob.glob(os.path.join(folder, "libggml-cpu-*.so")):
    print(os.path.basename(path), ctypes.CDLL(path).ggml_backend_score())
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" } },
});

/** The libraries that this processor can run, the oldest first. */
function kernels() {
  const folder = join(root, BINARIES);
  const env = { ...process.env, LD_LIBRARY_PATH: folder };
  const told = execFileSync("python3", ["-c", SCORES, folder], { env, encoding: "utf8" });
  return told
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(([file = "", score]) => ({ file, score: Number(score) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => one.score - other.score)
    .map(({ file }) => file);
}

/** @param {string} file */
const nameOf = (file) => file.replace(/^libggml-cpu-(.*)\.so$/, "$1");

/** @param {readonly string[]} all */
function chosen(all) {
  const only = options.only?.split(",");
  if (only) return all.filter((file) => only.includes(nameOf(file)));
  return [...new Set([all[0], all[all.length >> 1], all.at(-1)])].filter((file) => file);
}

/** @param {string} tree */
function copyTree(tree) {
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const files = execFileSync("git", listed, { cwd: root, encoding: "utf8" }).split("\0");
  for (const file of files.filter((name) => name !== ""))
    cpSync(join(root, file), join(tree, file));
  linkPackages(tree, "node_modules");
}

/**
 * Links what is in a folder of packages, and goes into the scopes of those that are copied.
 * @param {string} tree
 * @param {string} folder
 */
function linkPackages(tree, folder) {
  mkdirSync(join(tree, folder), { recursive: true });
  for (const entry of readdirSync(join(root, folder))) {
    const path = join(folder, entry);
    const name = path.replace(/^node_modules\//, "");
    if (COPIED.includes(name)) cpSync(join(root, path), join(tree, path), { recursive: true });
    else if (COPIED.some((copied) => copied.startsWith(`${name}/`))) linkPackages(tree, path);
    else symlinkSync(join(root, path), join(tree, path));
  }
}

/**
 * Leaves one of the libraries in the copy, and runs the tests there.
 * @param {string} tree
 * @param {string} file
 */
function passes(tree, file) {
  const binaries = join(tree, BINARIES);
  for (const other of readdirSync(binaries)) {
    if (other.startsWith("libggml-cpu-")) rmSync(join(binaries, other));
  }
  cpSync(join(root, BINARIES, file), join(binaries, file));
  const vitest = join(tree, "node_modules/vitest/vitest.mjs");
  const tests = positionals.length > 0 ? positionals : INFERENCE;
  const models = resolve(root, process.env["TEST_MODELS_DIR"] ?? "models");
  const { status } = spawnSync(
    process.execPath,
    [vitest, "run", "-c", "tests/vitest.config.ts", ...tests],
    {
      cwd: tree,
      env: { ...process.env, TEST_MODELS_DIR: models },
      stdio: "inherit",
      timeout: RUN_LIMIT_MS,
    },
  );
  return status === 0;
}

if (process.platform !== "linux")
  throw new Error("there is one library per processor on Linux only");
const all = kernels();
console.log(`This processor can run: ${all.map(nameOf).join(", ")}`);
const tree = mkdtempSync(join(tmpdir(), "shared-ollama-kernels-"));
try {
  copyTree(tree);
  spawnSync(process.execPath, [join(tree, "src/build.mjs")], { stdio: "inherit" });
  const failed = chosen(all).filter((file) => {
    console.log(`\n== ${nameOf(file)}`);
    return !passes(tree, file);
  });
  if (failed.length > 0) {
    console.error(`Failed on: ${failed.map(nameOf).join(", ")}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(tree, { recursive: true, force: true });
}
