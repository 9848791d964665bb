import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What a file is. */
export type RemovableKind = "log" | "cache" | "temporary" | "state";

/** A file that nothing is lost with, save old log lines and kept answers. */
export interface Removable {
  /** Absolute. */
  path: string;
  kind: RemovableKind;
  bytes: number;
  /** A running service writes to it. */
  isInUse: boolean;
}

/** In a folder with more, the rest is found the next time. */
const MOST_FILES = 10_000;

const LOG = /\.(log|jsonl)(\.\d+)?$/;
/** Set aside: nobody writes to it any more. */
const OLD_LOG = /\.(log|jsonl)\.\d+$/;
const CACHE = /^response-cache\.db(-\w+)?$/;
const TEMPORARY = /\.tmp$/;
/** A download of the embedded engine's that was broken off; a new one would go on with it. */
const PARTIAL = /^sha256-[0-9a-f]{64}-partial$/;
/** What a service writes down about itself while it runs. */
const STATE = new Set(["service.json"]);

interface FindOptions {
  /** The folder that SHARED_OLLAMA_HOME names, absolute. */
  home: string;
  /** Whether a service has it. */
  isRunning: boolean;
}

/**
 * What may go of a service's folder: logs, reports, kept answers, temporary files, and what a crash
 * has left. Records of requests, models, secrets and settings stay, and so does everything that
 * a link leads to.
 */
export async function findRemovable({ home, isRunning }: FindOptions): Promise<Removable[]> {
  const logs = await filesIn(home, "logs");
  const reports = await filesIn(home, "logs", "perf_reports");
  const data = await filesIn(home, "data");
  const blobs = await filesIn(home, "models", "blobs");
  return [
    ...logs.flatMap(({ name, path, bytes }): Removable[] =>
      LOG.test(name)
        ? [{ path, kind: "log", bytes, isInUse: isRunning && !OLD_LOG.test(name) }]
        : [],
    ),
    ...reports.flatMap(({ name, path, bytes }): Removable[] =>
      name.endsWith(".json") ? [{ path, kind: "log", bytes, isInUse: false }] : [],
    ),
    ...data.flatMap(({ name, path, bytes }): Removable[] => {
      const kind = kindInData(name);
      return kind ? [{ path, kind, bytes, isInUse: isRunning }] : [];
    }),
    ...blobs.flatMap(({ name, path, bytes }): Removable[] =>
      PARTIAL.test(name) ? [{ path, kind: "temporary", bytes, isInUse: isRunning }] : [],
    ),
  ];
}

function kindInData(name: string): RemovableKind | undefined {
  if (CACHE.test(name)) return "cache";
  if (TEMPORARY.test(name)) return "temporary";
  return STATE.has(name) ? "state" : undefined;
}

interface FoundFile {
  name: string;
  path: string;
  bytes: number;
}

/** The plain files of a folder below another one; none where a link is on the way. */
async function filesIn(home: string, ...names: string[]): Promise<FoundFile[]> {
  let folder = home;
  for (const name of names) {
    folder = join(folder, name);
    const info = await lstat(folder).catch(() => undefined);
    if (!info?.isDirectory()) return [];
  }
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).slice(0, MOST_FILES);
  const found: FoundFile[] = [];
  for (const { name } of files) {
    const path = join(folder, name);
    const file = await lstat(path).catch(() => undefined);
    if (file?.isFile()) found.push({ name, path, bytes: file.size });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
