import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Libsql from "libsql";
import type { Part } from "./lifecycle.ts";

interface HomeLockOptions {
  /** The folder that SHARED_OLLAMA_HOME names, absolute. */
  home: string;
  say: (line: string) => void;
}

/**
 * Keeps a second service out of the folder of the first: both would write one store and one log,
 * and take each other's inference server for their own. What locks is a transaction on an empty
 * database: its file lock is the system's, which drops it with the process however that ends, also
 * where two containers share the folder and process numbers mean nothing; and unlike a socket it
 * minds neither the length of a path nor what a crash has left behind.
 */
export class HomeLock {
  readonly #options: HomeLockOptions;
  #database: Libsql.Database | undefined;

  constructor(options: HomeLockOptions) {
    this.#options = options;
  }

  /** The first part to start: @throws Error that names the service that has the folder. */
  get lock(): Part {
    return {
      name: "lock of the folder",
      start: () => this.#acquire(),
      stop: () => {
        this.#database?.close();
        this.#database = undefined;
      },
    };
  }

  /** Writes which service has the folder, for the message of another, once the port is known. */
  note(port: () => number): Part {
    return {
      name: "note of who has the folder",
      start: () => this.#write({ pid: process.pid, port: port() }),
      stop: () => {
        if (this.#database) rmSync(this.#noteFile, { force: true });
      },
    };
  }

  async #acquire(): Promise<void> {
    const { home, say } = this.#options;
    const file = join(home, "data", "service.lock");
    try {
      mkdirSync(join(home, "data"), { recursive: true, mode: 0o700 });
      createOnce(file);
      this.#database = await lockedDatabase(file);
    } catch (err) {
      // A folder that cannot be written to is no reason not to answer.
      say(`${home} is not locked against a second service: ${(err as Error).message}`);
      return;
    }
    if (!this.#database) {
      throw new Error(
        `${home} is in use by another service${this.#holder()}: ` +
          "end that, or choose another folder with SHARED_OLLAMA_HOME",
      );
    }
    this.#write({ pid: process.pid });
  }

  get #noteFile(): string {
    return join(this.#options.home, "data", "service.json");
  }

  #write(note: { pid: number; port?: number }): void {
    if (!this.#database) return;
    try {
      writeFileSync(this.#noteFile, JSON.stringify(note), { mode: 0o600 });
    } catch {
      // It only makes a message better.
    }
  }

  #holder(): string {
    const note = readNote(this.#noteFile);
    if (note?.pid === undefined) return "";
    return ` (process ${note.pid}${note.port === undefined ? "" : `, port ${note.port}`})`;
  }
}

/** What a service has written down about itself in the folder it uses. */
export interface HomeNote {
  pid: number | undefined;
  /** Undefined before the port is open. */
  port: number | undefined;
}

function readNote(file: string): HomeNote | undefined {
  try {
    const note = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    return { pid: wholeOrUndefined(note["pid"]), port: wholeOrUndefined(note["port"]) };
  } catch {
    return undefined;
  }
}

function wholeOrUndefined(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? Number(value) : undefined;
}

/** Whether a service has a folder, and what it has written down there. */
export interface HomeUse {
  /** Undefined where the system does not let it be known. */
  isInUse: boolean | undefined;
  /** It may be an earlier service's, which a crash has left behind. */
  note: HomeNote | undefined;
}

/**
 * Looks from another process whether a service has a folder. Changes nothing there.
 * @param home absolute.
 */
export async function homeUse(home: string): Promise<HomeUse> {
  const note = readNote(join(home, "data", "service.json"));
  const file = join(home, "data", "service.lock");
  if (!existsSync(file)) return { isInUse: false, note };
  try {
    const { default: Database } = await import("libsql");
    const database = new Database(file, { readonly: true, timeout: 0 });
    try {
      // Whoever has the exclusive lock keeps readers out, too.
      database.prepare("SELECT count(*) FROM sqlite_master").get();
      return { isInUse: false, note };
    } catch (err) {
      return {
        isInUse: (err as { code?: unknown }).code === "SQLITE_BUSY" ? true : undefined,
        note,
      };
    } finally {
      database.close();
    }
  } catch {
    return { isInUse: undefined, note };
  }
}

/** Without opening a file that is there: closing it would drop the locks this process has on it. */
function createOnce(file: string): void {
  try {
    writeFileSync(file, "", { mode: 0o600, flag: "wx" });
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "EEXIST") throw err;
  }
}

/** The database with an open transaction that excludes all others; undefined where one has it. */
async function lockedDatabase(file: string): Promise<Libsql.Database | undefined> {
  const { default: Database } = await import("libsql");
  const database = new Database(file);
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (err) {
    database.close();
    if ((err as { code?: unknown }).code === "SQLITE_BUSY") return undefined;
    throw err;
  }
}
