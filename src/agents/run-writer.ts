import type { ToolCall } from "../dialects/messages.ts";
import type {
  McpApprovalRequestItem,
  McpCallItem,
  McpListToolsItem,
} from "../dialects/responses/output-items.ts";
import {
  begunResponse,
  type ResponseObject,
  type ShownSettings,
  usageOfTokens,
} from "../dialects/responses/response-object.ts";
import { ResponseOutput } from "../dialects/responses/response-output.ts";
import type { OllamaAnswer } from "../inference/answers.ts";
import type { McpTool } from "../mcp/mcp-tools.ts";
import type { RunStatus } from "../../workers/request-store/agents/kept-run.ts";
import type { RunReason } from "./run-end.ts";
import type { RunEvent, RunLog } from "./run-log.ts";

/** A response that a run is told in. */
export interface ResponseHead {
  /** `resp_` and 32 digits. */
  id: string;
  settings: ShownSettings;
  /** Given the response once it is whole, before its reader is. */
  keep?: ((response: ResponseObject) => void) | undefined;
}

interface RunWriterOptions {
  log: RunLog;
  head: ResponseHead;
  /** As the client names it. */
  model: string;
  /** What is told of the run, beside what OpenAI has fields for. */
  facts: () => object;
}

/** Tokens of the model's turns. */
interface Tokens {
  prompt: number;
  completion: number;
}

/** Writes a run down as a response of OpenAI's: the whole run, or its part up to an approval. */
export class RunWriter {
  readonly #options: RunWriterOptions;
  readonly #begun: ResponseObject;
  readonly #output: ResponseOutput;
  readonly #tokens: Tokens = { prompt: 0, completion: 0 };
  /** The number of its first event in the log. */
  readonly firstEvent: number;
  /** The whole, once it has ended. */
  response: ResponseObject | undefined;

  constructor(options: RunWriterOptions) {
    this.#options = options;
    const { head, model, log } = options;
    this.firstEvent = log.next;
    this.#begun = begunResponse({ ...head, startedAtMs: Date.now(), model }, head.settings);
    this.#output = new ResponseOutput(head.id);
    const response = { ...this.#begun, shared_ollama: options.facts() };
    this.#add([
      { type: "response.created", response },
      { type: "response.in_progress", response },
    ]);
  }

  /** A line of the model's answer; its calls are told of otherwise. */
  say(line: OllamaAnswer): void {
    this.#add(this.#output.add(line));
  }

  /** The model has said all of a turn. */
  endTurn(inputTokens = 0, outputTokens = 0): void {
    this.#tokens.prompt += inputTokens;
    this.#tokens.completion += outputTokens;
    this.#add(this.#output.close());
  }

  /** A call of a function that the client runs. */
  call(call: ToolCall): void {
    this.#add(this.#output.addCall(call));
  }

  /** The tools of a server are asked for. @returns what to tell once they are there, or are not. */
  listTools(server: string): (tools: readonly McpTool[], error?: string) => void {
    const { item, events } = this.#output.begin<McpListToolsItem>("mcp_list_tools", {
      server_label: server,
      tools: [],
      error: null,
    });
    const place = this.#output.placeOf(item);
    this.#add([...events, { type: "response.mcp_list_tools.in_progress", ...place }]);
    return (tools, error) => {
      item.error = error ?? null;
      item.tools = tools.map(({ name, description, inputSchema }) => ({
        name,
        description: description ?? null,
        input_schema: inputSchema,
        annotations: null,
      }));
      const how = error === undefined ? "completed" : "failed";
      this.#add([{ type: `response.mcp_list_tools.${how}`, ...place }, this.#output.done(item)]);
    };
  }

  /**
   * The service calls a tool.
   * @returns what to tell of its end; undefined: it was given up.
   */
  callTool(
    { server, name }: Pick<McpTool, "server" | "name">,
    args: string,
    approvalId?: string,
  ): (outcome: { text: string; isError: boolean } | undefined) => void {
    const { item, events } = this.#output.begin<McpCallItem>("mcp_call", {
      status: "in_progress",
      server_label: server,
      name,
      arguments: "",
      output: null,
      error: null,
      approval_request_id: approvalId ?? null,
    });
    const place = this.#output.placeOf(item);
    item.arguments = args;
    this.#add([
      ...events,
      { type: "response.mcp_call.in_progress", ...place },
      { type: "response.mcp_call_arguments.delta", ...place, delta: args },
      { type: "response.mcp_call_arguments.done", ...place, arguments: args },
    ]);
    return (outcome) => {
      item.status = outcome === undefined ? "incomplete" : outcome.isError ? "failed" : "completed";
      item[outcome?.isError === false ? "output" : "error"] = outcome?.text ?? "It was given up";
      const how = item.status === "completed" ? "completed" : "failed";
      this.#add([{ type: `response.mcp_call.${how}`, ...place }, this.#output.done(item)]);
    };
  }

  /** A call waits for a person. @returns its id. */
  askApproval({ server, name }: McpTool, args: string): string {
    const { item, events } = this.#output.begin<McpApprovalRequestItem>("mcp_approval_request", {
      server_label: server,
      name,
      arguments: args,
    });
    this.#add([...events, this.#output.done(item)]);
    return item.id;
  }

  /** Ends the response: its run has ended, or waits. @throws what `keep` throws, once all is told. */
  end(status: RunStatus, reason: RunReason | undefined): void {
    const state = STATES[status](reason);
    const events = this.#output.end(state === "completed" ? "completed" : "incomplete");
    const { prompt, completion } = this.#tokens;
    const response: ResponseObject = {
      ...this.#begun,
      status: state,
      completed_at: state === "completed" ? Math.floor(Date.now() / 1000) : null,
      incomplete_details: state === "incomplete" && reason ? { reason: reason.code } : null,
      error: state === "failed" && reason ? { ...reason } : null,
      output: this.#output.items,
      usage: usageOfTokens({
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion,
      }),
      shared_ollama: this.#options.facts(),
    };
    this.response = response;
    try {
      if (state !== "failed") this.#options.head.keep?.(response);
    } finally {
      this.#add(events);
      this.#options.log.add({ type: `response.${state}`, response }, true);
    }
  }

  #add(events: readonly RunEvent[]): void {
    for (const event of events) this.#options.log.add(event);
  }
}

type EndState = "completed" | "incomplete" | "failed";

/** OpenAI's states for ours: a response with calls to make, or that asks for a person, is complete. */
const STATES: Record<RunStatus, (reason: RunReason | undefined) => EndState> = {
  running: () => "incomplete",
  waiting_for_approval: () => "completed",
  completed: () => "completed",
  incomplete: (reason) => (reason?.code === "tool_calls" ? "completed" : "incomplete"),
  failed: () => "failed",
  cancelled: () => "failed",
  interrupted: () => "failed",
};
