import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../../middleware/env.ts";
import { recordsCsv } from "../../../src/requests/exports/csv.ts";
import { recordsParquet } from "../../../src/requests/exports/parquet.ts";
import { countedRecords, recordColumns } from "../../../src/requests/exports/record-columns.ts";
import { callerOf } from "../../caller-of.ts";
import { errorResponses } from "../contract/errors.ts";
import type { ServiceRoute } from "../contract/headers.ts";
import { mount, type ServiceRouter } from "../router.ts";
import { Analytics } from "./analytics.ts";
import { FIGURES_CODES } from "./figures.ts";
import { askedFigures, FILTERS } from "./figures-query.ts";
import { type FiguresServices, recordsOf } from "./figures-services.ts";
import { begun, fileHeaders, streamFile } from "./stream-pages.ts";

const FORMATS = ["csv", "json", "parquet"] as const;

const CSV = "text/csv; charset=utf-8; header=present";
const PARQUET = "application/vnd.apache.parquet";

const route: ServiceRoute = {
  method: "get",
  path: "/api/v1/analytics/export",
  operationId: "exportAnalytics",
  tags: ["Figures"],
  summary: "Records of requests as a file, the oldest first; as JSON the figures of `/analytics`",
  request: {
    query: z.object({
      ...FILTERS,
      format: z.enum(FORMATS).optional().openapi({
        description:
          "`csv` (without it) and `parquet`: a row for each request; `json`: the figures",
      }),
    }),
  },
  responses: {
    200: {
      description: "The file, as it is read; one that breaks off breaks the connection",
      content: {
        "text/csv": {
          schema: z.string(),
          example:
            "Timestamp,Model,Operation,Latency (ms),Success,Error,Project,request_id\r\n2026-01-31T11:58:20.000Z,qwen3:8b,chat,1788.02,Yes,,story-machine,7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11\r\n",
        },
        "application/json": { schema: Analytics },
        [PARQUET]: { schema: z.string().openapi({ format: "binary" }) },
      },
    },
    ...errorResponses(FIGURES_CODES),
  },
};

/** GET /api/v1/analytics/export */
export function exportRoute(router: ServiceRouter, services: FiguresServices): void {
  mount(router, route, [], (c) => exported(c, services));
}

async function exported(c: AppContext, services: FiguresServices): Promise<Response> {
  const records = recordsOf(services);
  const { format, ...asked } = askedFigures(c, services, FORMATS);
  const atMs = services.now();
  if (format === "json") {
    const query = { ...asked, body: "analytics", forReading: true } as const;
    return figures(c, await records.figures(query, callerOf(c)), atMs);
  }
  const columns = recordColumns({ mayManage: services.access.allows(c.get("exchange")) });
  const rows = countedRecords(await begun(records.all(asked, callerOf(c))));
  const name = "requests";
  return format === "csv"
    ? streamFile(c, { type: CSV, name, ending: "csv", atMs }, recordsCsv(rows, columns))
    : streamFile(
        c,
        { type: PARQUET, name, ending: "parquet", atMs },
        recordsParquet(rows, columns),
      );
}

function figures(c: AppContext, text: string, atMs: number): Response {
  c.get("record").bytes = Buffer.byteLength(text);
  const head = { type: "application/json", name: "analytics", ending: "json", atMs };
  return c.body(text, 200, fileHeaders(head));
}
