// Entry of the thread that owns the response cache's database. Each export is a task that its client
// calls by name. No task throws, and no failure contains stored text.
import { AnswerDatabase } from "./answer-database.ts";
import { prepareFile, setAside } from "./database-file.ts";
import { refusalOf } from "./fault.ts";
import type { Done, Opened, Page, Refused, StoreTasks } from "./protocol.ts";

type Input<K extends keyof StoreTasks> = StoreTasks[K]["input"];

const DONE: Done = { ok: true };

let database: AnswerDatabase | undefined;

export async function open(input: Input<"open">): Promise<Opened | Refused> {
  try {
    database?.close();
  } catch {
    // The database is the damaged one.
  }
  database = undefined;
  try {
    // Imported here, so that a machine without libsql still has a service, without a file.
    const { default: Database } = await import("libsql");
    const { file, isDamaged, expiredAt } = input;
    let name = isDamaged ? setAside(file, new Date()) : undefined;
    const openFile = (): AnswerDatabase => {
      prepareFile(file);
      return new AnswerDatabase(Database, file, expiredAt);
    };
    try {
      database = openFile();
    } catch (err) {
      if (refusalOf(err).fault !== "damaged") throw err;
      name = setAside(file, new Date());
      database = openFile();
    }
    return { ok: true, setAside: name };
  } catch (err) {
    return refusalOf(err);
  }
}

export function read({ after }: Input<"read">): Page | Refused {
  return attempt((db) => ({ ok: true, ...db.read(after) }));
}

export function write(batch: Input<"write">): Done | Refused {
  return attempt((db) => {
    db.write(batch);
    return DONE;
  });
}

export function drop(filter: Input<"drop">): Done | Refused {
  return attempt((db) => {
    db.drop(filter);
    return DONE;
  });
}

export function close(): Done | Refused {
  return attempt((db) => {
    database = undefined;
    db.close();
    return DONE;
  });
}

function attempt<T>(work: (db: AnswerDatabase) => T): T | Refused {
  if (!database) return { ok: false, fault: "not_open", code: undefined };
  try {
    return work(database);
  } catch (err) {
    return refusalOf(err);
  }
}
