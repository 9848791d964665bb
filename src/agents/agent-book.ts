import type { DatabaseClient } from "../../workers/database/client.ts";
import type { Refused } from "../../workers/database/protocol.ts";
import type {
  AgentKey,
  AgentTasks,
  NotWritten,
  StoredAgent,
} from "../../workers/request-store/agents/protocol.ts";
import { ServiceError } from "../errors/service-error.ts";
import { BoundedLru } from "../runtime/bounded-lru.ts";
import { Turnstile } from "../runtime/turnstile.ts";
import type { Agent, AgentDefinition } from "./agent.ts";
import { AGENT_NAME } from "./agent-name.ts";
import type { ImportedAgents } from "./imported-agents.ts";

interface AgentBookOptions {
  /** The way to the thread that keeps those that tenants have made. */
  client: Pick<DatabaseClient<AgentTasks>, "ask" | "close" | "end" | "faultOf">;
  imported: Pick<ImportedAgents, "all" | "find">;
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
}

/** A page of agents. */
export interface AgentPage {
  agents: Agent[];
  /** What `after` is for the next page; undefined after the last. */
  next: string | undefined;
  /** Why only those of files are there. */
  problem: string | undefined;
}

export interface AgentsWanted {
  /** Also those that only their owners see: for who may manage. */
  all?: boolean | undefined;
  /** The `next` of the page before. */
  after?: string | undefined;
  /** Agents of a page at most, those of files apart. */
  limit?: number | undefined;
}

/** Agents of a definition's size as JSON; the instructions of a very large one have 8 000 words. */
export const MAX_DEFINITION_BYTES = 65_536;

const PAGE_AGENTS = 100;

/** Definitions in memory: a run must not wait for the thread while that sums a month up. */
const KNOWN = { maxSize: 2000, maxBytes: 16 * 1_048_576 };

/** What a name is for a tenant; undefined: nothing. */
interface Known {
  agent: Agent | undefined;
  bytes: number;
}

/** About what an entry takes beside its definition. */
const ENTRY_BYTES = 400;

/**
 * The agents there are: those of files, and those that tenants have made, which are kept in
 * data/agents.db.
 */
export class AgentBook {
  readonly #options: AgentBookOptions;
  readonly #turns = new Turnstile({ atOnce: 1 });
  readonly #now: () => number;
  #known = newMemory();
  /** There is no database for this machine. */
  #isUnavailable = false;

  constructor(options: AgentBookOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * The agent that a name is for a tenant: its own, else that of a file, else the one that another
   * tenant has made for everyone.
   * @throws ServiceError `agent_not_found`; `internal_error` where the file cannot be read.
   */
  async find(tenant: string, name: string): Promise<Agent> {
    if (!AGENT_NAME.test(name)) throw notFound(name);
    const key = `${name}\n${tenant}`;
    const memory = this.#known;
    let known = memory.get(key);
    const imported = this.#options.imported.find(name);
    if (!known) {
      try {
        known = await this.#read(tenant, name);
      } catch (err) {
        // Where there can be no file of tenants' agents, those of files are all there are.
        if (imported && this.#isUnavailable) return imported;
        throw err;
      }
      // Where something has changed meanwhile, this is not the memory that is looked into next.
      memory.set(key, known);
    }
    if (imported && known.agent?.owner !== tenant) return imported;
    if (!known.agent) throw notFound(name);
    return known.agent;
  }

  /** An owner's agent, whoever sees it. @throws as `find`. */
  async ofOwner(owner: string, name: string): Promise<Agent> {
    if (!AGENT_NAME.test(name)) throw notFound(name);
    const { agent } = await this.#ask(owner, "ofOwner", { owner, name });
    if (!agent) throw notFound(name);
    return agentOf(agent);
  }

  /**
   * A page of the agents that a tenant sees: its own, then everyone's. The first page has those of
   * files beside. Where the others cannot be read, the page says so.
   */
  async list(tenant: string, wanted: AgentsWanted = {}): Promise<AgentPage> {
    const { all = false, limit = PAGE_AGENTS } = wanted;
    const after = wanted.after === undefined ? undefined : keyOf(wanted.after);
    const { imported } = this.#options;
    let page: Exclude<AgentTasks["list"]["output"], Refused>;
    try {
      page = await this.#ask(tenant, "list", { tenant, all, after, limit });
    } catch (err) {
      if (!(err instanceof ServiceError) || err.code !== "internal_error") throw err;
      return { agents: after ? [] : imported.all(), next: undefined, problem: err.message };
    }
    const isHidden = ({ owner, name }: StoredAgent): boolean =>
      !all && owner !== tenant && imported.find(name) !== undefined;
    const stored = page.agents.filter((agent) => !isHidden(agent)).map(agentOf);
    const own = new Set(page.ownNames);
    const ofFiles = after ? [] : imported.all().filter(({ name }) => all || !own.has(name));
    return {
      agents: [...ofFiles, ...stored],
      next: page.next && `${page.next.owner}/${page.next.name}`,
      problem: undefined,
    };
  }

  /**
   * Makes an agent of a tenant's own.
   * @throws ServiceError `agent_exists`, `agent_limit_reached`; `request_too_large` for a definition
   * above 64 KiB; `insufficient_storage`.
   */
  async create(tenant: string, definition: AgentDefinition): Promise<Agent> {
    const written = this.#written(tenant, definition);
    this.#assertNotImported(definition);
    const { fault } = await this.#ask(tenant, "create", written);
    this.#known = newMemory();
    if (fault) throw notWritten(definition.name, fault);
    return { ...definition, owner: tenant, createdAtMs: written.atMs, updatedAtMs: written.atMs };
  }

  /**
   * Gives an owner's agent another definition, under its name.
   * @throws ServiceError `agent_not_found`, and as `create`.
   */
  async replace(owner: string, definition: AgentDefinition): Promise<Agent> {
    const written = this.#written(owner, definition);
    this.#assertNotImported(definition);
    const { createdAtMs, fault } = await this.#ask(owner, "replace", written);
    this.#known = newMemory();
    if (fault === "missing") throw notFound(definition.name);
    if (fault) throw notWritten(definition.name, fault);
    return { ...definition, owner, createdAtMs, updatedAtMs: written.atMs };
  }

  /** Forgets an owner's agent. @throws ServiceError `agent_not_found`. */
  async remove(owner: string, name: string): Promise<void> {
    const { removed } = await this.#ask(owner, "remove", { owner, name });
    this.#known = newMemory();
    if (!removed) throw notFound(name);
  }

  /** Closes the file. */
  async stop(): Promise<void> {
    // A file that could not be closed is whole all the same.
    await this.#options.client.close().catch(() => {});
    await this.#options.client.end();
  }

  #written(owner: string, definition: AgentDefinition) {
    const json = JSON.stringify(definition);
    const bytes = Buffer.byteLength(json);
    if (bytes > MAX_DEFINITION_BYTES) {
      const fields = { limit_bytes: MAX_DEFINITION_BYTES, actual_bytes: bytes };
      const message = `An agent's definition has at most ${MAX_DEFINITION_BYTES} bytes; this one has ${bytes}`;
      throw new ServiceError("request_too_large", message, { fields });
    }
    const { name, visibility } = definition;
    return { owner, name, isForEveryone: visibility === "everyone", json, atMs: this.#now() };
  }

  #assertNotImported({ name, visibility }: AgentDefinition): void {
    const imported = this.#options.imported.find(name);
    if (!imported || visibility !== "everyone") return;
    const message = `Everyone has an agent '${name}' of ${imported.file}; choose another name, or visibility "tenant"`;
    throw new ServiceError("agent_exists", message, { param: "name" });
  }

  async #read(tenant: string, name: string): Promise<Known> {
    const { agent } = await this.#ask(tenant, "find", { tenant, name });
    // Characters of two bytes.
    return { agent: agent && agentOf(agent), bytes: ENTRY_BYTES + 2 * (agent?.json.length ?? 0) };
  }

