import type Libsql from "libsql";
import { Database, type Schema } from "../../database/database.ts";
import type {
  AgentKey,
  AgentLimits,
  AgentsQuery,
  NotWritten,
  StoredAgent,
  WrittenAgent,
} from "./protocol.ts";

/** JSON of a page: the main thread needs a few milliseconds to read it. */
const PAGE_BYTES = 1_048_576;

/** An owner's agents by name; of those that everyone sees each name is there once. */
const AGENTS = `
  CREATE TABLE agents (
    owner TEXT NOT NULL, name TEXT NOT NULL, everyone INTEGER NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL, json TEXT NOT NULL,
    UNIQUE (owner, name)
  );
  CREATE UNIQUE INDEX agents_of_everyone ON agents (name) WHERE everyone = 1;
`;

const AGENT_SCHEMA: Schema = {
  /** "SOag". */
  application: 0x53_4f_61_67,
  migrations: [AGENTS],
};

/** The agents in a database file. All methods throw SQLite's errors. */
export class AgentDatabase {
  readonly #db: Database;
  readonly #limits: AgentLimits;
  readonly #statements: ReturnType<typeof prepared>;

  /** Opens an existing file. @throws ForeignFileError for one that is not of this service. */
  constructor(Driver: typeof Libsql, file: string, limits: AgentLimits) {
    this.#db = new Database(Driver, file, AGENT_SCHEMA);
    this.#limits = limits;
    try {
      this.#statements = prepared(this.#db.sql);
    } catch (err) {
      this.#db.sql.close();
      throw err;
    }
  }

  /** The tenant's own agent of a name, else everyone's. */
  find({ tenant, name }: { tenant: string; name: string }): StoredAgent | undefined {
    return this.ofOwner({ owner: tenant, name }) ?? this.#one(this.#statements.public.get(name));
  }

  /** An owner's agent of a name. */
  ofOwner({ owner, name }: AgentKey): StoredAgent | undefined {
    return this.#one(this.#statements.own.get(owner, name));
  }

  /** A page of what a tenant sees, its own first. */
  list({ tenant, all, after, limit }: AgentsQuery): {
    agents: StoredAgent[];
    next: AgentKey | undefined;
    ownNames: string[];
  } {
    const { keys, own, ownNames } = this.#statements;
    const from = after ? [Number(after.owner !== tenant), after.name, after.owner] : [-1, "", ""];
    const agents: StoredAgent[] = [];
    let bytes = 0;
    const page = keys.all(tenant, Number(all), ...from, limit + 1) as AgentKey[];
    for (const { owner, name } of page) {
      if (agents.length === limit || bytes >= PAGE_BYTES) break;
      const agent = own.get(owner, name) as StoredAgent;
      agents.push(agent);
      bytes += agent.json.length;
    }
    return {
      agents,
      next: agents.length < page.length ? agents.at(-1) : undefined,
      ownNames: (ownNames.all(tenant) as { name: string }[]).map(({ name }) => name),
    };
  }

  /** Adds an agent. Sent twice it is added once. */
  create(agent: WrittenAgent): NotWritten | undefined {
    const { owner, name, isForEveryone, json, atMs } = agent;
    return this.#db.together(() => {
      const there = this.ofOwner(agent);
      if (there) {
        const isSame = there.json === json && there.createdAtMs === atMs;
        return isSame ? undefined : "own_exists";
      }
      if (this.#isTaken(agent)) return "public_exists";
      const bytes = Buffer.byteLength(json);
      const { ofTenant, inAll, bytesInAll } = this.#limits;
      const { counts, countOf, add } = this.#statements;
      if (countOf(owner) >= ofTenant) return "tenant_full";
      const { number, sum } = counts();
      if (number >= inAll || sum + bytes > bytesInAll) return "full";
      add.run(owner, name, Number(isForEveryone), atMs, atMs, bytes, json);
      return undefined;
    });
  }

  /** Gives an agent another definition. */
  replace(agent: WrittenAgent): { createdAtMs: number; fault: NotWritten | "missing" | undefined } {
    const { owner, name, isForEveryone, json, atMs } = agent;
    return this.#db.together(() => {
      const there = this.ofOwner(agent);
      const createdAtMs = there?.createdAtMs ?? 0;
      if (!there) return { createdAtMs, fault: "missing" };
      if (this.#isTaken(agent)) return { createdAtMs, fault: "public_exists" };
      const bytes = Buffer.byteLength(json);
      const more = bytes - Buffer.byteLength(there.json);
      const { counts, change } = this.#statements;
      if (more > 0 && counts().sum + more > this.#limits.bytesInAll) {
        return { createdAtMs, fault: "full" };
      }
      change.run(Number(isForEveryone), atMs, bytes, json, owner, name);
      return { createdAtMs, fault: undefined };
    });
  }

  /** Removes an agent. @returns whether there was one. */
  remove({ owner, name }: AgentKey): boolean {
    const { changes } = this.#statements.remove.run(owner, name);
    if (changes > 0) this.#db.tryToEmptyLog();
    return changes > 0;
  }

  /** Moves everything into the one file, and closes it. */
  close(): void {
    this.#db.close();
  }

  /** Whether another owner has the name among those that everyone sees. */
  #isTaken({ owner, name, isForEveryone }: WrittenAgent): boolean {
    if (!isForEveryone) return false;
    const other = this.#one(this.#statements.public.get(name));
    return other !== undefined && other.owner !== owner;
  }

  #one(row: unknown): StoredAgent | undefined {
    return row as StoredAgent | undefined;
  }
}

const COLUMNS = "owner, name, json, created_at AS createdAtMs, updated_at AS updatedAtMs";

function prepared(sql: Libsql.Database) {
  const counts = sql.prepare(`
    SELECT count(*) AS number, coalesce(sum(bytes), 0) AS sum FROM agents
  `);
  const countOf = sql.prepare("SELECT count(*) AS number FROM agents WHERE owner = ?");
  return {
    own: sql.prepare(`SELECT ${COLUMNS} FROM agents WHERE owner = ? AND name = ?`),
    public: sql.prepare(`SELECT ${COLUMNS} FROM agents WHERE name = ? AND everyone = 1`),
    ownNames: sql.prepare("SELECT name FROM agents WHERE owner = ?"),
    // What another has made for everyone under a name of the tenant's own, the tenant does not see.
    keys: sql.prepare(`
      SELECT owner, name FROM agents a
      WHERE (
        owner = ?1 OR ?2 = 1 OR (
          everyone = 1
          AND NOT EXISTS (SELECT 1 FROM agents b WHERE b.owner = ?1 AND b.name = a.name)
        )
      ) AND (owner <> ?1, name, owner) > (?3, ?4, ?5)
      ORDER BY owner <> ?1, name, owner LIMIT ?6
    `),
    counts: () => counts.get() as { number: number; sum: number },
    countOf: (owner: string) => (countOf.get(owner) as { number: number }).number,
    add: sql.prepare("INSERT INTO agents VALUES (?, ?, ?, ?, ?, ?, ?)"),
    change: sql.prepare(`
      UPDATE agents SET everyone = ?, updated_at = ?, bytes = ?, json = ?
      WHERE owner = ? AND name = ?
    `),
    remove: sql.prepare("DELETE FROM agents WHERE owner = ? AND name = ?"),
  };
}
