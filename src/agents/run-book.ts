import type { DatabaseClient, FinalFault } from "../../workers/database/client.ts";
import type { Refused } from "../../workers/database/protocol.ts";
import type {
  RunSummary,
  RunsQuery,
  RunTasks,
} from "../../workers/request-store/agents/protocol.ts";
import { ServiceError } from "../errors/service-error.ts";
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
  report: RunBookReport;
  /** Bounds of what waits; for tests. */
  pending?: ConstructorParameters<typeof PendingRuns>[0];
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
}

/** What operators are told; it never quotes what is stored. */
export interface RunBookReport {
  /** Nothing is stored from now on. */
  failed: (fault: FinalFault, cause: unknown) => void;
  /** The file cannot be written now: it is tried again. */
  waiting: (fault: FinalFault) => void;
  /** It can be written again. */
  writing: () => void;
  /** Runs are not kept, since too many wait. Called once. */
  losing: () => void;
  /** So many were given up. */
  lost: (count: number) => void;
}

/** A page of runs. */
export interface RunPage {
  runs: RunSummary[];
  /** What `before` is for the next page; undefined after the last. */
  next: number | undefined;
}

/** Faults that may pass. */
const PASSING: ReadonlySet<FinalFault> = new Set(["locked", "full", "failed"]);

/** Runs that wait take 64 MB at most; texts of a run 1 MB. */
const PENDING = { most: 2000, mostBytes: 64 * 1_048_576, batch: 16 };

/** How long a state waits for others, and for its run's next one, at most. */
const GATHER_MS = 200;

/** A file that could not be written is tried again after this. */
const RETRY_MS = 1000;

/** A batch that fails so often for no known reason is given up: it may be to blame itself. */
const MOST_TRIES = 10;

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
  readonly #now: () => number;
  #state: "writing" | "waiting" | "failed" | "stopped" = "writing";
  #fault: FinalFault | undefined;
  /** How often the batch has failed for no known reason. */
  #tries = 0;
  #isLosing = false;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #tender: NodeJS.Timeout | undefined;
  #isTending = false;
  #stopping: Promise<void> | undefined;

  constructor(options: RunBookOptions) {
    this.#options = options;
    this.#pending = new PendingRuns(options.pending ?? PENDING);
    this.#now = options.now ?? Date.now;
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
    if (this.#tender || this.#stopping) return;
    this.#tender = setInterval(() => void this.#tend(), TEND_MS).unref();
    void this.#tend();
  }

  /**
   * Keeps the state of a run, in place of its earlier one. It is written a moment later. All of the
   * run is written each time: its begin, its waits and its end are enough.
   */
  save(run: KeptRun): void {
    const { trace, report } = this.#options;
    if (trace === "off" || this.#state === "failed" || this.#stopping) return;
    if (!this.#pending.set(tracedRun(run, trace)) && !this.#isLosing) {
      this.#isLosing = true;
      report.losing();
    }
    this.#schedule();
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
    return {
      state: this.isOn ? this.#state : "off",
      ...(this.#fault === undefined ? {} : { reason: this.#fault }),
      pending: this.#pending.size,
      lost: this.#pending.lost,
    };
  }

  /** Writes what waits, for at most `stopMs`, and closes the file; all callers await the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Asks the thread when all that was saved is written, tenants in turn. */
  async #ask<K extends "one" | "list" | "forget">(
    name: K,
    input: RunTasks[K]["input"],
    tenant = "",
  ): Promise<Exclude<RunTasks[K]["output"], Refused>> {
    const { client } = this.#options;
    return this.#turns.run({ tenant }, async () => {
      await this.#writeAll();
      try {
        return await client.ask(name, input);
      } catch (cause) {
        const message = `The runs of agents cannot be read: ${client.faultOf(cause)}`;
        throw new ServiceError("internal_error", message, { cause });
      }
    });
  }

  #schedule(): void {
    if (this.#sending || this.#state !== "writing" || this.#pending.size === 0) return;
    this.#timer ??= setTimeout(() => this.#send(), GATHER_MS);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendBatch().finally(() => {
      this.#sending = undefined;
      this.#schedule();
    });
  }

  async #sendBatch(): Promise<void> {
    const json = this.#pending.peek();
    if (json === undefined) return;
    try {
      await this.#options.client.ask("write", { json, nowMs: this.#now() });
    } catch (err) {
      this.#notWritten(err);
      return;
    }
    this.#tries = 0;
    this.#pending.drop();
    if (this.#state !== "waiting") return;
    this.#state = "writing";
    this.#fault = undefined;
    this.#options.report.writing();
  }

  #notWritten(err: unknown): void {
    if (this.#state === "stopped") return;
    const { report, client } = this.#options;
    const fault = client.faultOf(err);
    this.#fault = fault;
    if (!PASSING.has(fault)) return this.#fail(fault, err);
    if (this.#state === "writing") report.waiting(fault);
    this.#state = "waiting";
    this.#tries = fault === "failed" ? this.#tries + 1 : 0;
    if (this.#tries === MOST_TRIES) {
      this.#tries = 0;
      report.lost(this.#pending.giveUp());
    }
    this.#timer ??= setTimeout(() => this.#send(), RETRY_MS);
  }

  #fail(fault: FinalFault, err: unknown): void {
    if (this.#state === "failed" || this.#state === "stopped") return;
    this.#state = "failed";
    this.#pending.clear();
    clearInterval(this.#tender);
    this.#options.report.failed(fault, err);
    this.#options.client.end().catch(() => {});
  }

  /** Removes what is old; opening the file for it marks what a restart has cut off. */
  async #tend(): Promise<void> {
    if (this.#isTending || this.#state === "failed" || !this.mayHaveAny) return;
    this.#isTending = true;
    const { client } = this.#options;
    try {
      while ((await client.ask("tend", { nowMs: this.#now() })).more && !this.#stopping);
    } catch (err) {
      // What was not done is done the next time; a batch that cannot be written tells of the fault.
      const fault = client.faultOf(err);
      if (!PASSING.has(fault) && !this.#stopping) this.#fail(fault, err);
    } finally {
      this.#isTending = false;
    }
  }

  /** Writes what waits now, if that can be done now. */
  async #writeAll(): Promise<void> {
    while (this.#pending.size > 0 && this.#state === "writing") {
      this.#send();
      await this.#sending;
    }
  }

  async #stop(): Promise<void> {
    clearInterval(this.#tender);
    const { stopMs, report, client } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopMs);
    });
    await Promise.race([this.#writeAndClose(), late]);
    clearTimeout(timer);
    clearTimeout(this.#timer);
    if (this.#state !== "failed" && this.#pending.size > 0) report.lost(this.#pending.size);
    this.#state = "stopped";
    await client.end();
  }

  async #writeAndClose(): Promise<void> {
    if (this.#state === "failed") return;
    await this.#sending;
    // What could not be written a moment ago is tried once more.
    if (this.#pending.size > 0) this.#send();
    await this.#sending;
    await this.#writeAll();
    // A file that could not be closed is whole all the same.
    await this.#options.client.close().catch(() => {});
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
