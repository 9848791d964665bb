import type Libsql from "libsql";
import type { KeptRun, RunStatus, RunStep } from "./kept-run.ts";
import { Database, type Schema } from "../../database/database.ts";
import { DAY_MS } from "../rows.ts";
import type { RunLimits, RunsQuery, RunSummary } from "./protocol.ts";

/** What is removed at a time: a batch waits no longer for it. */
const RUNS_AT_ONCE = 200;

/**
 * Runs by their number: the order in which they were first written, which no clock changes. Their
 * texts, which are kept for less long, stand in a table of their own. Times are milliseconds since
 * 1970. `start` is the start of the service that a run belongs to.
 */
const RUNS = `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL, project TEXT NOT NULL, agent TEXT NOT NULL, model TEXT NOT NULL,
    status TEXT NOT NULL, code TEXT, start TEXT NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER, saved_at INTEGER NOT NULL,
    step_count INTEGER NOT NULL, bytes INTEGER NOT NULL, steps TEXT NOT NULL
  );
  CREATE INDEX runs_by_tenant ON runs (tenant, number);
  CREATE INDEX runs_by_project ON runs (project);
  CREATE INDEX runs_by_time ON runs (started_at, bytes);
  CREATE TABLE texts (
    run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    at INTEGER NOT NULL, bytes INTEGER NOT NULL, message TEXT NOT NULL, steps TEXT NOT NULL
  );
  CREATE INDEX texts_by_time ON texts (at, bytes);
`;

const RUN_SCHEMA: Schema = {
  /** "SOru". */
  application: 0x53_4f_72_75,
  migrations: [RUNS],
};

interface Row {
  number: number;
  id: string;
  tenant: string;
  project: string;
  agent: string;
  model: string;
  status: RunStatus;
  code: string | null;
  message: string | null;
  started_at: number;
  ended_at: number | null;
  step_count: number;
}

/** What is said in a step. */
type StepTexts = Pick<RunStep, "text" | "args">;

interface RunDatabaseOptions {
  limits: RunLimits;
  start: string;
}

/** The runs in a database file. All methods throw SQLite's errors. */
export class RunDatabase {
  readonly #db: Database;
  readonly #options: RunDatabaseOptions;
  readonly #statements: ReturnType<typeof prepared>;
  #hasRemoved = false;

  /**
   * Opens an existing file. Runs of another start that have not ended were cut off: they are
   * interrupted.
   * @throws ForeignFileError for one that is not of this service.
   */
  constructor(Driver: typeof Libsql, file: string, options: RunDatabaseOptions) {
    this.#db = new Database(Driver, file, RUN_SCHEMA);
    this.#options = options;
    try {
      this.#statements = prepared(this.#db.sql);
      this.#statements.interrupt.run(options.start);
    } catch (err) {
      this.#db.sql.close();
      throw err;
    }
  }

  /** Writes the latest states of runs, all of them or nothing. */
  write({ json, nowMs }: { json: string; nowMs: number }): void {
    this.#db.together(() => {
      for (const run of JSON.parse(json) as KeptRun[]) this.#put(run, nowMs);
    });
  }

  /** The run of an id. */
  one(id: string): KeptRun | undefined {
    const { one, textsOf } = this.#statements;
    const row = one.get(id) as (Row & { steps: string }) | undefined;
    if (!row) return undefined;
    const kept = textsOf.get(row.number) as { steps: string } | undefined;
    const texts = kept ? (JSON.parse(kept.steps) as StepTexts[]) : [];
    const { stepCount: _, ...run } = summaryOf(row);
    const steps = (JSON.parse(row.steps) as RunStep[]).map((step, i) => ({ ...step, ...texts[i] }));
    return { ...run, steps };
  }

  /** A page of runs, the newest first. */
  list({ tenant, agent, status, before, limit }: RunsQuery): {
    runs: RunSummary[];
    next: number | undefined;
  } {
    const { list, listOf } = this.#statements;
    const filter = [agent ?? null, status ?? null, before ?? Number.MAX_SAFE_INTEGER, limit];
    const rows = (
      tenant === undefined ? list.all(...filter) : listOf.all(...filter, tenant)
    ) as Row[];
    return {
      runs: rows.map(summaryOf),
      next: rows.length === limit ? rows.at(-1)?.number : undefined,
    };
  }

  /** Removes some of what is too old or too much. @returns whether there is more. */
  tend(nowMs: number): boolean {
    const hasRemoved = this.#db.together(() => this.#removeSome(nowMs));
    // The log has what was in the rows.
    if (!hasRemoved && this.#hasRemoved) this.#db.tryToEmptyLog();
    this.#hasRemoved = hasRemoved;
    return hasRemoved;
  }

  /** Removes all runs of a project, so that nothing of them is left. @returns how many. */
  forget(project: string): number {
    // As a tenant it has the same name.
    const { changes } = this.#statements.forget.run(project, project);
    // Moving rows between pages leaves copies in unused parts.
    if (changes > 0) this.#db.sql.exec("VACUUM");
    this.#db.emptyLog();
    return changes;
  }

  /** Moves everything into the one file, and closes it. */
  close(): void {
    this.#db.close();
  }

  #removeSome(nowMs: number): boolean {
    const { runDays, runs, stepBytes, textDays, textBytes } = this.#options.limits;
    const { expireTexts, expireRuns, sums, removeOldestTexts, removeOldestRuns } = this.#statements;
    const expired =
      expireTexts.run(nowMs - textDays * DAY_MS, RUNS_AT_ONCE).changes +
      expireRuns.run(nowMs - runDays * DAY_MS, RUNS_AT_ONCE).changes;
    if (expired > 0) return true;
    const kept = sums();
    if (kept.textBytes > textBytes) return removeOldestTexts.run(atOnce(kept.texts)).changes > 0;
    if (kept.runs <= runs && kept.stepBytes <= stepBytes) return false;
    return removeOldestRuns.run(atOnce(kept.runs)).changes > 0;
  }

  #put(run: KeptRun, nowMs: number): void {
    const { put, numberOf, putTexts } = this.#statements;
    const texts: StepTexts[] = [];
    const figures = run.steps.map(({ text, args, ...rest }) => {
      texts.push({ text, args });
      return rest;
    });
    const steps = JSON.stringify(figures);
    // Not by `get` with RETURNING: after a failure libsql's next `get` does what had failed again, and
    // not what it was given.
    put.run(
      run.id,
      run.tenant,
      run.project,
      run.agent,
      run.model,
      run.status,
      run.reason?.code ?? null,
      this.#options.start,
      run.startedAtMs,
      run.endedAtMs ?? null,
      nowMs,
      figures.length,
      Buffer.byteLength(steps),
      steps,
    );
    const message = run.reason?.message ?? "";
    if (message === "" && texts.every(({ text, args }) => (text ?? args) === undefined)) return;
    const { number } = numberOf.get(run.id) as { number: number };
    // SQLite would cut a text at its first NUL; JSON has none.
    const [said, ofSteps] = [JSON.stringify(message), JSON.stringify(texts)];
    const bytes = Buffer.byteLength(said) + Buffer.byteLength(ofSteps);
    putTexts.run(number, run.startedAtMs, bytes, said, ofSteps);
  }
}

