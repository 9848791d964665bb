import type { ToolCall } from "../dialects/messages.ts";
import type { CallTrace } from "../inference/call-record.ts";
import { ClientLeft } from "../errors/abort-reasons.ts";
import { ServiceError } from "../errors/service-error.ts";
import { LightSignal } from "../runtime/light-signal.ts";
import type { Agent } from "./agent.ts";
import type { KeptRun, RunStatus, RunStep } from "../../workers/request-store/agents/kept-run.ts";
import { endingOf, type RunReason } from "./run-end.ts";
import { RunLog } from "./run-log.ts";
import { stepFacts } from "./agent-facts.ts";
import { type ResponseHead, RunWriter } from "./run-writer.ts";
import { digest } from "./tool-call.ts";

/** Whose run it is, and of what. */
export interface RunOwner {
  tenant: string;
  /** `unknown` where the client names none. */
  project: string;
  /** The client's address. */
  client: string | undefined;
  /** As the table of routes has it. */
  route: string | undefined;
  /** The trace that its turns are a part of. */
  trace?: CallTrace | undefined;
}

interface LiveRunOptions {
  owner: RunOwner;
  agent: Agent;
  /** The model's own name. */
  model: string;
  head: ResponseHead;
  /** It goes on when its client leaves. */
  isDetached: boolean;
}

/** A call that waits for a person. */
export interface Approval {
  readonly callId: string;
  readonly server: string;
  readonly tool: string;
  /** JSON, as the model has written it. */
  readonly args: string;
  readonly argsSha256: string;
}

/** What a person says of it. */
export interface Decision {
  approve: boolean;
  reason?: string | undefined;
  /** The response that tells of what follows. */
  head: ResponseHead;
  /** It goes on when its client leaves. */
  isDetached: boolean;
}

interface Waiting extends Approval {
  decide: (decision: Decision) => void;
}

const FINAL: ReadonlySet<RunStatus> = new Set([
  "completed",
  "failed",
  "cancelled",
  "interrupted",
  "incomplete",
]);

/** A run that is in memory: under way, waiting for a person, or ended a while ago. */
export class LiveRun {
  readonly id: string;
  readonly owner: RunOwner;
  readonly agent: Agent;
  readonly model: string;
  readonly startedAtMs = Date.now();
  readonly log = new RunLog();
  /** Aborts when it is to end, whatever it does. */
  readonly signal = new LightSignal();
  readonly steps: RunStep[] = [];
  isDetached: boolean;
  /** What the model has said in its last turn. */
  text = "";
  /** Calls that its client is to make. */
  calls: ToolCall[] | undefined;
  /** What ended it, where that was an error. */
  error: unknown;
  #status: RunStatus = "running";
  #reason: RunReason | undefined;
  #endedAtMs: number | undefined;
  #writer: RunWriter;
  #waiting: Waiting | undefined;
  readonly #onPause: (() => void)[] = [];
  readonly #onEnd: (() => void)[] = [];

  constructor({ owner, agent, model, head, isDetached }: LiveRunOptions) {
    this.id = `run_${crypto.randomUUID()}`;
    this.owner = owner;
    this.agent = agent;
    this.model = model;
    this.isDetached = isDetached;
    this.#writer = this.#begin(head);
  }

  get status(): RunStatus {
    return this.#status;
  }

  get reason(): RunReason | undefined {
    return this.#reason;
  }

