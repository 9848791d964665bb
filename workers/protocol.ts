import type { BodyFacts } from "../src/inference/inspect-body.ts";

/** The tasks of the worker threads: name → what goes in and what comes out. Types only. */
export interface Tasks {
  /** Reads a large inference body far enough to schedule it. */
  inspectBody: { input: Uint8Array; output: BodyFacts };
}

export type TaskName = keyof Tasks;
export type TaskInput<K extends TaskName> = Tasks[K]["input"];
export type TaskOutput<K extends TaskName> = Tasks[K]["output"];