  /** Asks the thread, tenants in turn. */
  async #ask<K extends "find" | "ofOwner" | "list" | "create" | "replace" | "remove">(
    tenant: string,
    name: K,
    input: AgentTasks[K]["input"],
  ): Promise<Exclude<AgentTasks[K]["output"], Refused>> {
    const { client } = this.#options;
    try {
      return await this.#turns.run({ tenant }, () => client.ask(name, input));
    } catch (cause) {
      if (cause instanceof ServiceError) throw cause;
      const fault = client.faultOf(cause);
      this.#isUnavailable = fault === "unavailable";
      if (fault === "full") {
        const message = "The agent cannot be kept: the disk of the service's data is full";
        throw new ServiceError("insufficient_storage", message, { cause });
      }
      const message = `The agents that tenants have made cannot be read or written: ${fault}`;
      throw new ServiceError("internal_error", message, { cause });
    }
  }
}

function newMemory(): BoundedLru<Known> {
  return new BoundedLru({ ...KNOWN, bytesOf: ({ bytes }) => bytes });
}

/** The thread's rows are what this class wrote. */
function agentOf({ owner, json, createdAtMs, updatedAtMs }: StoredAgent): Agent {
  return { ...(JSON.parse(json) as AgentDefinition), owner, createdAtMs, updatedAtMs };
}

/** An owner may have slashes in its name, an agent none. */
function keyOf(text: string): AgentKey {
  const end = text.lastIndexOf("/");
  return { owner: text.slice(0, Math.max(0, end)), name: text.slice(end + 1) };
}

const LONGEST_SHOWN = 64;

function notFound(name: string): ServiceError {
  const message = `There is no agent '${name.slice(0, LONGEST_SHOWN)}'; GET /api/v1/agents lists those there are`;
  return new ServiceError("agent_not_found", message, { param: "name" });
}

function notWritten(name: string, fault: NotWritten): ServiceError {
  switch (fault) {
    case "own_exists":
      return new ServiceError(
        "agent_exists",
        `You have an agent '${name}' already; PUT /api/v1/agents/${name} changes it`,
        { param: "name" },
      );
    case "public_exists":
      return new ServiceError(
        "agent_exists",
        `Another tenant has made an agent '${name}' for everyone; choose another name, or visibility "tenant"`,
        { param: "name" },
      );
    case "tenant_full":
      return new ServiceError(
        "agent_limit_reached",
        "You have as many agents as a tenant may have; DELETE /api/v1/agents/{name} makes room",
      );
    case "full":
      return new ServiceError(
        "agent_limit_reached",
        "The service keeps as many agents as it may; one has to be deleted first",
      );
  }
}
