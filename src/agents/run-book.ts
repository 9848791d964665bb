import type { DatabaseClient } from "../../workers/database/client.ts";
import type { Refused } from "../../workers/database/protocol.ts";
import type {
  RunSummary,
  RunsQuery,
  RunTasks,
} from "../../workers/request-store/agents/protocol.ts";
import { ServiceError } from "../errors/service-error.ts";
import { BatchWriter, type WriterReport } from "../requests/store/batch-writer.ts";
import { Turnstile } from "../runtime/turnstile.ts";
import type { KeptRun } from "../../workers/request-store/agents/kept-run.ts";
import { PendingRuns } from "./pending-runs.ts";
import { sentenceOfReason } from "./run-reasons.ts";
import { tracedRun, type TraceMode } from "./traced-run.ts";

interface RunBookOptions {
  /** The way to the thread that owns the database. */
  client: Pick<DatabaseClient<RunTasks>, "ask" | "close" | "end" | "faultOf">;
  /** AGENT_TRACE. */
  trace: TraceMode;
  /** Whether there is a file of earlier runs. */
  hasFile: () => boolean;
  /** How long `stop` may go on writing; milliseconds. */
  stopMs: number;
  report: WriterReport;
  /** Bounds of what waits; for tests. */
  pending?: ConstructorParameters<typeof PendingRuns>[0];
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
}

/** A page of runs. */
export interface RunPage {
  runs: RunSummary[];
  /** What `before` is for the next page; undefined after the last. */
  next: number | undefined;
}

/** Runs that wait take 64 MB at most; texts of a run 1 MB. */
const PENDING = { most: 2000, mostBytes: 64 * 1_048_576, batch: 16 };

/** How often old runs are looked for. */
const TEND_MS = 600_000;

/**
 * Keeps agents' runs in data/agent-runs.db, as far as AGENT_TRACE says. The file is there from the
 * first run that is kept. Whatever becomes of it, agents run.
 */
export class RunBook {
  readonly #options: RunBookOptions;
  readonly #pending: PendingRuns;
  readonly #turns = new Turnstile({ atOnce: 1 });
  readonly #writer: BatchWriter;

  constructor(options: RunBookOptions) {
    const { client, stopMs, report, pending = PENDING, now = Date.now } = options;
    this.#options = options;
    this.#pending = new PendingRuns(pending);
    this.#writer = new BatchWriter({
      pending: this.#pending,
      client,
      write: async (json) => void (await client.ask("write", { json, nowMs: now() })),
      tending: {
        everyMs: TEND_MS,
        isDue: () => this.mayHaveAny,
        // Opening the file for it marks what a restart has cut off.
        tend: () => client.ask("tend", { nowMs: now() }),
      },
      stopMs,
      report,
    });
  }

  /** Whether runs are kept. */
  get isOn(): boolean {
    return this.#options.trace !== "off";
  }

  /** Whether any may have been kept, now or by an earlier start. */
  get mayHaveAny(): boolean {
    return this.#pending.size > 0 || this.#options.hasFile();
  }

  /** Looks after the runs of an earlier start, in the background: those cut off are interrupted. */
  start(): void {
    this.#writer.start();
  }

  /**
   * Keeps the state of a run, in place of its earlier one. It is written a moment later. All of the
   * run is written each time: its begin, its waits and its end are enough.
   */
  save(run: KeptRun): void {
    const { trace } = this.#options;
    if (trace === "off" || !this.#writer.isOpen) return;
    this.#writer.added({ hadRoom: this.#pending.set(tracedRun(run, trace)) });
  }

  /** The run of an id, if it is kept. @throws ServiceError `internal_error` where the file cannot be read. */
  async get(id: string): Promise<KeptRun | undefined> {
    if (!RUN_ID.test(id) || !this.mayHaveAny) return undefined;
    const { run } = await this.#ask("one", { id });
    return run && withSentence(run);
  }

  /** A page of runs without their steps, the newest first. @throws as `get`. */
  async list(query: RunsQuery): Promise<RunPage> {
    if (!this.mayHaveAny) return { runs: [], next: undefined };
    const { runs, next } = await this.#ask("list", query, query.tenant);
    return { runs: runs.map(withSentence), next };
  }

  /** Removes all runs of a project. @returns how many were kept. @throws as `get`. */
  async forget(project: string): Promise<number> {
    this.#pending.forget(project);
    return this.mayHaveAny ? (await this.#ask("forget", { project })).removed : 0;
  }

  /** Its state, for operators. */
  stats() {
    const stats = this.#writer.stats();
    return { ...stats, state: this.isOn ? stats.state : "off" };
  }

  /** Writes what waits, for at most `stopMs`, and closes the file; all callers await the same end. */
  stop(): Promise<void> {
    return this.#writer.stop();
  }

  /** Asks the thread when all that was saved is written, tenants in turn. */
  async #ask<K extends "one" | "list" | "forget">(
    name: K,
    input: RunTasks[K]["input"],
    tenant = "",
  ): Promise<Exclude<RunTasks[K]["output"], Refused>> {
    const { client } = this.#options;
    return this.#turns.run({ tenant }, async () => {
      await this.#writer.writeAll();
      try {
        return await client.ask(name, input);
      } catch (cause) {
        const message = `The runs of agents cannot be read: ${client.faultOf(cause)}`;
        throw new ServiceError("internal_error", message, { cause });
      }
    });
  }
}

/** A run's id: its prefix and a UUID. */
const RUN_ID = /^run_[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/;

/** A run whose reason has a sentence. */
function withSentence<R extends Pick<KeptRun, "reason">>(run: R): R {
  const { reason } = run;
  if (!reason || reason.message !== "") return run;
  return { ...run, reason: { code: reason.code, message: sentenceOfReason(reason.code) } };
}
