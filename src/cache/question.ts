import { createHash } from "node:crypto";
import type { OllamaRequest } from "../inference/runner.ts";
import { unloads } from "../models/keep-alive.ts";
import { canonicalModel } from "../models/model-name.ts";
import { isNestedTooDeep } from "../runtime/nesting.ts";
import { parseJson } from "../runtime/parse-json.ts";

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
  request: OllamaRequest,
  { tenant, digest }: { tenant: string; digest: string },
): Question | undefined {
  const { path, body, hints } = request;
  if (unloads(hints.keepAlive)) return undefined;
  // They are figures of one run of the model, and kept of none.
  if (body["logprobs"]) return undefined;
  const asked = askedIn(body, path === "/api/chat" ? "messages" : "prompt");
  if (!asked) return undefined;
  const model = canonicalModel(request.model);
  return {
    space: spaceOf([tenant, model, digest, path, asked.context]),
    text: asked.text,
    tenant,
    model,
    isSampled: isSampled(body["options"]),
  };
}

/** Paths whose answers can be kept as they were sent, and what of their bodies asks. */
const RAW_PATHS: ReadonlyMap<string, "messages" | "prompt"> = new Map([
  ["/api/chat", "messages"],
  ["/api/generate", "prompt"],
  ["/v1/chat/completions", "messages"],
  ["/v1/completions", "prompt"],
]);

/** Whether the answers of a path of Ollama's or OpenAI's dialect can be kept as they were sent. */
export function canKeepRaw(path: string): boolean {
  return RAW_PATHS.has(path);
}

/**
 * As `questionOf`, of a body in Ollama's or OpenAI's dialect whose answer is kept as it was sent:
 * path and stream are part of what must be equal, since it is given again byte for byte.
 * @param body a JSON object.
 */
export function rawQuestionOf(
  { path, model: named, body }: { path: string; model: string; body: Uint8Array },
  { tenant, digest }: { tenant: string; digest: string },
): Question | undefined {
  const fields = parseJson(body) as Record<string, unknown>;
  // Its hash is of JSON, which could not be written.
  if (isNestedTooDeep(fields)) return undefined;
  const kind = RAW_PATHS.get(path);
  const asked = kind && askedIn(fields, kind);
  if (!asked) return undefined;
  const model = canonicalModel(named);
  return {
    space: spaceOf([tenant, model, digest, "raw", path, asked.context]),
    text: asked.text,
    tenant,
    model,
    // Ollama has them among its options, OpenAI at the top.
    isSampled: isSampled(path.startsWith("/v1/") ? fields : fields["options"]),
  };
}

interface Asked {
  text: string;
  /** Everything else of the body that has a part in the answer. */
  context: unknown;
}

function askedIn(body: Record<string, unknown>, kind: "messages" | "prompt"): Asked | undefined {
  const { [kind]: asked, keep_alive: _keepAlive, ...rest } = body;
  if (kind === "prompt") {
    return typeof asked === "string" && asked !== "" ? { text: asked, context: rest } : undefined;
  }
  if (!Array.isArray(asked)) return undefined;
  const last: unknown = asked.at(-1);
  if (typeof last !== "object" || last === null) return undefined;
  const { role, content, ...more } = last as Record<string, unknown>;
  if (role !== "user" || typeof content !== "string" || content === "") return undefined;
  return { text: content, context: [asked.slice(0, -1), more, rest] };
}

function isSampled(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return true;
  const { temperature, seed } = options as Record<string, unknown>;
  // Ollama takes a seed of -1 for none, our engine any below 0.
  return temperature !== 0 && (typeof seed !== "number" || seed < 0);
}

function spaceOf(parts: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}
