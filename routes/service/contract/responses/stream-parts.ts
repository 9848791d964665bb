import { z } from "@hono/zod-openapi";
import { RatedToken } from "../answers.ts";
import { OutputItem, OutputTextPart, ResponseAnswer, SummaryPart } from "./answer.ts";

/** An event: its type, the fields, and its number. */
function event<T extends string>(type: T | readonly T[], name: string, fields: z.ZodRawShape) {
  const types = typeof type === "string" ? z.literal(type) : z.enum(type as [T, ...T[]]);
  return z.object({ type: types, sequence_number: z.int(), ...fields }).openapi(name);
}

/** An event of our own, which OpenAI's clients take for one that says nothing. */
const OwnRunEvent = z
  .object({
    type: z.literal("keepalive"),
    sequence_number: z.int().optional(),
    shared_ollama: z.looseObject({}),
  })
  .openapi("OwnRunEvent", {
    description:
      "Of an agent's run. `event:` says which: shared_ollama:queue and shared_ollama:load (what a model's turn waits for), shared_ollama:step (a step has ended), shared_ollama:run_ended, shared_ollama:missed (earlier events are gone)",
  });

const place = { item_id: z.string(), output_index: z.int() };
const inMessage = { ...place, content_index: z.int() };
const inReasoning = { ...place, summary_index: z.int() };
const [text, delta, logprobs] = [z.string(), z.string(), z.array(RatedToken)];

/** What a stream of a response is made of. */
export const ResponseStreamEvent = z
  .union([
    event(
      [
        "response.created",
        "response.in_progress",
        "response.completed",
        "response.incomplete",
        "response.failed",
      ],
      "ResponseStateEvent",
      { response: ResponseAnswer },
    ),
    event(["response.output_item.added", "response.output_item.done"], "OutputItemEvent", {
      output_index: z.int(),
      item: OutputItem,
    }),
    event(["response.content_part.added", "response.content_part.done"], "ContentPartEvent", {
      ...inMessage,
      part: OutputTextPart,
    }),
    event("response.output_text.delta", "OutputTextDeltaEvent", { ...inMessage, delta, logprobs }),
    event("response.output_text.done", "OutputTextDoneEvent", { ...inMessage, text, logprobs }),
    event(
      ["response.reasoning_summary_part.added", "response.reasoning_summary_part.done"],
      "SummaryPartEvent",
      { ...inReasoning, part: SummaryPart },
    ),
    event("response.reasoning_summary_text.delta", "SummaryTextDeltaEvent", {
      ...inReasoning,
      delta,
    }),
    event("response.reasoning_summary_text.done", "SummaryTextDoneEvent", { ...inReasoning, text }),
    event(
      [
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        "response.mcp_list_tools.failed",
        "response.mcp_call.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
      ],
      "McpStateEvent",
      place,
    ),
    event("response.mcp_call_arguments.delta", "McpArgumentsDeltaEvent", { ...place, delta }),
    event("response.mcp_call_arguments.done", "McpArgumentsDoneEvent", {
      ...place,
      arguments: z.string(),
    }),
    event("response.function_call_arguments.delta", "FunctionArgumentsDeltaEvent", {
      ...place,
      delta,
    }),
    event("response.function_call_arguments.done", "FunctionArgumentsDoneEvent", {
      ...place,
      name: z.string(),
      arguments: z.string(),
    }),
    event("error", "ResponseErrorEvent", {
      code: z.string(),
      message: z.string(),
      param: z.null(),
    }),
    OwnRunEvent,
  ])
  .openapi("ResponseStreamEvent");

export const RESPONSE_STREAM_EXAMPLE =
  'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_7f1f…_0","output_index":0,"content_index":0,"delta":"Sun","logprobs":[]}\n\n';
