import { ServiceError } from "../../errors/service-error.ts";
import { cut } from "../../runtime/text-limits.ts";
import type { ParameterValue } from "./parameters.ts";

/** What a Modelfile says, under the names that Ollama's POST /api/create has for it. */
export interface ModelfileFields {
  /** The name of the model that the new one is made from. */
  from: string;
  system?: string;
  template?: string;
  parameters?: Record<string, ParameterValue>;
  /** What was said before each conversation. */
  messages?: ModelfileMessage[];
  license?: string[];
  /** A LoRA adapter, by a name or a blob's digest; the request itself takes digests only. */
  adapter?: string;
  /** A small model that drafts for the new one, named as the adapter is. */
  draft?: string;
  /** The names of the server's own prompt renderer and output parser. */
  renderer?: string;
  parser?: string;
  /** The oldest version of Ollama that can run the model, without a leading `v`. */
  requires?: string;
}

export interface ModelfileMessage {
  role: MessageRole;
  content: string;
}

export const MESSAGE_ROLES = ["system", "user", "assistant"] as const;
export type MessageRole = (typeof MESSAGE_ROLES)[number];

/**
 * The most that a Modelfile may hold. The largest ones of Ollama's own library have some 60 KB,
 * most of it licenses.
 */
export const MODELFILE_LIMITS = {
  bytes: 1_048_576,
  lines: 20_000,
  /** As many as a conversation may have. */
  messages: 2048,
  licenses: 64,
  stop: 64,
} as const;

/** Characters of a wrong value that an error shows. */
const SHOWN = 80;

/** The error for a Modelfile that cannot be used, with the line at fault where there is one. */
export function modelfileError(problem: string, line?: number): ServiceError {
  const place = line === undefined ? "modelfile" : `modelfile, line ${line}`;
  return new ServiceError("invalid_request", `${place}: ${problem}`, { param: "modelfile" });
}

/** A value as an error shows it: in one line, and not too much of it. */
export function shown(value: string): string {
  return `'${cut(value, SHOWN).replaceAll(/\s+/g, " ")}'`;
}
