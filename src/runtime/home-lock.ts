import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Libsql from "libsql";
import type { Part } from "./lifecycle.ts";

interface HomeLockOptions {
  /** The folder that SHARED_OLLAMA_HOME names, absolute. */
  home: string;
  say: (line: string) => void;
}

/** Who only looks whether there is a service has the lock for less than that. */
const LOOK_MS = 500;

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
        const database = this.#database;
        if (!database) return;
        this.#database = undefined;
        try {
          rmSync(this.#noteFile, { force: true });
        } finally {
          database.close();
        }
      },
    };
  }

  /** Writes where the service in the folder listens, for others, once the port is known. */
  note(port: () => number, host: string): Part {
    return {
      name: "note of who has the folder",
      start: () => this.#write({ pid: process.pid, port: port(), host }),
      // It goes with the lock: until then others can tell who has the folder.
      stop: () => {},
    };
  }

  async #acquire(): Promise<void> {
    const { home, say } = this.#options;
    const file = join(home, "data", "service.lock");
    try {
      mkdirSync(join(home, "data"), { recursive: true, mode: 0o700 });
      createOnce(file);
      this.#database = await lockedDatabase(file, LOOK_MS);
    } catch (err) {
      // A folder that cannot be written to is no reason not to answer.
      const reason = (err as Error).message;
      say(`${home} is not locked against a second service: ${reason}. See: shared-ollama doctor`);
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
    return noteFile(this.#options.home);
  }

  #write(note: HomeHolder): void {
    if (!this.#database) return;
    try {
      writeFileSync(this.#noteFile, JSON.stringify(note), { mode: 0o600 });
    } catch {
      // It only makes a message better.
    }
  }

  #holder(): string {
    const { pid, port } = readNote(this.#options.home);
    if (pid === undefined) return "";
    return ` (process ${pid}${port === undefined ? "" : `, port ${port}`})`;
  }
}

/** Which service has a folder, as far as it has said so yet. */
export interface HomeHolder {
  pid?: number;
  port?: number;
  /** The address that it listens at. */
  host?: string;
}

/**
 * The service that has this folder; undefined where none runs. For other processes than a service:
 * where none has the lock, it is taken and given back.
 */
export async function homeHolder(home: string): Promise<HomeHolder | undefined> {
  const file = join(home, "data", "service.lock");
  if (!existsSync(file)) return undefined;
  const database = await lockedDatabase(file, 0);
  database?.close();
  return database ? undefined : readNote(home);
}

/** What the service in a folder has written down, or one before it. */
export function readNote(home: string): HomeHolder {
  try {
    const note = JSON.parse(readFileSync(noteFile(home), "utf8")) as Record<string, unknown>;
    const { pid, port, host } = note;
    return {
      ...(typeof host === "string" ? { host } : {}),
      ...(typeof pid === "number" ? { pid } : {}),
      ...(typeof port === "number" ? { port } : {}),
    };
  } catch {
    return {};
  }
}

function noteFile(home: string): string {
  return join(home, "data", "service.json");
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
async function lockedDatabase(
  file: string,
  patienceMs: number,
): Promise<Libsql.Database | undefined> {
  const { default: Database } = await import("libsql");
  const database = new Database(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${patienceMs}`);
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (err) {
    database.close();
    if ((err as { code?: unknown }).code === "SQLITE_BUSY") return undefined;
    throw err;
  }
}
