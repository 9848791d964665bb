// Entry of the thread that owns the response cache's database. Each export is a task that its client
// calls by name. No task throws, and no failure contains stored text.
import { DatabaseOwner } from "../database/owner.ts";
import type { Done, Opened, Refused } from "../database/protocol.ts";
import { AnswerDatabase } from "./answer-database.ts";
import type { Page, StoreTasks } from "./protocol.ts";

type Input<K extends keyof StoreTasks> = StoreTasks[K]["input"];

const owner = new DatabaseOwner<AnswerDatabase>();

export function open(input: Input<"open">): Promise<Opened | Refused> {
  return owner.open(input, (Driver, file) => new AnswerDatabase(Driver, file, input.expiredAt));
}

export function read({ after }: Input<"read">): Page | Refused {
  return owner.attempt((db) => ({ ok: true, ...db.read(after) }));
}

export function write(batch: Input<"write">): Done | Refused {
  return owner.do((db) => db.write(batch));
}

export function drop(filter: Input<"drop">): Done | Refused {
  return owner.do((db) => db.drop(filter));
}

export function close(): Done | Refused {
  return owner.close();
}
