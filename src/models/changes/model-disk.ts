import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { ServerKind } from "../../hosts/server.ts";
import type { DiskSpace } from "./disk-room.ts";

/** Where Ollama's installer for Linux has its service keep models. */
const SYSTEM_FOLDER = "/usr/share/ollama/.ollama/models";

/** The disk that a folder is on. @throws Error with the code ENOENT for a folder that is not there. */
export type ReadDisk = (folder: string) => Promise<DiskSpace>;

interface ModelDiskOptions {
  /** OLLAMA_MODELS. */
  named: string | undefined;
  /** The embedded engine's own folder, and Ollama's in the user's home. */
  engine: string;
  user: string;
  readDisk?: ReadDisk | undefined;
}

/** Finds the disk that a server of this machine keeps its models on. */
export class ModelDisk {
  readonly #options: ModelDiskOptions;
  readonly #read: ReadDisk;

  constructor(options: ModelDiskOptions) {
    this.#options = options;
    this.#read = options.readDisk ?? readDisk;
  }

  /** The disk now; undefined where it is not known which one it is. */
  async spaceFor(kind: ServerKind): Promise<DiskSpace | undefined> {
    const { named, engine, user } = this.#options;
    if (named !== undefined) return this.#nearest(named);
    if (kind !== "external") return this.#nearest(kind === "engine" ? engine : user);
    // Whose folder it has is not known: one that is not there says nothing, and of two disks the
    // one with more room counts.
    const spaces = await Promise.all([user, SYSTEM_FOLDER].map((folder) => this.#space(folder)));
    const known = spaces.filter((space) => space !== undefined);
    return known.sort((a, b) => b.freeBytes - a.freeBytes)[0];
  }

  /** A folder that is still to be made will be on the disk of the one that it is made in. */
  async #nearest(folder: string): Promise<DiskSpace | undefined> {
    const found = await this.#space(folder);
    const parent = dirname(folder);
    return found ?? (parent === folder ? undefined : this.#nearest(parent));
  }

  /** A disk that cannot be read is not looked at: the server will say when it is full. */
  #space(folder: string): Promise<DiskSpace | undefined> {
    return this.#read(folder).catch(() => undefined);
  }
}

async function readDisk(folder: string): Promise<DiskSpace> {
  const { bsize, blocks, bavail } = await statfs(folder);
  return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
}
