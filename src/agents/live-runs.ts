import { ServiceError } from "../errors/service-error.ts";
import type { ServiceEvents } from "../events/service-events.ts";
import { AgentRun, type RunParts, type RunPlan } from "./run.ts";
import type { KeptRun } from "../../workers/request-store/agents/kept-run.ts";
import { type Decision, LiveRun, nothingWaits } from "./live-run.ts";

interface LiveRunsOptions extends Omit<RunParts, "onChange"> {
  /** AGENT_RUNS_PER_TENANT. */
  perTenant: number;
  /** Where runs are kept; told of each state. */
  book: { save: (run: KeptRun) => void };
  events: Pick<ServiceEvents, "emit">;
  limits?: Partial<RunsLimits>;
}

interface RunsLimits {
  /** Under way, of all tenants. */
  running: number;
  /** Waiting for a person. */
  waiting: number;
  waitingOfTenant: number;
  /** Ended ones that are still in memory, so that their readers can come back. */
  ended: number;
  endedBytes: number;
  endedMs: number;
}

const LIMITS: RunsLimits = {
  running: 128,
  waiting: 64,
  waitingOfTenant: 8,
  ended: 256,
  endedBytes: 32 * 1_048_576,
  endedMs: 600_000,
};

/** So often ended runs are let go that nobody asks for any more. */
const SWEEP_MS = 60_000;

/** Runs take seconds to minutes. */
const RETRY_AFTER_SEC = 5;

/** Which runs; what is undefined holds for all. */
export interface RunFilter {
  tenant?: string | undefined;
  agent?: string | undefined;
  status?: string | undefined;
}

/** A run to be begun. */
export interface NewRun extends RunPlan {
  run: ConstructorParameters<typeof LiveRun>[0];
}

/** What a person says of a call, and of which arguments. */
export interface Answer extends Decision {
  callId: string;
  /** What it was shown; at least one is given. */
  args?: string | undefined;
  argsSha256?: string | undefined;
}

/** The runs in memory: those under way, those that wait for a person, and those that have ended lately. */
export class LiveRuns {
  readonly #options: LiveRunsOptions;
  readonly #limits: RunsLimits;
  readonly #byId = new Map<string, LiveRun>();
  /** Of those that have ended, the oldest first. */
  readonly #ended = new Map<LiveRun, number>();
  #endedBytes = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #isStopping = false;
  readonly #atWork = new Set<Promise<void>>();

