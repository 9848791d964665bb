import type { EndedRequest } from "./ended-request.ts";

/** Operations that have a model do something, in the words of the logs. */
const INFERENCE: ReadonlySet<string | undefined> = new Set([
  "generate",
  "chat",
  "vlm",
  "batch_chat",
  "batch_vlm",
  "embed",
  "embeddings",
  "similarity",
  "completions",
  "chat/completions",
  "responses",
  "agent",
  "messages",
  "audio/transcriptions",
  "images/generations",
  "images/edits",
]);

/** Those in which the server works for long, and no model does. */
const LONG: ReadonlySet<string | undefined> = new Set(["pull", "push", "create", "copy", "load"]);

/** Whether the machine has something to do for a request of an operation, and not only to tell. */
export function keepsMachineAwake(operation: string | undefined): boolean {
  return INFERENCE.has(operation) || LONG.has(operation);
}

/** Whether a request was one for a model's work; a batch's items are, itself it is not. */
export function isInference({ kind, operation, model }: EndedRequest): boolean {
  return kind !== "batch" && model !== undefined && INFERENCE.has(operation);
}
