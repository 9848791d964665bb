// Entry of the thread that owns the databases of requests, of agents and of their runs. Each export
// is a task that its client calls by name. No task throws.
import { DatabaseOwner } from "../database/owner.ts";
import type { Done, Opened, Refused } from "../database/protocol.ts";
import type { RequestTasks } from "./protocol.ts";
import { RequestDatabase } from "./request-database.ts";

export * from "./agents/tasks.ts";

type Input<K extends keyof RequestTasks> = RequestTasks[K]["input"];
type Output<K extends keyof RequestTasks> = RequestTasks[K]["output"];

const owner = new DatabaseOwner<RequestDatabase>();

export function open(input: Input<"open">): Promise<Opened | Refused> {
  return owner.open(input, (Driver, file) => new RequestDatabase(Driver, file, input.limits));
}

export function write(batch: Input<"write">): Done | Refused {
  return owner.do((db) => db.write(batch));
}

export function tend({ nowMs }: Input<"tend">): Output<"tend"> {
  return owner.attempt((db) => ({ ok: true, more: db.tend(nowMs) }));
}

export function rows(query: Input<"rows">): Output<"rows"> {
  return owner.attempt((db) => ({ ok: true, rows: db.rows(query) }));
}

export function one({ id }: Input<"one">): Output<"one"> {
  return owner.attempt((db) => ({ ok: true, request: db.one(id) }));
}

export function aggregate(window: Input<"aggregate">): Output<"aggregate"> {
  return owner.attempt((db) => ({ ok: true, aggregate: db.aggregate(window) }));
}

export function usage(window: Input<"usage">): Output<"usage"> {
  return owner.attempt((db) => ({ ok: true, ...db.usage(window) }));
}

export function forget({ project }: Input<"forget">): Output<"forget"> {
  return owner.attempt((db) => ({ ok: true, removed: db.forget(project) }));
}

export function close(): Done | Refused {
  return owner.close();
}
