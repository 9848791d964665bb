import { describe, expect, it } from "vitest";
import { AgentValidator } from "../../../src/agents/agent-validator.ts";
import type { Agent } from "../../../src/agents/agent.ts";
import { PromptLimit } from "../../../src/dialects/prompt-limit.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { McpTool, McpToolBoxes } from "../../../src/mcp/mcp-tools.ts";
import { LightSignal } from "../../../src/runtime/light-signal.ts";
import { definitionOf } from "../../support/agent-records.ts";

const SERVERS: Record<string, string[] | Error> = {
  books: ["find_book", "lend_book"],
  away: new ServiceError("invalid_request", "The MCP server 'away' does not come up"),
};

/** A validator, and how many boxes are open. */
interface World {
  canCallTools?: boolean | undefined;
  context?: number;
  isAway?: boolean;
}

function setUp(world: World = {}) {
  const { canCallTools, context = 4096, isAway = false } = { canCallTools: true, ...world };
  let open = 0;
  const boxes: McpToolBoxes = {
    open: async ([server = ""], _holder, signal) => {
      signal.throwIfAborted();
      const names = SERVERS[server] ?? new Error("a mistake");
      if (names instanceof Error) throw names;
      open += 1;
      const tools = names.map((name): McpTool => ({
        server,
        name,
        description: "d".repeat(40),
        inputSchema: {},
      }));
      return {
        tools,
        call: () => Promise.reject(new Error("none is called")),
        close: async () => void (open -= 1),
      };
    },
  };
  const away = new ServiceError("upstream_unavailable", "The inference server is away");
  const unlessAway = async <T>(value: T): Promise<T> => {
    if (isAway) throw away;
    return value;
  };
  const asked: (number | undefined)[] = [];
  const validator = new AgentValidator({
    aliases: { modelFor: (name) => (name === "alias" ? "fake" : name) },
    catalog: {
      allows: (model) => model !== "forbidden",
      isInstalled: (model) => unlessAway(model === "fake"),
      canCallTools: () => unlessAway(canCallTools),
    },
    sizes: {
      contextOf: (_model, numCtx) => {
        asked.push(numCtx);
        return unlessAway(numCtx ?? context);
      },
    },
    promptLimit: new PromptLimit(1000, {}),
    servers: boxes,
  });
  const signal = new LightSignal();
  const validate = async (
    given: Partial<Agent> = {},
  ): Promise<Record<string, [boolean, string]>> => {
    const agent: Agent = {
      ...definitionOf(),
      owner: "a",
      createdAtMs: 1,
      updatedAtMs: 1,
      ...given,
    };
    const findings = await validator.validate(agent, { tenant: "a", signal });
    expect(open).toBe(0);
    return Object.fromEntries(findings.map(({ check, ok, message }) => [check, [ok, message]]));
  };
  return { validate, signal, asked };
}

describe("an agent is looked at for", () => {
  it("its model, its context and the limit of prompts where it has no tools", async () => {
    const { validate, asked } = setUp();
    expect(await validate({ model: "alias", options: { options: { num_ctx: 2048 } } })).toEqual({
      model: [true, "The model 'fake' is installed"],
      context: [true, "Instructions and tools take about 8 of the context's 2048 tokens"],
      prompt_limit: [true, "The instructions are within the limit of a prompt"],
    });
    expect(asked).toEqual([2048]);
  });

  it("a model that is not there, or not allowed", async () => {
    const { validate } = setUp();
    expect((await validate({ model: "other" }))["model"]).toEqual([
      false,
      "The model 'other' is not installed; `shared-ollama models pull other` fetches it",
    ]);
    expect((await validate({ model: "forbidden" }))["model"]?.[1]).toMatch(/ALLOWED_MODELS/);
  });

  it.each([
    [true, true],
    [false, false],
    [undefined, true],
  ])("tools: a model that says %s is fine: %s", async (canCallTools, ok) => {
    const { validate } = setUp({ canCallTools });
    const tools = [{ type: "function" as const, function: { name: "f" } }];
    expect((await validate({ tools }))["tools"]?.[0]).toBe(ok);
    expect((await validate({ mcp: ["books"] }))["tools"]?.[0]).toBe(ok);
  });

  it("instructions and tools that leave no room, those that it may use only", async () => {
    const { validate } = setUp({ context: 60 });
    expect((await validate())["context"]?.[0]).toBe(true);
    const both = await validate({ mcp: ["books"] });
    expect(both["context"]?.[0]).toBe(false);
    expect(both["context"]?.[1]).toMatch(/allowed_tools|num_ctx/);
    expect((await validate({ mcp: ["books"], allowedTools: [] }))["context"]?.[0]).toBe(true);
    const named = await validate({ mcp: ["books"], allowedTools: ["books__find_book"] });
    expect(named["context"]?.[1]).not.toBe((await validate())["context"]?.[1]);
    const long = await setUp().validate({ role: "x".repeat(4004) });
    expect(long["prompt_limit"]).toEqual([
      false,
      "The prompt has about 1001 tokens; the limit is 1000",
    ]);
  });

  it("its servers, which come up or not, and the tools that it names", async () => {
    const { validate } = setUp();
    expect(await validate({ mcp: ["books"], allowedTools: ["find_book"] })).toMatchObject({
      mcp: [true, "The MCP server 'books' answers with 2 tools"],
      allowed_tools: [true, expect.any(String)],
    });
    const whole = await validate({
      mcp: ["books"],
      allowedTools: ["books__find_book", "books.lend_book"],
      requireApproval: ["books__lend_book"],
    });
    expect(whole["allowed_tools"]?.[0]).toBe(true);
    const wrong = await validate({ mcp: ["books"], requireApproval: ["burn_book"] });
    expect(wrong["allowed_tools"]?.[1]).toMatch(/'burn_book'.*\/api\/v1\/mcp/);
    const away = await validate({ mcp: ["away", "books"], allowedTools: ["x"] });
    expect(away).not.toHaveProperty("allowed_tools");
  });

  it("all, also where the inference server is away", async () => {
    const { validate } = setUp({ isAway: true });
    const found = await validate({ mcp: ["books"] });
    expect(found["model"]).toEqual([false, "The inference server is away"]);
    expect(found["context"]?.[0]).toBe(false);
    expect(found["mcp"]?.[0]).toBe(true);
  });
});

it("a client that leaves ends the look; a mistake of ours is none of the agent's", async () => {
  const { validate, signal } = setUp();
  await expect(validate({ mcp: ["missing"] })).rejects.toThrow("a mistake");
  signal.abort(new Error("left"));
  await expect(validate({ mcp: ["books"] })).rejects.toThrow("left");
});
