import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../../middleware/env.ts";
import { csvLines } from "../../../workers/request-store/bodies/csv-lines.ts";
import { USAGE_COLUMNS } from "../../../workers/request-store/bodies/usage-rows.ts";
import { streamAnswer } from "../../stream-answer.ts";
import { callerOf } from "../../caller-of.ts";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { FIGURES_CODES } from "./figures.ts";
import { askedFigures, FILTERS } from "./figures-query.ts";
import { type FiguresServices, recordsOf } from "./figures-services.ts";
import { begun, streamFile } from "./stream-pages.ts";

const FORMATS = ["json", "csv"] as const;

const Usage = z
  .object({
    usage: z.array(
      z.object({
        day: z.iso.date().openapi({ description: "UTC" }),
        project: z.string(),
        model: z.string(),
        requests: z.int(),
        failed_requests: z.int(),
        input_tokens: z.int().openapi({ description: "Of prompts; those not told are estimated" }),
        output_tokens: z.int().openapi({ description: "Of answers, likewise" }),
        inference_seconds: z.number().openapi({
          description: "How long the inference server worked on it; others may have run beside it",
        }),
        saved_seconds: z.number().openapi({
          description: "What the answers from the response cache took when they were made",
        }),
        share: z.number().nullable().openapi({
          description:
            "Of all inference seconds of the day, everybody's; 0 to 1. null for those who may not see what others used",
        }),
      }),
    ),
  })
  .openapi("Usage", {
    example: {
      usage: [
        {
          day: "2026-01-31",
          project: "story-machine",
          model: "qwen3:8b",
          requests: 96,
          failed_requests: 3,
          input_tokens: 18_201,
          output_tokens: 33_410,
          inference_seconds: 171.422,
          saved_seconds: 12.9,
          share: 0.412903,
        },
      ],
    },
  });

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/usage",
  operationId: "usage",
  tags: ["Figures"],
  summary: "What projects used of models, day by day",
  request: {
    query: z.object({
      ...FILTERS,
      format: z.enum(FORMATS).optional().openapi({ description: "`json` without it" }),
    }),
  },
  responses: {
    200: {
      description: "Whole days (UTC), from that in which the window begins; the oldest first",
      content: {
        "application/json": { schema: Usage },
        "text/csv": {
          schema: z.string(),
          example: `${USAGE_COLUMNS.join()}\r\n2026-01-31,story-machine,qwen3:8b,96,3,18201,33410,171.422,12.9,0.412903\r\n`,
        },
      },
    },
    ...errorResponses(FIGURES_CODES),
  },
};

/** GET /api/v1/usage */
export function usageRoute(router: ServiceRouter, services: FiguresServices): void {
  mount(router, route, [], (c) => usage(c, services));
}

async function usage(c: AppContext, services: FiguresServices): Promise<Response> {
  const records = recordsOf(services);
  const { format, ...asked } = askedFigures(c, services, FORMATS);
  // With its share a project would be told what the others used together.
  const withShare = services.access.allows(c.get("exchange"));
  const pages = await begun(records.usage({ ...asked, format, withShare }, callerOf(c)));
  if (format === "json") {
    return streamAnswer(c, { headers: { "Content-Type": "application/json" } }, asJson(pages));
  }
  const type = "text/csv; charset=utf-8; header=present";
  const head = { type, name: "usage", ending: "csv", atMs: services.now() };
  return streamFile(c, head, asCsv(pages));
}

/** The body in pieces. */
async function* asJson(pages: AsyncIterable<string>): AsyncGenerator<string> {
  let before = '{"usage":[';
  for await (const page of pages) {
    yield before + page;
    before = ",";
  }
  yield before === "," ? "]}" : `${before}]}`;
}

async function* asCsv(pages: AsyncIterable<string>): AsyncGenerator<string> {
  yield csvLines([[...USAGE_COLUMNS]]);
  yield* pages;
}
