import { estimatedTokens, type PromptLimit } from "../dialects/prompt-limit.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { McpTool, McpToolBoxes } from "../mcp/mcp-tools.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import type { ModelSizes } from "../models/memory/model-sizes.ts";
import type { ModelAliases } from "../models/model-aliases.ts";
import type { Caller } from "../runtime/caller.ts";
import type { Agent } from "./agent.ts";
import { isNamed, ToolNames } from "./tool-names.ts";

/** What was looked at, and what was found. */
export interface Finding {
  check: "model" | "tools" | "context" | "prompt_limit" | "mcp" | "allowed_tools";
  ok: boolean;
  /** A sentence; where something is wrong, with what to do. */
  message: string;
}

interface AgentValidatorOptions {
  aliases: Pick<ModelAliases, "modelFor">;
  catalog: Pick<ModelCatalog, "allows" | "canCallTools" | "isInstalled">;
  sizes: Pick<ModelSizes, "contextOf">;
  promptLimit: Pick<PromptLimit, "check">;
  /** Undefined where there are no MCP servers. */
  servers: McpToolBoxes | undefined;
}

/** Instructions and tools may take so much of a context: the rest is for the conversation. */
const CONTEXT_SHARE = 0.75;

/** Tools that a sentence names. */
const MOST_NAMED = 5;

/** Looks whether an agent can run as things are now. */
export class AgentValidator {
  readonly #options: AgentValidatorOptions;

  constructor(options: AgentValidatorOptions) {
    this.#options = options;
  }

  /**
   * All that was looked at; starts its MCP servers, and lets go of them.
   * @throws the caller's reason where it leaves.
   */
  async validate(agent: Agent, { tenant, signal }: Caller): Promise<Finding[]> {
    const model = await this.#options.aliases.modelFor(agent.model);
    const { findings: ofServers, tools } = await this.#servers(agent, { tenant, signal });
    signal.throwIfAborted();
    return [
      await looked("model", () => this.#model(model)),
      ...(await this.#tools(agent, model)),
      await looked("context", () => this.#context(agent, model, tools)),
      await looked("prompt_limit", () => this.#promptLimit(agent, model)),
      ...ofServers,
    ];
  }

  async #model(model: string): Promise<Omit<Finding, "check">> {
    const { catalog } = this.#options;
    if (!catalog.allows(model)) {
      return wrong(`The model '${model}' is outside ALLOWED_MODELS`);
    }
    return (await catalog.isInstalled(model))
      ? fine(`The model '${model}' is installed`)
      : wrong(
          `The model '${model}' is not installed; \`shared-ollama models pull ${model}\` fetches it`,
        );
  }

  async #tools({ tools = [], mcp }: Agent, model: string): Promise<Finding[]> {
    if (tools.length === 0 && mcp.length === 0) return [];
    const look = async (): Promise<Omit<Finding, "check">> => {
      const can = await this.#options.catalog.canCallTools(model);
      if (can === undefined) {
        return fine(`The inference server does not say whether '${model}' can call tools`);
      }
      return can
        ? fine(`The model '${model}' can call tools`)
        : wrong(`The model '${model}' cannot call tools; choose one that can`);
    };
    return [await looked("tools", look)];
  }

  async #context(
    { role, tools = [], responseFormat, options }: Agent,
    model: string,
    ofServers: readonly McpTool[],
  ): Promise<Omit<Finding, "check">> {
    const schemas = [...tools, ...ofServers.map(asFunction), responseFormat ?? ""];
    const tokens = estimatedTokens([role, ...schemas.map((schema) => JSON.stringify(schema))]);
    const context = await this.#options.sizes.contextOf(model, numCtxOf(options));
    if (context === undefined) {
      return fine(`Instructions and tools take about ${tokens} tokens; the context is not known`);
    }
    const takes = `Instructions and tools take about ${tokens} of the context's ${context} tokens`;
    return tokens <= context * CONTEXT_SHARE
      ? fine(takes)
      : wrong(
          `${takes}, which leaves too little for a conversation; name fewer tools in allowed_tools, or set options.num_ctx`,
        );
  }

  #promptLimit({ role }: Agent, model: string): Omit<Finding, "check"> {
    this.#options.promptLimit.check(model, [role]);
    return fine("The instructions are within the limit of a prompt");
  }

