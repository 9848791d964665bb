import { createHash } from "node:crypto";
import type { InferenceRequest } from "../inference/runner.ts";
import { unloads } from "../models/keep-alive.ts";
import { canonicalModel } from "../models/model-name.ts";

/** A request as the cache sees it. */
export interface Question {
  /** Hash of all that must be equal before two texts are even compared. */
  space: string;
  /** The last user message, or the prompt. */
  text: string;
  tenant: string;
  /** Canonical name. */
  model: string;
  /** Asked twice, the model may answer differently: temperature is not 0 and no seed is given. */
  isSampled: boolean;
}

/**
 * What a request asks, if it is one that can be answered from the cache: text in, and the last
 * word is the user's.
 * @param digest the model's; another model under the same name answers anew.
 */
export function questionOf(
  request: InferenceRequest,
  { tenant, digest }: { tenant: string; digest: string },
): Question | undefined {
  const { path, body, hints } = request;
  if (unloads(hints.keepAlive)) return undefined;
  const asked = path === "/api/chat" ? lastWord(body) : prompt(body);
  if (!asked) return undefined;
  const model = canonicalModel(request.model);
  return {
    space: hash([tenant, model, digest, path, asked.context]),
    text: asked.text,
    tenant,
    model,
    isSampled: isSampled(body["options"]),
  };
}

interface Asked {
  text: string;
  /** Everything else of the body that has a part in the answer. */
  context: unknown;
}

function lastWord({
  messages,
  keep_alive: _keepAlive,
  ...rest
}: Record<string, unknown>): Asked | undefined {
  if (!Array.isArray(messages)) return undefined;
  const last: unknown = messages.at(-1);
  if (typeof last !== "object" || last === null) return undefined;
  const { role, content, ...more } = last as Record<string, unknown>;
  if (role !== "user" || typeof content !== "string" || content === "") return undefined;
  return { text: content, context: [messages.slice(0, -1), more, rest] };
}

function prompt({ prompt: text, keep_alive: _keepAlive, ...rest }: Record<string, unknown>) {
  return typeof text === "string" && text !== "" ? { text, context: rest } : undefined;
}

function isSampled(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return true;
  const { temperature, seed } = options as Record<string, unknown>;
  return temperature !== 0 && typeof seed !== "number";
}

function hash(parts: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}
