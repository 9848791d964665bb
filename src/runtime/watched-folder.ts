import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Polling } from "./polling.ts";

/** A file as it was read. */
export interface FolderFile {
  name: string;
  /** Undefined for one that cannot be read, or is larger than it may be. */
  text: string | undefined;
  modifiedMs: number;
}

interface WatchedFolderOptions {
  path: string;
  /** Which files count, by their names. */
  counts: (name: string) => boolean;
  /** Files that are read; of more than these the first ones by name. */
  maxFiles: number;
  maxBytes: number;
  /** Told all files at the start, and again each time one of them has changed. */
  onChange: (files: FolderFile[]) => void;
  everyMs?: number;
}

const EVERY_MS = 2000;

/**
 * Tells what the files of a folder are. It is asked for every two seconds: editors replace files
 * instead of writing into them, and folders of containers and networks tell nothing. A folder that
 * is not there has no files.
 */
export class WatchedFolder {
  readonly #options: WatchedFolderOptions;
  readonly #polling = new Polling(() => this.#lookAgain());
  /** What was told last, by the files' names. */
  #told = new Map<string, Seen>();
  /** Names that were missing at the last look: such a file may be on its way back. */
  #missing = new Set<string>();

  constructor(options: WatchedFolderOptions) {
    this.#options = options;
  }

  /** Tells the files there are now. */
  async start(): Promise<void> {
    const { everyMs = EVERY_MS } = this.#options;
    await this.#lookAgain();
    this.#polling.start(everyMs);
  }

  /** Once this has settled nothing is told any more. */
  async stop(): Promise<void> {
    await this.#polling.stop();
  }

  async #lookAgain(): Promise<void> {
    const { path, counts, maxFiles, onChange } = this.#options;
    const listed = await readdir(path).catch((): string[] => []);
    const names = listed.filter(counts).toSorted().slice(0, maxFiles);
    const seen = new Map<string, Seen>();
    for (const name of names) {
      const file = await this.#see(name);
      if (file) seen.set(name, file);
    }
    const gone = [...this.#told.keys()].filter((name) => !seen.has(name));
    // One that is missing for the first time counts as it was.
    for (const name of gone) {
      const before = this.#told.get(name);
      if (before && !this.#missing.has(name)) seen.set(name, before);
    }
    this.#missing = new Set(gone);
    const isSame =
      seen.size === this.#told.size &&
      [...seen].every(([name, { mark }]) => this.#told.get(name)?.mark === mark);
    this.#told = seen;
    if (!isSame) onChange([...seen.values()].map(({ file }) => file));
  }

  /** A file, read again where it has changed; undefined where there is none. */
  async #see(name: string): Promise<Seen | undefined> {
    const { path, maxBytes } = this.#options;
    const facts = await stat(join(path, name)).catch(() => undefined);
    if (!facts?.isFile()) return undefined;
    const mark = `${facts.mtimeMs} ${facts.size} ${facts.ino}`;
    const before = this.#told.get(name);
    if (before?.mark === mark) return before;
    const text =
      facts.size > maxBytes
        ? undefined
        : await readFile(join(path, name), "utf8").catch(() => undefined);
    return { mark, file: { name, text, modifiedMs: facts.mtimeMs } };
  }
}

/** A file, and what changes with it. */
interface Seen {
  mark: string;
  file: FolderFile;
}
