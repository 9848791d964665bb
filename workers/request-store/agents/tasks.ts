import { DatabaseOwner } from "../../database/owner.ts";
import type { Done, Opened, Refused } from "../../database/protocol.ts";
import { AgentDatabase } from "./agent-database.ts";
import type { AgentTasks, RunTasks } from "./protocol.ts";
import { RunDatabase } from "./run-database.ts";

type AgentInput<K extends keyof AgentTasks> = AgentTasks[K]["input"];
type AgentOutput<K extends keyof AgentTasks> = AgentTasks[K]["output"];
type RunInput<K extends keyof RunTasks> = RunTasks[K]["input"];
type RunOutput<K extends keyof RunTasks> = RunTasks[K]["output"];

const agents = new DatabaseOwner<AgentDatabase>();
const runs = new DatabaseOwner<RunDatabase>();

export function agentsOpen(input: AgentInput<"open">): Promise<Opened | Refused> {
  return agents.open(input, (Driver, file) => new AgentDatabase(Driver, file, input.limits));
}

export function agentsFind(input: AgentInput<"find">): AgentOutput<"find"> {
  return agents.attempt((db) => ({ ok: true, agent: db.find(input) }));
}

export function agentsOfOwner(input: AgentInput<"ofOwner">): AgentOutput<"ofOwner"> {
  return agents.attempt((db) => ({ ok: true, agent: db.ofOwner(input) }));
}

export function agentsList(input: AgentInput<"list">): AgentOutput<"list"> {
  return agents.attempt((db) => ({ ok: true, ...db.list(input) }));
}

export function agentsCreate(input: AgentInput<"create">): AgentOutput<"create"> {
  return agents.attempt((db) => ({ ok: true, fault: db.create(input) }));
}

export function agentsReplace(input: AgentInput<"replace">): AgentOutput<"replace"> {
  return agents.attempt((db) => ({ ok: true, ...db.replace(input) }));
}

export function agentsRemove(input: AgentInput<"remove">): AgentOutput<"remove"> {
  return agents.attempt((db) => ({ ok: true, removed: db.remove(input) }));
}

export function agentsClose(): Done | Refused {
  return agents.close();
}

export function runsOpen(input: RunInput<"open">): Promise<Opened | Refused> {
  return runs.open(input, (Driver, file) => new RunDatabase(Driver, file, input));
}

export function runsWrite(batch: RunInput<"write">): Done | Refused {
  return runs.do((db) => db.write(batch));
}

export function runsOne({ id }: RunInput<"one">): RunOutput<"one"> {
  return runs.attempt((db) => ({ ok: true, run: db.one(id) }));
}

export function runsList(query: RunInput<"list">): RunOutput<"list"> {
  return runs.attempt((db) => ({ ok: true, ...db.list(query) }));
}

export function runsTend({ nowMs }: RunInput<"tend">): RunOutput<"tend"> {
  return runs.attempt((db) => ({ ok: true, more: db.tend(nowMs) }));
}

export function runsForget({ project }: RunInput<"forget">): RunOutput<"forget"> {
  return runs.attempt((db) => ({ ok: true, removed: db.forget(project) }));
}

export function runsClose(): Done | Refused {
  return runs.close();
}