  get isFinal(): boolean {
    return FINAL.has(this.#status);
  }

  get endedAtMs(): number | undefined {
    return this.#endedAtMs;
  }

  /** Milliseconds that it has taken so far, or took. */
  get tookMs(): number {
    return (this.#endedAtMs ?? Date.now()) - this.startedAtMs;
  }

  /** Where it is written down for its readers. */
  get writer(): RunWriter {
    return this.#writer;
  }

  /** The call that waits for a person, if one does. */
  get approval(): Approval | undefined {
    return this.signal.aborted ? undefined : this.#waiting;
  }

  /** As its clients name its model. */
  get modelName(): string {
    return `agent:${this.agent.name}`;
  }

  /** Its state, as it is kept. */
  get kept(): KeptRun {
    const { id, owner, agent, model, startedAtMs, steps } = this;
    return {
      id,
      tenant: owner.tenant,
      project: owner.project,
      agent: agent.name,
      model,
      status: this.#status,
      reason: this.#reason,
      startedAtMs,
      endedAtMs: this.#endedAtMs,
      steps: [...steps],
    };
  }

  /** Notes a step that has ended, and tells its readers. */
  addStep(step: RunStep): void {
    this.steps.push(step);
    this.log.addOwn("step", { event: "step", number: this.steps.length, ...stepFacts(step) });
  }

  /** Waits until the response that is under way has ended: the run has, or waits for a person. */
  async paused(): Promise<void> {
    if (this.#status !== "running") return;
    await new Promise<void>((resolve) => this.#onPause.push(resolve));
  }

  /** Waits until it has ended. */
  async ended(): Promise<void> {
    while (!this.isFinal) await new Promise<void>((resolve) => this.#onEnd.push(resolve));
  }

  /** Who has asked for a response has gone: with it goes the run, unless it waits or is to go on. */
  leave(writer: RunWriter): void {
    if (writer !== this.#writer || this.isDetached || this.#status !== "running") return;
    this.stop(new ClientLeft());
  }

  /** Ends it, whatever it does. Further calls do nothing. */
  stop(reason: Error): void {
    this.signal.abort(reason);
  }

  /**
   * Ends the response, and waits until a person has said yes or no to a call.
   * @throws the signal's reason.
   */
  async waitForApproval(approval: Omit<Approval, "argsSha256">): Promise<Decision> {
    const { signal } = this;
    signal.throwIfAborted();
    let leave = (): void => {};
    try {
      return await new Promise<Decision>((resolve, reject) => {
        leave = () => reject(signal.reason);
        signal.addEventListener("abort", leave);
        this.#waiting = { ...approval, argsSha256: digest(approval.args), decide: resolve };
        this.#status = "waiting_for_approval";
        this.#writer.end(this.#status, undefined);
        this.#tellPaused();
      });
    } finally {
      this.#waiting = undefined;
      signal.removeEventListener("abort", leave);
    }
  }

  /** Answers the call that waits. @throws ServiceError `approval_mismatch` where none does, or another. */
  decide(callId: string, decision: Decision): void {
    const waiting = this.#waiting;
    if (waiting?.callId !== callId || this.signal.aborted) throw nothingWaits(callId);
    this.#waiting = undefined;
    this.#status = "running";
    this.isDetached = decision.isDetached;
    this.#writer = this.#begin(decision.head);
    waiting.decide(decision);
  }

  /** Its model has answered. */
  complete(): void {
    this.#end("completed", undefined);
  }

  /** Something has ended it. */
  fail(err: unknown): void {
    if (this.isFinal) return;
    const { status, reason } = endingOf(err, this.id);
    this.error = err;
    this.#end(status, reason);
  }

  #end(status: RunStatus, reason: RunReason | undefined): void {
    if (this.isFinal) return;
    // It may have been stopped while it waited, when its response had ended.
    const isTold = this.#status === "waiting_for_approval";
    this.#status = status;
    this.#reason = reason;
    this.#endedAtMs = Date.now();
    try {
      if (!isTold) this.#writer.end(status, reason);
    } finally {
      this.log.addOwn("run_ended", this.facts());
      this.log.end();
      this.#tellPaused();
      for (const tell of this.#onEnd.splice(0)) tell();
    }
  }

  #tellPaused(): void {
    for (const tell of this.#onPause.splice(0)) tell();
  }

  #begin(head: ResponseHead): RunWriter {
    const { log, modelName: model } = this;
    return new RunWriter({ log, head, model, facts: () => this.facts() });
  }

  /** What is told of it in its responses. */
  facts(): object {
    return {
      run_id: this.id,
      agent: this.agent.name,
      model: this.model,
      status: this.#status,
      ...(this.#reason ? { reason: this.#reason } : {}),
    };
  }
}

/** What is said where nothing waits for an answer, or something else. */
export function nothingWaits(callId: string): ServiceError {
  return new ServiceError(
    "approval_mismatch",
    `The run does not wait for an answer to the call '${callId.slice(0, 100)}'; GET /api/v1/agents/runs/{id} shows what it waits for`,
    { param: "call_id" },
  );
}
