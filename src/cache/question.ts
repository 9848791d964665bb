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
  /** The model may answer differently each time: temperature is not 0 and no seed is given. */
  isSampled: boolean;
}

/** The field of a body that has the question. */
type QuestionField = "messages" | "prompt";

/**
 * The tenant of a request, and what answers it: another model under the same name answers anew, and
 * so does another version of the server, whose defaults of sampling may be others.
 */
export interface QuestionOwner {
  tenant: string;
  digest: string;
  version: string | undefined;
}

/**
 * The question of a request that can be answered from the cache: text in, and the last message is
 * the user's. Undefined for any other.
 */
export function questionOf(request: OllamaRequest, owner: QuestionOwner): Question | undefined {
  const { path, body, hints, strict } = request;
  // Log probabilities are figures of one run of the model, and kept of none.
  if (unloads(hints.keepAlive) || body["logprobs"] || request.mustCall) return undefined;
  const field = path === "/api/chat" ? "messages" : "prompt";
  const { model } = request;
  return questionIn(body, field, owner, {
    model,
    // What was not checked is not for whoever wants what was.
    route: strict ? [path, "strict"] : [path],
    options: body["options"],
  });
}

/** Paths whose answers can be kept as they were sent, and the field of their question. */
const RAW_PATHS: ReadonlyMap<string, QuestionField> = new Map([
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
  { path, model, body }: { path: string; model: string; body: Uint8Array },
  owner: QuestionOwner,
): Question | undefined {
  const fields = parseJson(body) as Record<string, unknown>;
  const field = RAW_PATHS.get(path);
  // The hash of a question is of JSON, which could not be written of one nested too deep.
  if (!field || isNestedTooDeep(fields)) return undefined;
  // Ollama has them among its options, OpenAI at the top.
  const options = path.startsWith("/v1/") ? fields : fields["options"];
  return questionIn(fields, field, owner, { model, route: ["raw", path], options });
}

function questionIn(
  body: Record<string, unknown>,
  field: QuestionField,
  { tenant, digest, version }: QuestionOwner,
  facts: { model: string; route: string[]; options: unknown },
): Question | undefined {
  const parts = textAndContext(body, field);
  if (!parts) return undefined;
  const model = canonicalModel(facts.model);
  const space = JSON.stringify([tenant, model, digest, version, ...facts.route, parts.context]);
  return {
    space: createHash("sha256").update(space).digest("base64url"),
    text: parts.text,
    tenant,
    model,
    isSampled: isSampled(facts.options),
  };
}

/** The text of a body's question, and everything else of the body that has a part in the answer. */
function textAndContext(
  body: Record<string, unknown>,
  field: QuestionField,
): { text: string; context: unknown } | undefined {
  const { [field]: value, keep_alive: _keepAlive, ...rest } = body;
  if (field === "prompt") {
    return typeof value === "string" && value !== "" ? { text: value, context: rest } : undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const last: unknown = value.at(-1);
  if (typeof last !== "object" || last === null) return undefined;
  const { role, content, ...more } = last as Record<string, unknown>;
  if (role !== "user" || typeof content !== "string" || content === "") return undefined;
  return { text: content, context: [value.slice(0, -1), more, rest] };
}

function isSampled(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return true;
  const { temperature, seed } = options as Record<string, unknown>;
  // Ollama takes a seed of -1 for none, our engine any below 0.
  return temperature !== 0 && (typeof seed !== "number" || seed < 0);
}