  constructor(options: LiveRunsOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /** How many have not ended. */
  get size(): number {
    return this.#byId.size - this.#ended.size;
  }

  /** How many are under way, and how many wait for a person. */
  get counts(): { running: number; waiting: number } {
    const waiting = this.all({ status: "waiting_for_approval" }).length;
    return { running: this.size - waiting, waiting };
  }

  /** Those who read events of runs. */
  get readers(): number {
    let count = 0;
    for (const { log } of this.#byId.values()) count += log.readers;
    return count;
  }

  /**
   * Begins a run, which goes on by itself.
   * @throws ServiceError `tenant_limit_exceeded` where the tenant has as many as it may; `queue_full`
   * where all tenants have; `shutting_down`.
   */
  begin({ run: about, ...plan }: NewRun): LiveRun {
    this.#assertMayRun(about.owner.tenant);
    this.#assertMayWait(about.owner.tenant);
    const run = new LiveRun(about);
    this.#byId.set(run.id, run);
    this.#options.book.save(run.kept);
    this.#options.events.emit("runStarted", run);
    const work = new AgentRun(run, plan, {
      ...this.#options,
      onChange: (changed) => this.#changed(changed),
    }).toEnd();
    this.#atWork.add(work);
    void work.finally(() => {
      this.#atWork.delete(work);
      this.#hasEnded(run);
    });
    return run;
  }

  /** @throws as `begin`. */
  #assertMayRun(tenant: string): void {
    if (this.#isStopping) throw new ServiceError("shutting_down", "The service is stopping");
    const { perTenant } = this.#options;
    const running = this.all({ status: "running" });
    if (running.filter(({ owner }) => owner.tenant === tenant).length >= perTenant) {
      const message = `This project has ${perTenant} runs of agents under way, which is the most (AGENT_RUNS_PER_TENANT)`;
      throw tooMany(message, perTenant);
    }
    if (running.length < this.#limits.running) return;
    throw new ServiceError("queue_full", "As many runs of agents are under way as may");
  }

  /** Each run may come to wait. @throws as `begin`. */
  #assertMayWait(tenant: string): void {
    const { waiting: most, waitingOfTenant } = this.#limits;
    const waiting = this.all({ status: "waiting_for_approval" });
    if (waiting.filter(({ owner }) => owner.tenant === tenant).length >= waitingOfTenant) {
      const message = `${waitingOfTenant} runs of this project wait for an approval, which is the most; approve, deny or cancel one`;
      throw tooMany(message, waitingOfTenant);
    }
    if (waiting.length < most) return;
    throw new ServiceError("queue_full", "As many runs of agents wait for an approval as may");
  }

  /** The run of an id. @param tenant undefined: whoever it is of. */
  find(id: string, tenant?: string): LiveRun | undefined {
    const run = this.#byId.get(id);
    return run && (tenant === undefined || run.owner.tenant === tenant) ? run : undefined;
  }

  /** The tenant's run that waits with a call. */
  waitingWith(callId: string, tenant: string): LiveRun | undefined {
    for (const run of this.#byId.values()) {
      if (run.owner.tenant === tenant && run.approval?.callId === callId) return run;
    }
    return undefined;
  }

  /** Those that a filter lets pass, the newest first. */
  all({ tenant, agent, status }: RunFilter = {}): LiveRun[] {
    const passes = (run: LiveRun): boolean =>
      (tenant === undefined || run.owner.tenant === tenant) &&
      (agent === undefined || run.agent.name === agent) &&
      (status === undefined || run.status === status);
    return [...this.#byId.values()].filter(passes).toReversed();
  }

  /**
   * Answers the call that a run waits with; it goes on.
   * @throws ServiceError `approval_mismatch` where it waits with none or with another, or the
   * arguments are not those that were shown; as `begin`, and it goes on waiting.
   */
  answer(run: LiveRun, { callId, args, argsSha256, ...decision }: Answer): void {
    const { approval } = run;
    if (approval?.callId !== callId) throw nothingWaits(callId);
    const isShown =
      (args === undefined || args === approval.args) &&
      (argsSha256 === undefined || argsSha256.toLowerCase() === approval.argsSha256);
    if (!isShown) {
      const message = `The arguments are not those that the call '${callId.slice(0, 100)}' was shown with; nothing was approved`;
      throw new ServiceError("approval_mismatch", message, { param: "arguments" });
    }
    this.#assertMayRun(run.owner.tenant);
    run.decide(callId, decision);
  }

  /** Nothing is left in memory of a project's runs that have ended. */
  forget(project: string): void {
    for (const run of [...this.#ended.keys()]) {
      if (run.owner.project === project || run.owner.tenant === project) this.#letGo(run);
    }
  }

  /** The service begins to stop: what waits for a person ends, and nobody follows any more. */
  sendAway(reason: Error): void {
    this.#isStopping = true;
    for (const run of this.#byId.values()) {
      if (run.status === "waiting_for_approval" || run.isDetached) run.stop(reason);
      run.log.dropFollowers();
    }
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#sweeper);
    const reason = new ServiceError("shutting_down", "The service is stopping");
    for (const run of this.#byId.values()) run.stop(reason);
    await Promise.all(this.#atWork);
  }

  #changed(run: LiveRun): void {
    this.#options.book.save(run.kept);
  }

  #hasEnded(run: LiveRun): void {
    this.#options.events.emit("runEnded", run);
    this.#ended.set(run, performance.now());
    this.#endedBytes += run.log.bytes;
    this.#sweep();
    if (this.#isStopping || this.#ended.size === 0) return;
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  #sweep(): void {
    const { ended, endedBytes, endedMs } = this.#limits;
    const oldest = performance.now() - endedMs;
    for (const [run, at] of this.#ended) {
      const isOver = this.#ended.size > ended || this.#endedBytes > endedBytes || at < oldest;
      if (!isOver) break;
      this.#letGo(run);
    }
    if (this.#ended.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  #letGo(run: LiveRun): void {
    this.#ended.delete(run);
    this.#byId.delete(run.id);
    this.#endedBytes -= run.log.bytes;
  }
}

function tooMany(message: string, limit: number): ServiceError {
  const details = { retryAfterSec: RETRY_AFTER_SEC, fields: { limit } };
  return new ServiceError("tenant_limit_exceeded", message, details);
}