/** A tenth at a time where that is less: what is removed at once need not be much too much. */
function atOnce(count: number): number {
  return Math.min(RUNS_AT_ONCE, Math.ceil(count / 10));
}

function summaryOf(row: Row): RunSummary {
  const { id, tenant, project, agent, model, status, code } = row;
  const message = row.message === null ? "" : (JSON.parse(row.message) as string);
  return {
    id,
    tenant,
    project,
    agent,
    model,
    status,
    reason: code === null ? undefined : { code, message },
    startedAtMs: row.started_at,
    endedAtMs: row.ended_at ?? undefined,
    stepCount: row.step_count,
  };
}

const COLUMNS = `
  number, id, tenant, project, agent, model, status, code, started_at, ended_at, step_count,
  (SELECT message FROM texts WHERE run = number) AS message
`;

const LISTED = "agent = coalesce(?1, agent) AND status = coalesce(?2, status) AND number < ?3";
const NEWEST = "ORDER BY number DESC LIMIT ?4";

function prepared(sql: Libsql.Database) {
  const sums = sql.prepare(`
    SELECT (SELECT count(*) FROM runs) AS runs,
      (SELECT coalesce(sum(bytes), 0) FROM runs) AS stepBytes,
      (SELECT count(*) FROM texts) AS texts,
      (SELECT coalesce(sum(bytes), 0) FROM texts) AS textBytes
  `);
  return {
    interrupt: sql.prepare(`
      UPDATE runs SET status = 'interrupted', code = 'interrupted', ended_at = saved_at
      WHERE start <> ? AND status IN ('running', 'waiting_for_approval')
    `),
    put: sql.prepare(`
      INSERT INTO runs (
        id, tenant, project, agent, model, status, code, start, started_at, ended_at, saved_at,
        step_count, bytes, steps
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        status = excluded.status, code = excluded.code, ended_at = excluded.ended_at,
        saved_at = excluded.saved_at, step_count = excluded.step_count,
        bytes = excluded.bytes, steps = excluded.steps
    `),
    numberOf: sql.prepare("SELECT number FROM runs WHERE id = ?"),
    putTexts: sql.prepare("INSERT OR REPLACE INTO texts VALUES (?, ?, ?, ?, ?)"),
    one: sql.prepare(`SELECT ${COLUMNS}, steps FROM runs WHERE id = ?`),
    textsOf: sql.prepare("SELECT steps FROM texts WHERE run = ?"),
    list: sql.prepare(`SELECT ${COLUMNS} FROM runs WHERE ${LISTED} ${NEWEST}`),
    listOf: sql.prepare(`SELECT ${COLUMNS} FROM runs WHERE tenant = ?5 AND ${LISTED} ${NEWEST}`),
    expireTexts: sql.prepare(`
      DELETE FROM texts WHERE run IN (SELECT run FROM texts WHERE at < ? LIMIT ?)
    `),
    expireRuns: sql.prepare(`
      DELETE FROM runs WHERE number IN (SELECT number FROM runs WHERE started_at < ? LIMIT ?)
    `),
    sums: () => sums.get() as { runs: number; stepBytes: number; texts: number; textBytes: number },
    removeOldestTexts: sql.prepare(`
      DELETE FROM texts WHERE run IN (SELECT run FROM texts ORDER BY run LIMIT ?)
    `),
    removeOldestRuns: sql.prepare(`
      DELETE FROM runs WHERE number IN (SELECT number FROM runs ORDER BY number LIMIT ?)
    `),
    forget: sql.prepare("DELETE FROM runs WHERE project = ? OR tenant = ?"),
  };
}
