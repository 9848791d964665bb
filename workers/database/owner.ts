import type Libsql from "libsql";
import { prepareFile, setAside } from "./database-file.ts";
import { ForeignFileError, refusalOf } from "./fault.ts";
import type { Done, Opened, OpenInput, Refused, SetAside } from "./protocol.ts";

/** What a thread does with a database. */
interface Closable {
  close(): void;
}

const DONE: Done = { ok: true };

/**
 * The database of a thread, as its tasks use it. No task throws, and no failure holds stored text.
 */
export class DatabaseOwner<D extends Closable> {
  #database: D | undefined;

  /** @param make opens the prepared file. @returns as the task `open`. */
  async open(
    { file, isDamaged }: OpenInput,
    make: (Driver: typeof Libsql, file: string) => D,
  ): Promise<Opened | Refused> {
    try {
      this.#database?.close();
    } catch {
      // The database is the damaged one.
    }
    this.#database = undefined;
    try {
      // Imported here, so that a machine without libsql still has a service, without a file.
      const { default: Driver } = await import("libsql");
      let aside = isDamaged ? renamed(file, "damaged") : undefined;
      const openFile = (): D => {
        prepareFile(file);
        return make(Driver, file);
      };
      try {
        this.#database = openFile();
      } catch (err) {
        if (refusalOf(err).fault !== "damaged") throw err;
        aside = renamed(file, err instanceof ForeignFileError ? err.reason : "damaged");
        this.#database = openFile();
      }
      return { ok: true, setAside: aside };
    } catch (err) {
      return refusalOf(err);
    }
  }

  /** Does a task, or says why it cannot be done. */
  attempt<T>(work: (database: D) => T): T | Refused {
    if (!this.#database) return { ok: false, fault: "not_open", code: undefined };
    try {
      return work(this.#database);
    } catch (err) {
      return refusalOf(err);
    }
  }

  /** A task that answers nothing. */
  do(work: (database: D) => void): Done | Refused {
    return this.attempt((database) => {
      work(database);
      return DONE;
    });
  }

  /** Closes the file. */
  close(): Done | Refused {
    return this.do((database) => {
      this.#database = undefined;
      database.close();
    });
  }
}

function renamed(file: string, reason: SetAside["reason"]): SetAside {
  return { name: setAside(file, new Date()), reason };
}