  async #servers(
    agent: Agent,
    { tenant, signal }: Caller,
  ): Promise<{ findings: Finding[]; tools: McpTool[] }> {
    if (agent.mcp.length === 0) return { findings: [], tools: [] };
    const run = `validate_${crypto.randomUUID()}`;
    const { servers } = this.#options;
    const findings: Finding[] = [];
    const tools: McpTool[] = [];
    for (const server of agent.mcp) {
      const look = async (): Promise<Omit<Finding, "check">> => {
        if (!servers) return wrong(`There is no MCP server '${server}' in config/mcp.yaml`);
        const box = await servers.open([server], { tenant, run }, signal);
        tools.push(...box.tools);
        await box.close();
        return fine(`The MCP server '${server}' answers with ${box.tools.length} tools`);
      };
      findings.push(await looked("mcp", look));
    }
    if (findings.every(({ ok }) => ok)) findings.push(...allowedTools(agent, tools));
    const names = namesOf(agent, tools);
    return { findings, tools: tools.filter((tool) => names.isAllowed(tool)) };
  }
}

/** Whether there are the tools that an agent names. */
function allowedTools(agent: Agent, tools: McpTool[]): Finding[] {
  const { allowedTools, requireApproval } = agent;
  const check = "allowed_tools";
  const named = [
    ...(allowedTools ?? []),
    ...(typeof requireApproval === "string" ? [] : requireApproval),
  ];
  if (named.length === 0) return [];
  const shown = [...namesOf(agent, tools).ofServers()];
  const isThere = (name: string): boolean =>
    shown.some(([known, tool]) => isNamed([name], tool, known));
  const missing = named.filter((name) => !isThere(name));
  if (missing.length === 0) return [{ check, ...fine("Its servers have all the tools it names") }];
  const first = missing.slice(0, MOST_NAMED).map((name) => `'${name}'`);
  const more = missing.length > first.length ? ` and ${missing.length - first.length} more` : "";
  const message = `None of its servers has the tools ${first.join(", ")}${more}; GET /api/v1/mcp lists those there are`;
  return [{ check, ...wrong(message) }];
}

/** Its servers' tools by the names that its model would know, as in a run without functions beside. */
function namesOf({ allowedTools: allowed, tools: client = [] }: Agent, mcp: McpTool[]): ToolNames {
  return new ToolNames({ mcp, allowed, client });
}

/** What could not be looked at is wrong too. @throws what is no ServiceError. */
async function looked(
  check: Finding["check"],
  look: () => Promise<Omit<Finding, "check">> | Omit<Finding, "check">,
): Promise<Finding> {
  try {
    return { check, ...(await look()) };
  } catch (err) {
    if (!(err instanceof ServiceError) || err.code === "shutting_down") throw err;
    return { check, ...wrong(err.message) };
  }
}

function fine(message: string): Omit<Finding, "check"> {
  return { ok: true, message };
}

function wrong(message: string): Omit<Finding, "check"> {
  return { ok: false, message };
}

/** A tool as a model is told of it. */
function asFunction({ name, description, inputSchema: parameters }: McpTool) {
  return { type: "function", function: { name, description, parameters } };
}

function numCtxOf(options: Agent["options"]): number | undefined {
  const ollamas = options?.["options"];
  if (typeof ollamas !== "object" || ollamas === null || !("num_ctx" in ollamas)) return undefined;
  return typeof ollamas.num_ctx === "number" ? ollamas.num_ctx : undefined;
}
