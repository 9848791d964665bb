// Builds dist/ with TypeScript's native compiler when the sources are newer than what is there.
// Bun runs the sources as they are; Node and its worker threads need the built files.
import { spawnSync } from "node:child_process";
import {
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const stamp = join(dist, ".built");

const SOURCES = ["src", "routes", "middleware", "workers", "config", "engine", "tsconfig.json"];

function newest(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) return 0;
  return info.isDirectory() ? newestIn(path, info) : info.mtimeMs;
}

// A folder's own time says when a file in it was added or removed.
function newestIn(folder, { mtimeMs }) {
  let time = mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const info = statSync(path, { throwIfNoEntry: false });
    if (info) time = Math.max(time, entry.isDirectory() ? newestIn(path, info) : info.mtimeMs);
  }
  return time;
}

function isCurrent() {
  const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.max(...SOURCES.map((name) => newest(join(root, name)))) < builtAt;
}

/** Builds if needed; ends the process when the sources do not compile. */
export function build() {
  if (isCurrent()) return;
  const begun = new Date();
  // Several may build at once: commands of the command line, and the service.
  const next = join(root, "dist.next", String(process.pid));
  rmSync(next, { recursive: true, force: true });
  const tsc = join(root, "node_modules", "typescript-native", "bin", "tsc");
  const project = join(root, "tsconfig.build.json");
  // On the standard error: the output may be a program's.
  const { status } = spawnSync(process.execPath, [tsc, "-p", project, "--outDir", next], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(join(next, ".built"), "");
  utimesSync(join(next, ".built"), begun, begun);
  putInPlace(next);
  removeIfEmpty(dirname(next));
}

/** Another build may still be in it. */
function removeIfEmpty(folder) {
  try {
    rmdirSync(folder);
  } catch (err) {
    if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(err.code)) throw err;
  }
}

/** What runs from dist meanwhile keeps it until the new one is whole. */
function putInPlace(next) {
  const old = `${next}.old`;
  for (;;) {
    try {
      renameSync(dist, old);
    } catch (err) {
      if (err.code !== "ENOENT") throw err;
    }
    try {
      renameSync(next, dist);
      break;
    } catch (err) {
      // Another one was faster.
      if (err.code !== "ENOTEMPTY" && err.code !== "EEXIST") throw err;
      rmSync(old, { recursive: true, force: true });
    }
  }
  rmSync(old, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
