// Entry of the thread that owns the databases of requests, of agents and of their runs. Each export
// is a task that its client calls by name. No task throws.
import { DatabaseOwner } from "../database/owner.ts";
import type { Done, Opened, Refused } from "../database/protocol.ts";
import { lowerThisThread } from "../low-priority-thread.ts";
import type { RequestTasks } from "./protocol.ts";
import { RequestDatabase } from "./request-database.ts";
import { figuresText, usageText } from "./texts.ts";

export * from "./agents/tasks.ts";

type Input<K extends keyof RequestTasks> = RequestTasks[K]["input"];
type Output<K extends keyof RequestTasks> = RequestTasks[K]["output"];

/** Enough for 3 000 records a second where both of two cores are busy. */
const NICE_STEPS = 5;

lowerThisThread(NICE_STEPS);

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

export function figures(query: Input<"figures">): Output<"figures"> {
  return owner.attempt((db) => ({ ok: true, text: figuresText(db.aggregate(query), query) }));
}

export function usage(query: Input<"usage">): Output<"usage"> {
  return owner.attempt((db) => {
    const { days, nextMs } = db.usage(query);
    return { ok: true, text: usageText(days, query), nextMs };
  });
}

export function forget({ project }: Input<"forget">): Output<"forget"> {
  return owner.attempt((db) => ({ ok: true, removed: db.forget(project) }));
}

export function close(): Done | Refused {
  return owner.close();
}
