import OpenAI from "openai";
import { as, startAgents } from "./agents.ts";

type World = Awaited<ReturnType<typeof startAgents>>;

/** The OpenAI client of a tenant. */
export function connect({ gateway }: World): OpenAI {
  const { "x-project-name": project = "" } = as("acme").headers as Record<string, string>;
  return new OpenAI({
    baseURL: `${gateway.url}/api/v1`,
    apiKey: "none",
    maxRetries: 0,
    defaultHeaders: { "x-project-name": project },
  });
}

/** An agent whose model calls a tool once, and then answers. */
export async function withTool(definition: Record<string, unknown> = {}) {
  const world = await startAgents();
  await world.create({ allowed_tools: ["say"], ...definition });
  world.model(({ messages }) =>
    messages.at(-1)?.role === "tool"
      ? { text: "It is 42." }
      : { text: "Let me see.", calls: [["say", { text: "42" }]] },
  );
  return world;
}

/** The events of OpenAI's, by their types, that a run with one call has. */
export const TYPES = [
  "response.created",
  "response.in_progress",
  "response.output_item.added",
  "response.mcp_list_tools.in_progress",
  "response.mcp_list_tools.completed",
  "response.output_item.done",
  "response.output_item.added",
  "response.content_part.added",
  "response.output_text.delta",
  "response.output_text.delta",
  "response.output_text.done",
  "response.content_part.done",
  "response.output_item.done",
  "response.output_item.added",
  "response.mcp_call.in_progress",
  "response.mcp_call_arguments.delta",
  "response.mcp_call_arguments.done",
  "response.mcp_call.completed",
  "response.output_item.done",
  "response.output_item.added",
  "response.content_part.added",
  "response.output_text.delta",
  "response.output_text.delta",
  "response.output_text.done",
  "response.content_part.done",
  "response.output_item.done",
  "response.completed",
];

/** What such a run has said and done, as OpenAI has it. */
export const OUTPUT = [
  { type: "mcp_list_tools", server_label: "own", tools: [{ name: "say" }], error: null },
  { type: "message", status: "completed", content: [{ text: "Let me see." }] },
  {
    type: "mcp_call",
    status: "completed",
    server_label: "own",
    name: "say",
    arguments: '{"text":"42"}',
    output: "42",
    error: null,
  },
  { type: "message", status: "completed", content: [{ text: "It is 42." }] },
];
