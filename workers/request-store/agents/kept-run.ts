/** How far a run is. The last five are final. */
export type RunStatus =
  | "running"
  | "waiting_for_approval"
  | "completed"
  | "failed"
  | "cancelled"
  | "interrupted"
  | "incomplete";

/** A model turn or a tool call of a run. */
export interface RunStep {
  readonly kind: "model" | "tool";
  /** Of a tool call. */
  readonly server?: string | undefined;
  readonly tool?: string | undefined;
  /** Of a model turn: the id of its request, as in `/api/v1/requests/{id}`. */
  readonly requestId?: string | undefined;
  readonly startedAtMs: number;
  readonly tookMs: number;
  /** Of a model turn. */
  readonly queueMs?: number | undefined;
  readonly loadMs?: number | undefined;
  readonly inferenceMs?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** How it ended: `completed`, `error`, `refused`, `cancelled`. */
  readonly outcome: string;
  /** Only with AGENT_TRACE=full: what was said, or the call's arguments and output. */
  readonly text?: string | undefined;
  readonly args?: string | undefined;
}

/** A run as it is kept on disk (AGENT_TRACE=steps and full). */
export interface KeptRun {
  /** `run_` and a UUID. */
  readonly id: string;
  readonly tenant: string;
  readonly project: string;
  readonly agent: string;
  readonly model: string;
  readonly status: RunStatus;
  /** Why it ended, where it did not complete: a code of our own, and a sentence. */
  readonly reason?: { readonly code: string; readonly message: string } | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs?: number | undefined;
  readonly steps: readonly RunStep[];
}
