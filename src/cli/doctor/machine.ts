import { constants } from "node:fs";
import { access, readdir, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { onBun, runtime } from "../../runtime/on-bun.ts";
import type { DiskSpace } from "../../models/changes/disk-room.ts";

/** What the doctor asks of the machine. Tests put in a machine that is ill. */
export interface Machine {
  platform: NodeJS.Platform;
  architecture: string;
  runtime: { name: "Node" | "Bun"; version: string };
  /** The disk that a folder is on. @throws Error where it is not there. */
  disk: (folder: string) => Promise<DiskSpace>;
  memory: () => Promise<MemoryFigures | undefined>;
  graphics: () => Promise<GraphicsFigures[]>;
  /** Opens a port and closes it. @returns the system's code for why it cannot be, such as EADDRINUSE. */
  tryPort: (host: string, port: number) => Promise<string | undefined>;
  /** Which program has a port, for a sentence. */
  portHolder: (port: number) => Promise<string | undefined>;
  isAlive: (pid: number) => boolean;
  files: FileQuestions;
  /** Past the environment's proxies. */
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
}

/** What is asked of files. None of it changes them. */
export interface FileQuestions {
  kind: (path: string) => Promise<"folder" | "file" | "missing" | "unreadable">;
  /** Whether this user may read, write and, in a folder, come to what is in it. */
  mayUse: (path: string, kind: "folder" | "file") => Promise<boolean>;
  /** The names in a folder; none where it cannot be read. */
  names: (folder: string) => Promise<string[]>;
}

export interface MemoryFigures {
  totalBytes: number;
  /** For a new program, without others' being moved to the disk. */
  availableBytes: number;
}

/** A graphics card, as systeminformation has it. */
export interface GraphicsFigures {
  vendor?: string;
  model?: string;
  vramDynamic?: boolean;
  /** MiB, as the card's driver tells them. */
  memoryTotal?: number;
  driverVersion?: string;
}

/** The machine that the program runs on. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    architecture: process.arch,
    runtime: { name: onBun ? "Bun" : "Node", version: runtime.version },
    disk: async (folder) => {
      const { bsize, blocks, bavail } = await statfs(folder);
      return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
    },
    memory: async () => {
      const { default: systeminformation } = await import("systeminformation");
      const { total, available } = await systeminformation.mem();
      return { totalBytes: total, availableBytes: available };
    },
    graphics: async () => {
      const { default: systeminformation } = await import("systeminformation");
      return (await systeminformation.graphics()).controllers;
    },
    tryPort,
    portHolder: async (port) => (await import("../../runtime/port-holder.ts")).portHolder(port),
    isAlive,
    files: { kind: kindOf, mayUse, names: (folder) => readdir(folder).catch(() => []) },
    fetch: async (url, init) => (await import("../../http/direct-fetch.ts")).directFetch(url, init),
  };
}

function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (err: NodeJS.ErrnoException) => resolve(err.code ?? err.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    // It is there, and somebody else's.
    return (err as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function kindOf(path: string): Promise<"folder" | "file" | "missing" | "unreadable"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === "ENOENT" ? "missing" : "unreadable";
  }
}

async function mayUse(path: string, kind: "folder" | "file"): Promise<boolean> {
  const { R_OK, W_OK, X_OK } = constants;
  const wanted = kind === "folder" ? R_OK | W_OK | X_OK : R_OK | W_OK;
  return access(path, wanted).then(
    () => true,
    () => false,
  );
}
