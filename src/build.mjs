// Builds dist/ with TypeScript's native compiler when the sources are newer than what is there.
// Bun runs the sources as they are; Node and its worker threads need the built files.
import { spawnSync } from "node:child_process";
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "dist", ".built");

function newest(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const SOURCES = ["src", "routes", "middleware", "workers", "config", "engine", "tsconfig.json"];

/** Builds if needed; ends the process when the sources do not compile. */
export function build() {
  const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Math.max(...SOURCES.map((name) => newest(join(root, name)))) < builtAt) return;
  const dist = join(root, "dist");
  const next = join(root, "dist.next");
  rmSync(next, { recursive: true, force: true });
  const tsc = join(root, "node_modules", "typescript-native", "bin", "tsc");
  const project = join(root, "tsconfig.build.json");
  const { status } = spawnSync(process.execPath, [tsc, "-p", project, "--outDir", next], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  // What runs from dist meanwhile keeps it until the new one is whole.
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
  writeFileSync(stamp, "");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
