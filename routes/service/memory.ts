import { z } from "@hono/zod-openapi";
import type { MemoryReport } from "../../src/models/memory/memory-report.ts";
import type { ContextLanes } from "../../src/models/lanes/context-lanes.ts";
import { canonicalModel } from "../../src/models/model-name.ts";
import { answerJson } from "../answer-json.ts";
import { errorResponses } from "./contract/errors.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { mount, type ServiceRouter } from "./router.ts";

/** What the route of the memory works with. */
export interface MemoryServices {
  report: Pick<MemoryReport, "read">;
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
      video_bytes: z.int().nullable().openapi({
        description:
          "Memory of graphics cards; null: not known, and then no model is said to be too large",
      }),
      pressure: z.number().openapi({
        description: "From this share of taken memory on idle models leave after half their time",
      }),
    }),
    limit_bytes: z.int().openapi({ description: "What models may take together" }),
    used_bytes: z.int().openapi({ description: "What they take of that" }),
    free_bytes: bytes,
    most_loaded: z.int().nullable().openapi({
      description: "Models that may be in memory at once; null: the server decides",
    }),
    idle_timeout: secondsOrNever,
    models: z.array(
      z.object({
        name: z.string(),
        bytes: z.int().openapi({ description: "In the machine's memory" }),
        vram_bytes: z.int().openapi({ description: "On graphics cards" }),
        weights_bytes: z.int().nullable().openapi({ description: "Its files; null: not known" }),
        context_bytes: z.int().nullable().openapi({
          description: "What it takes beside its weights: its context, and what it computes with",
        }),
        prompt_cache_bytes: z.int().nullable().openapi({
          description:
            "What it may keep of prompts in the machine's memory, beside all that; null: not known",
        }),
        sizes: z.array(z.object({ context: z.int(), bytes: z.int() })).openapi({
          description: "What it has taken since the server's start, by its context in tokens",
        }),
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
    room: z
      .object({
        bytes: z.int().openapi({
          description: "What a further model may take: a larger one is refused on /api/v1",
        }),
        would_leave: z.array(z.string()).openapi({
          description: "The models that would leave for it, in this order, as far as is needed",
        }),
      })
      .nullable()
      .openapi({ description: "null: not known, and nothing is refused" }),
    unloaded: z.int().openapi({ description: "Models unloaded since start" }),
    freed_bytes: z.int().openapi({ description: "Memory that they had taken" }),
    refused: z.int().openapi({ description: "Requests refused with insufficient_memory" }),
    unfit: z.int().openapi({
      description: "Loads of models that do not fit, for requests that are never refused for that",
    }),
    reloads_avoided: z.int().openapi({ description: "Those of all models" }),
  })
  .openapi("Memory", {
    example: {
      rules: "all",
      machine: {
        total_bytes: 34359738368,
        available_bytes: 12884901888,
        video_bytes: 0,
        pressure: 0.85,
      },
      limit_bytes: 23622320128,
      used_bytes: 577088768,
      free_bytes: 23045231360,
      most_loaded: 3,
      idle_timeout: 300,
      models: [
        {
          name: "smollm2:135m",
          bytes: 577088768,
          vram_bytes: 0,
          weights_bytes: 98362432,
          context_bytes: 478726336,
          prompt_cache_bytes: null,
          sizes: [{ context: 8192, bytes: 577088768 }],
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
      room: { bytes: 23622320128, would_leave: ["smollm2:135m"] },
      unloaded: 3,
      freed_bytes: 1731266304,
      refused: 0,
      unfit: 0,
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
export function memoryRoute(router: ServiceRouter, { report, lanes }: MemoryServices): void {
  mount(router, route, [], async (c) => {
    const memory = await report.read();
    const models = memory.models.map((model) => ({
      ...model,
      context: lanes.report(canonicalModel(model.name)),
    }));
    return answerJson(c, { ...memory, models, reloads_avoided: lanes.reloadsAvoided });
  });
}
