import { z } from "@hono/zod-openapi";
import type { ContextLanes } from "../../src/models/lanes/context-lanes.ts";
import type { MemoryManager } from "../../src/models/memory/memory-manager.ts";
import { canonicalModel } from "../../src/models/model-name.ts";
import { answerJson } from "../answer-json.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { mount, type ServiceRouter } from "./router.ts";

/** What the route of the memory works with. */
export interface MemoryServices {
  memory: Pick<MemoryManager, "report">;
  lanes: Pick<ContextLanes, "reloadsAvoided" | "report">;
}

const bytes = z.int().openapi({ description: "Bytes" });
const secondsOrNever = z.int().nullable().openapi({ description: "Seconds; null: never" });

const Context = z.object({
  num_ctx: z.int().nullable().openapi({
    description: "Tokens of context that it is loaded with; null: the server does not tell",
  }),
  lanes: z.array(z.int()).openapi({
    description: "The sizes that it can have, as far as they are known; none: CONTEXT_LANES=off",
  }),
  reloads: z.int().openapi({ description: "Loads for a larger context, since start" }),
  reloads_avoided: z.int().openapi({
    description: "Loads that Ollama would have made for the same requests by itself, since start",
  }),
});

const Memory = z
  .object({
    rules: z.enum(["all", "seen", "none"]).openapi({
      description:
        "Which models may be unloaded: all; those that only the service has used, where the server is not its own; none of a server on another machine",
    }),
    machine: z.object({
      total_bytes: bytes,
      available_bytes: bytes,
      pressure: z.number().openapi({
        description: "From this share of taken memory on idle models leave after half their time",
      }),
    }),
    limit_bytes: z.int().openapi({ description: "What models may take together" }),
    used_bytes: z.int().openapi({ description: "What they take in the machine's memory" }),
    free_bytes: bytes,
    idle_timeout: secondsOrNever,
    models: z.array(
      z.object({
        name: z.string(),
        bytes: z.int().openapi({ description: "In the machine's memory" }),
        vram_bytes: z.int().openapi({ description: "On graphics cards" }),
        running: z.int().openapi({ description: "Requests of the service that it works on" }),
        idle: z.int().openapi({ description: "Seconds since it was last used" }),
        pinned: z.boolean(),
        kept: z.boolean().openapi({ description: "A client's keep_alive is not over" }),
        managed: z.boolean().openapi({ description: "The service may unload it" }),
        expires_at: z.string().openapi({ description: "When the server would unload it" }),
        context: Context,
      }),
    ),
    next: z
      .object({ name: z.string(), in: secondsOrNever })
      .nullable()
      .openapi({ description: "The model that leaves next, unless it is used again" }),
    unloaded: z.int().openapi({ description: "Models unloaded since start" }),
    freed_bytes: z.int().openapi({ description: "Memory that they had taken" }),
    reloads_avoided: z.int().openapi({ description: "Those of all models" }),
  })
  .openapi("Memory", {
    example: {
      rules: "all",
      machine: { total_bytes: 34359738368, available_bytes: 12884901888, pressure: 0.85 },
      limit_bytes: 23622320128,
      used_bytes: 577088768,
      free_bytes: 23045231360,
      idle_timeout: 300,
      models: [
        {
          name: "smollm2:135m",
          bytes: 577088768,
          vram_bytes: 0,
          running: 0,
          idle: 42,
          pinned: false,
          kept: false,
          managed: true,
          expires_at: "2026-01-01T00:05:00.000Z",
          context: { num_ctx: 8192, lanes: [8192, 32768], reloads: 0, reloads_avoided: 14 },
        },
      ],
      next: { name: "smollm2:135m", in: 258 },
      unloaded: 3,
      freed_bytes: 1731266304,
      reloads_avoided: 14,
    },
  });

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/system/memory",
  operationId: "systemMemory",
  tags: ["State"],
  summary: "Memory: the machine's, each model's, and which leaves next",
  responses: {
    200: { description: "The memory", content: { "application/json": { schema: Memory } } },
    ...errorResponses(["upstream_unavailable", "upstream_timeout", "shutting_down"]),
  },
};

/** GET /api/v1/system/memory */
export function memoryRoute(router: ServiceRouter, { memory, lanes }: MemoryServices): void {
  mount(router, route, [], async (c) => {
    const report = await memory.report();
    const models = report.models.map((model) => ({
      ...model,
      context: lanes.report(canonicalModel(model.name)),
    }));
    return answerJson(c, { ...report, models, reloads_avoided: lanes.reloadsAvoided });
  });
}
