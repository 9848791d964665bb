import type { KeptRun, RunStatus } from "./kept-run.ts";
import type { DatabaseTasks, Done, Refused } from "../../database/protocol.ts";

/** How many agents are kept. */
export interface AgentLimits {
  ofTenant: number;
  inAll: number;
  /** Of all definitions together. */
  bytesInAll: number;
}

/** Which agent: each owner has one of a name at most. */
export interface AgentKey {
  owner: string;
  name: string;
}

/** An agent as it is written. */
export interface WrittenAgent extends AgentKey {
  /** Whether others see it. */
  isForEveryone: boolean;
  /** Its definition. */
  json: string;
  /** Milliseconds since 1970. */
  atMs: number;
}

/** An agent as it is read. */
export interface StoredAgent extends AgentKey {
  json: string;
  createdAtMs: number;
  updatedAtMs: number;
}

/** Which agents, and where a page of them begins. */
export interface AgentsQuery {
  /** Its own come first. */
  tenant: string;
  /** Also those that only their owners see. */
  all: boolean;
  /** The last one of the page before. */
  after: AgentKey | undefined;
  limit: number;
}

/** Why an agent is not written: its name is taken, for its owner or for everyone, or there are too many. */
export type NotWritten = "own_exists" | "public_exists" | "tenant_full" | "full";

/** The tasks for the agents that tenants have made: name → what goes in and what comes out. */
export interface AgentTasks extends DatabaseTasks<{ limits: AgentLimits }> {
  /** The tenant's own agent of a name, else everyone's; the second undefined where there is none. */
  find: {
    input: { tenant: string; name: string };
    output: { ok: true; agent: StoredAgent | undefined } | Refused;
  };
  /** An owner's agent of a name. */
  ofOwner: { input: AgentKey; output: { ok: true; agent: StoredAgent | undefined } | Refused };
  /**
   * A page, short of `limit` also where it would be too many bytes. `next` is its last one, unless
   * that ends the list; `ownNames` are those of all the tenant's own.
   */
  list: {
    input: AgentsQuery;
    output:
      | { ok: true; agents: StoredAgent[]; next: AgentKey | undefined; ownNames: string[] }
      | Refused;
  };
  create: { input: WrittenAgent; output: { ok: true; fault: NotWritten | undefined } | Refused };
  /** @returns when it was created; a fault also where there is none of that name (`missing`). */
  replace: {
    input: WrittenAgent;
    output: { ok: true; createdAtMs: number; fault: NotWritten | "missing" | undefined } | Refused;
  };
  /** Removes one, so that nothing of it is left in the file. @returns whether there was one. */
  remove: { input: AgentKey; output: { ok: true; removed: boolean } | Refused };
}

/** How much is kept of runs. */
export interface RunLimits {
  runDays: number;
  runs: number;
  /** Of all steps together, without their texts. */
  stepBytes: number;
  textDays: number;
  /** Of all texts together. */
  textBytes: number;
}

/** A run without its steps. */
export interface RunSummary extends Omit<KeptRun, "steps"> {
  /** How many steps it has. */
  readonly stepCount: number;
}

export interface RunsQuery {
  tenant?: string | undefined;
  agent?: string | undefined;
  status?: RunStatus | undefined;
  /** Runs older than the one of this number. */
  before?: number | undefined;
  limit: number;
}

/** The tasks for runs: name → what goes in and what comes out. */
export interface RunTasks extends DatabaseTasks<{
  limits: RunLimits;
  /** Which start of the service asks: runs of another one that have not ended are interrupted. */
  start: string;
}> {
  /** Writes the latest state of each of an array of KeptRun, however often it is sent. */
  write: { input: { json: string; nowMs: number }; output: Done | Refused };
  one: { input: { id: string }; output: { ok: true; run: KeptRun | undefined } | Refused };
  /** A page of runs, the newest first; `next` is the `before` of the next one. */
  list: {
    input: RunsQuery;
    output: { ok: true; runs: RunSummary[]; next: number | undefined } | Refused;
  };
  /** Removes what is too old or too much. @returns whether there is more. */
  tend: { input: { nowMs: number }; output: { ok: true; more: boolean } | Refused };
  /** Removes all runs of a project, so that nothing of them is left. @returns how many. */
  forget: { input: { project: string }; output: { ok: true; removed: number } | Refused };
}
