import type { AppContext } from "../../../middleware/env.ts";
import type { Agent } from "../../../src/agents/agent.ts";
import type { LiveRun, RunOwner } from "../../../src/agents/live-run.ts";
import type { AnswerForm } from "../../../src/agents/model-turns.ts";
import { runOptions } from "../../../src/agents/run-options.ts";
import type { ResponseHead } from "../../../src/agents/run-writer.ts";
import type { StoredTool } from "../../../src/agents/stored-tool.ts";
import type { ChatMessage } from "../../../src/dialects/messages.ts";
import { textsOf } from "../../../src/dialects/prompt-limit.ts";
import type { Tool, ToolChoice } from "../../../src/dialects/tools.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { ModelCatalog } from "../../../src/models/catalog.ts";
import type { RequestRecord } from "../../../src/requests/request-record.ts";
import { maxWaitMs } from "../../max-wait-header.ts";
import { isBackground } from "../../priority-header.ts";
import { textModel } from "../choose-model.ts";
import { formatFields, type FormatFields, formatOf, strictOf } from "../contract/answer-format.ts";
import { generationFields, generationHints } from "../contract/generation.ts";
import type { GenerationServices } from "../services.ts";
import type { AgentRunServices } from "./run-services.ts";

/** What a run needs of all that routes work with. */
export interface RunServices extends GenerationServices {
  agents: AgentRunServices;
  catalog: GenerationServices["catalog"] & Pick<ModelCatalog, "isListed">;
}

/** What a request asks of an agent. */
export interface RunInput {
  agent: Agent;
  messages: ChatMessage[];
  tools?: readonly Tool[] | undefined;
  tool_choice?: ToolChoice | undefined;
  /** Fields of a request that say how to generate; they win over the agent's own. */
  options: Parameters<typeof generationFields>[0];
  /** Wins over the agent's own. */
  format: FormatFields;
  head: ResponseHead;
  isDetached: boolean;
}

/** How models are named that are agents. */
const PREFIX = "agent:";

/**
 * The agent that a model's name stands for; undefined for a name of another kind, and where a model is
 * installed under a name that no agent has.
 * @throws ServiceError `agent_not_found`.
 */
export async function agentNamed(
  { agents, catalog }: Pick<RunServices, "agents" | "catalog">,
  tenant: string,
  model: string | undefined,
): Promise<Agent | undefined> {
  if (!model?.startsWith(PREFIX)) return undefined;
  try {
    return await agents.book.find(tenant, model.slice(PREFIX.length));
  } catch (err) {
    const isMissing = err instanceof ServiceError && err.code === "agent_not_found";
    if (isMissing && (await catalog.isListed(model))) return undefined;
    throw err;
  }
}

/**
 * Begins a run for a request. The request is told apart from the run's turns, which have records of
 * their own.
 * @throws ServiceError for a model or a prompt that cannot be used; as LiveRuns.begin.
 */
export async function beginRun(
  c: AppContext,
  services: RunServices,
  input: RunInput,
): Promise<LiveRun> {
  const { agent, head, isDetached } = input;
  const record = c.get("record");
  refuseChoice(input.tool_choice);
  const messages: ChatMessage[] = [{ role: "system", content: agent.role }, ...input.messages];
  const model = await textModel(services, agent.model, textsOf(messages));
  const options = { ...runOptions(agent.options, { ...input.options }), tools: undefined };
  const { format: _format, ...fields } = generationFields(options);
  // The client may have left meanwhile: nothing is begun for it.
  c.get("exchange").signal.throwIfAborted();
  const run = services.agents.runs.begin({
    run: { owner: ownerOf(record), agent, model, head, isDetached },
    messages,
    tools: functionsOf(input.tools),
    settings: {
      fields,
      hints: generationHints(options),
      background: isBackground(c),
      maxExpectedMs: maxWaitMs(c),
    },
    form: formOf(agent, input.format),
    maxTokens: services.promptLimit.tokensOf(model),
  });
  about(record, run);
  return run;
}

/** Has a request's record say that it is about a run; its turns are what is counted. */
export function about(record: RequestRecord, run: LiveRun): void {
  record.kind = "batch";
  record.model = run.modelName;
  record.letGoOfBody();
}

/** Has a run end with the client that waits for it, unless it is to go on. */
export function endWithClient(c: AppContext, run: LiveRun): void {
  const { signal } = c.get("exchange");
  const { writer } = run;
  const leave = (): void => {
    const { reason } = signal;
    // Somebody has called the request off, and not only gone.
    if (reason instanceof ServiceError) run.stop(reason);
    else run.leave(writer);
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  // However its answer ends: nobody reads on.
  c.get("record").onEnd(() => run.leave(writer));
}

function ownerOf({ tenant, project, client, route, call }: RequestRecord): RunOwner {
  return { tenant, project: project || "unknown", client, route, trace: call.trace };
}

function formOf(agent: Agent, given: FormatFields): AnswerForm | undefined {
  const own = formatFields.response_format.parse(agent.responseFormat);
  const isGiven = formatOf(given) !== undefined || given.response_format !== undefined;
  const wanted = isGiven ? given : { response_format: own };
  const format = formatOf(wanted);
  if (format === undefined) return undefined;
  return { format, strict: strictOf(wanted) };
}

function functionsOf(tools: readonly Tool[] = []): StoredTool[] {
  return tools.map((tool) => {
    if (tool.type === "function") return tool;
    const message = `tools: '${tool.custom.name.slice(0, 100)}' is no function; agents take functions only`;
    throw new ServiceError("validation_error", message, { param: "tools" });
  });
}

function refuseChoice(choice: ToolChoice | undefined): void {
  if (choice === undefined || choice === "auto") return;
  const message = "tool_choice: an agent chooses its tools itself; leave it out, or send auto";
  throw new ServiceError("validation_error", message, { param: "tool_choice" });
}
