import { truncatedField, type Truncation } from "../../inference/truncation.ts";
import type { OllamaAnswer } from "../../inference/answers.ts";
import type { ShownRequest } from "../shown-request.ts";
import { schemaValidField } from "../../inference/answer-schema.ts";
import { openaiUsage } from "../openai-frames.ts";
import type { OutputItem } from "./output-items.ts";

/** A request's settings as its response shows them. */
export interface ShownSettings {
  instructions: string | null;
  max_output_tokens: number | null;
  metadata: Record<string, string>;
  parallel_tool_calls: boolean;
  previous_response_id: string | null;
  reasoning: { effort: string | null; summary: string | null };
  store: boolean;
  temperature: number | null;
  text: object;
  tool_choice: unknown;
  tools: object[];
  top_logprobs: number;
  top_p: number | null;
  truncation: "auto" | "disabled";
  user: string | null;
}

export type ResponseStatus = "in_progress" | "completed" | "incomplete" | "failed";

/** A response of OpenAI's Responses API. */
export interface ResponseObject extends ShownSettings {
  id: string;
  object: "response";
  created_at: number;
  completed_at: number | null;
  status: ResponseStatus;
  background: false;
  error: { code: string; message: string } | null;
  /** OpenAI's reason, or that of an agent's run. */
  incomplete_details: { reason: string } | null;
  model: string;
  output: OutputItem[];
  service_tier: "default";
  usage: ReturnType<typeof responseUsage> | null;
  truncated?: Truncation;
  schema_valid?: boolean;
  /** Of an agent's run: what OpenAI has no field for. */
  shared_ollama?: object;
}

/** Those of a request that has none. */
export const PLAIN_SETTINGS: ShownSettings = {
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: true,
  temperature: null,
  text: { format: { type: "text" } },
  tool_choice: "auto",
  tools: [],
  top_logprobs: 0,
  top_p: null,
  truncation: "auto",
  user: null,
};

/** The id of a request's response. */
export function responseId({ id }: Pick<ShownRequest, "id">): string {
  return `resp_${id.replaceAll("-", "")}`;
}

/** A response that has only begun. */
export function beginResponse(request: ShownRequest, settings: ShownSettings): ResponseObject {
  const { startedAtMs, model = "" } = request;
  return begunResponse({ id: responseId(request), startedAtMs, model }, settings);
}

/** The same for one that may be of no request's own. */
export function begunResponse(
  { id, startedAtMs, model }: { id: string; startedAtMs: number; model: string },
  settings: ShownSettings,
): ResponseObject {
  return {
    id,
    object: "response",
    created_at: Math.floor(startedAtMs / 1000),
    completed_at: null,
    status: "in_progress",
    background: false,
    error: null,
    incomplete_details: null,
    model,
    output: [],
    service_tier: "default",
    usage: null,
    ...settings,
  };
}

/** The same once the model has said its last, which was cut off or not. */
export function endResponse(
  begun: ResponseObject,
  last: OllamaAnswer,
  output: OutputItem[],
): ResponseObject {
  const isCut = wasCutOff(last);
  return {
    ...begun,
    completed_at: isCut ? null : Math.floor(Date.now() / 1000),
    status: isCut ? "incomplete" : "completed",
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output,
    usage: responseUsage(last),
    ...truncatedField(last),
    ...schemaValidField(last),
  };
}

/** Whether an answer ended because it had to. */
export function wasCutOff(last: OllamaAnswer): boolean {
  return last["done_reason"] === "length";
}

function responseUsage(last: OllamaAnswer) {
  return usageOfTokens(openaiUsage(last));
}

/** Ollama does not say how much of a prompt it knew, nor which tokens were thoughts. */
export function usageOfTokens({
  prompt_tokens,
  completion_tokens,
  total_tokens,
}: ReturnType<typeof openaiUsage>) {
  return {
    input_tokens: prompt_tokens,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: completion_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens,
  };
}
