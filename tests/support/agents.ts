import { expect } from "vitest";
import { until } from "./deadline.ts";
import type { Received } from "./fake-ollama.ts";
import { ownServer, mcpYaml } from "./mcp.ts";
import { jsonOf, type RunningService, startService } from "./service.ts";

/** What a model says in one answer. */
export interface Said {
  text?: string;
  calls?: readonly (readonly [name: string, args: unknown])[];
  doneReason?: string;
}

/** What a model is asked, as the fake receives it. */
export interface Asked {
  messages: { role: string; content: string; tool_calls?: unknown[] }[];
  tools?: { function: { name: string } }[];
  format?: unknown;
  options?: Record<string, unknown>;
  stream: boolean;
}

type Model = (asked: Asked, count: number) => Said | Promise<Said>;

const FIGURES = {
  total_duration: 5_000_000,
  load_duration: 0,
  prompt_eval_count: 20,
  prompt_eval_duration: 2_000_000,
  eval_count: 4,
  eval_duration: 3_000_000,
};

/** Requests of a project from another machine: one that may not manage. */
export const as = (project: string): RequestInit => ({
  headers: {
    "content-type": "application/json",
    "x-project-name": project,
    "x-forwarded-for": "203.0.113.7",
  },
});

interface AgentService extends RunningService {
  /** Makes an agent of a tenant's. */
  create: (more?: Record<string, unknown>, project?: string) => Promise<void>;
  /** Runs the agent `helper`. */
  run: (body?: Record<string, unknown>, project?: string, init?: RequestInit) => Promise<Response>;
  /** Has the fake's model say this from now on. */
  model: (model: Model) => void;
}

/**
 * Starts the service with one MCP server, `own` (mcp-server-program.mjs).
 * @param more as `startGateway`.
 */
export async function startAgents(
  env: Record<string, string> = {},
  more: Parameters<typeof startService>[2] & {
    modes?: string[];
    server?: Record<string, unknown>;
  } = {},
): Promise<AgentService> {
  const { modes = [], server = {}, ...options } = more;
  const yaml = mcpYaml({ own: ownServer(modes, server) });
  const settings = { RATE_LIMIT_ENABLED: "false", AGENT_TRACE: "off", ...env };
  const service = await startService(settings, {}, { mcpYaml: yaml, ...options });
  const { gateway, ollama } = service;
  return {
    ...service,
    create: async (definition = {}, project = "acme") => {
      const body = {
        name: "helper",
        role: "You help.",
        model: "fake",
        mcp: ["own"],
        ...definition,
      };
      const answer = await gateway.post("/api/v1/agents/create", body, as(project));
      expect(await jsonOf(answer)).toMatchObject({ status: "success" });
    },
    run: (body = {}, project = "acme", init = {}) =>
      gateway.post(
        "/api/v1/agents/helper/run",
        { prompt: "hi", ...body },
        { ...as(project), ...init },
      ),
    model: (model) => {
      let count = 0;
      ollama.script("/api/chat", async (request, response) => {
        const asked = bodyOf(request);
        count += 1;
        const { text = "", calls = [], doneReason = "stop" } = await model(asked, count);
        if (response.destroyed) return;
        const head = { model: "fake", created_at: "2026-01-01T00:00:00Z" };
        const tool_calls = calls.map(([name, args]) => ({ function: { name, arguments: args } }));
        const message = (content: string, more: object = {}) => ({
          message: { role: "assistant", content, ...more },
        });
        const end = { done: true, done_reason: doneReason, ...FIGURES };
        const withCalls = calls.length > 0 ? { tool_calls } : {};
        if (!asked.stream) {
          response.setHeader("Content-Type", "application/json");
          response.end(JSON.stringify({ ...head, ...message(text, withCalls), ...end }));
          return;
        }
        response.setHeader("Content-Type", "application/x-ndjson");
        const pieces = text.match(/.{1,8}/gs) ?? [];
        const lines = [
          ...pieces.map((piece) => ({ ...message(piece), done: false })),
          ...(calls.length > 0 ? [{ ...message("", withCalls), done: false }] : []),
          { ...message(""), ...end },
        ];
        response.end(lines.map((line) => `${JSON.stringify({ ...head, ...line })}\n`).join(""));
      });
    },
  };
}

export function bodyOf({ body }: Received): Asked {
  return JSON.parse(body.toString()) as Asked;
}

/** The texts of tools in what a model is asked. */
export function toolTexts({ messages }: Asked): string[] {
  return messages.filter(({ role }) => role === "tool").map(({ content }) => content);
}

/** Waits until a run is in a state, as its route tells it. */
export async function runIs(
  { gateway }: RunningService,
  id: string,
  status: string,
): Promise<Record<string, unknown>> {
  let facts: Record<string, unknown> = {};
  await until(async () => {
    facts = await jsonOf(await gateway.get(`/api/v1/agents/runs/${id}`));
    return facts["status"] === status;
  }, `the run is ${status}`);
  return facts;
}
