import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import type { ManageAccess } from "../../src/access/manage-access.ts";
import type { McpServers } from "../../src/mcp/mcp-servers.ts";
import type { ServerReport } from "../../src/mcp/server-report.ts";
import { answerJson } from "../answer-json.ts";
import { callerOf } from "../caller-of.ts";
import { readQuery } from "../read-query.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { mount, type ServiceRouter } from "./router.ts";
import { visibleTenant } from "./visible-tenant.ts";

/** What the route works with. */
export interface McpServices {
  servers: Pick<McpServers, "report" | "startAll">;
  manageAccess: Pick<ManageAccess, "allows" | "assert">;
}

const names = (what: string) =>
  z
    .array(z.string())
    .nullable()
    .openapi({ description: `Names of ${what}; never their values` });

const Launch = z.object({
  command: z.string().nullable(),
  args: z.array(z.string()).nullable(),
  cwd: z.string().nullable(),
  env: names("variables that its environment has beside the usual ones"),
  url: z.string().nullable().openapi({ description: "Without what stands behind a ?" }),
  headers: names("headers that it is sent"),
});

const Tool = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    input_schema: z
      .record(z.string(), z.unknown())
      .openapi({ description: "The JSON schema of its arguments" }),
  })
  .openapi("McpTool");

const Server = z
  .object({
    name: z.string(),
    transport: z.enum(["stdio", "http"]).openapi({
      description: "`stdio`: a program that the service starts; `http`: runs elsewhere",
    }),
    scope: z.enum(["shared", "tenant", "run"]).openapi({
      description: "Whose one that runs is: everybody's, a tenant's, a run's",
    }),
    health: z.enum(["not_started", "starting", "ready", "failed"]).openapi({
      description:
        "`not_started`: nobody needs it at the moment; `failed`: it did not come up, or has ended by itself, and was not started since",
    }),
    since: z.iso.datetime().nullable().openapi({ description: "null: `not_started`" }),
    error: z.string().nullable().openapi({ description: "Why it has failed" }),
    running: z.int().openapi({
      description: "How many run: of who may not manage the shared ones and their own",
    }),
    calls: z.int().openapi({ description: "Calls of tools under way, of these" }),
    tools: z.array(Tool).nullable().openapi({
      description: "null: not known, since it was not started yet",
    }),
    tools_left_out: z.int().openapi({ description: "Tools beyond `max_tools` or 2 MiB" }),
    limits: z
      .object({
        max_output_bytes: z.int().openapi({ description: "Text that a call may bring" }),
        call_timeout: z.number().openapi({ description: "Seconds" }),
        start_timeout: z.number().openapi({ description: "Seconds" }),
        max_tools: z.int(),
        idle: z.number().openapi({ description: "Seconds until one that nobody uses ends" }),
        calls_at_once: z.int(),
      })
      .openapi("McpLimits"),
    launch: Launch.nullable().openapi({ description: "Only for who may manage, else null" }),
  })
  .openapi("McpServer");

const Servers = z.object({ servers: z.array(Server) }).openapi("McpServers", {
  example: {
    servers: [
      {
        name: "files",
        transport: "stdio",
        scope: "shared",
        health: "ready",
        since: "2026-01-31T08:02:11.120Z",
        error: null,
        running: 1,
        calls: 0,
        tools: [
          {
            name: "read_text_file",
            description: "Reads a file as text",
            input_schema: {
              type: "object",
              properties: { path: { type: "string" } },
              required: ["path"],
            },
          },
        ],
        tools_left_out: 0,
        limits: {
          max_output_bytes: 65_536,
          call_timeout: 60,
          start_timeout: 30,
          max_tools: 200,
          idle: 600,
          calls_at_once: 8,
        },
        launch: null,
      },
    ],
  },
});

const Query = z.object({
  refresh: z
    .enum(["true", "false"])
    .optional()
    .openapi({
      param: {
        description:
          "`true` starts each server that does not run, and waits until its tools are known; only for who may manage",
      },
    }),
});

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/mcp",
  operationId: "listMcpServers",
  tags: ["Agents"],
  summary: "The MCP servers that agents may use: how they are, and their tools",
  request: { query: Query },
  responses: {
    200: { description: "The servers", content: { "application/json": { schema: Servers } } },
    ...errorResponses(["forbidden", "validation_error", "shutting_down"]),
  },
};

/** GET /api/v1/mcp */
export function mcpRoute(router: ServiceRouter, services: McpServices): void {
  mount(router, route, [], (c) => listServers(c, services));
}

async function listServers(
  c: AppContext,
  { servers, manageAccess }: McpServices,
): Promise<Response> {
  if (readQuery(c, Query).refresh === "true") {
    manageAccess.assert(c.get("exchange"));
    const { tenant, signal } = callerOf(c);
    await servers.startAll({ tenant, run: "refresh" }, signal);
  }
  const tenant = visibleTenant(c, manageAccess);
  const mayManage = tenant === undefined;
  const body: z.infer<typeof Servers> = {
    servers: servers.report(tenant).map((report) => shown(report, mayManage)),
  };
  return answerJson(c, body);
}

function shown(report: ServerReport, mayManage: boolean): z.infer<typeof Server> {
  const { entry, health, sinceMs, error, running, calls, list } = report;
  return {
    name: entry.name,
    transport: entry.launch.kind,
    scope: entry.scope,
    health,
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    error: error === undefined ? null : `The MCP server ${error}`,
    running,
    calls,
    tools:
      list?.tools.map(({ name, description = null, inputSchema }) => ({
        name,
        description,
        input_schema: inputSchema,
      })) ?? null,
    tools_left_out: list?.leftOut ?? 0,
    limits: {
      max_output_bytes: entry.maxOutputBytes,
      call_timeout: entry.callTimeoutMs / 1000,
      start_timeout: entry.startTimeoutMs / 1000,
      max_tools: entry.maxTools,
      idle: entry.idleMs / 1000,
      calls_at_once: entry.callsAtOnce,
    },
    launch: mayManage ? launchOf(entry) : null,
  };
}

function launchOf({ launch }: ServerReport["entry"]): z.infer<typeof Launch> {
  if (launch.kind === "stdio") {
    const { command, args, cwd = null, env } = launch;
    return { command, args: [...args], cwd, env: Object.keys(env), url: null, headers: null };
  }
  const { origin, pathname } = new URL(launch.url);
  const headers = Object.keys(launch.headers);
  return { command: null, args: null, cwd: null, env: null, url: origin + pathname, headers };
}
