import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../src/runtime/paths.ts";

/** A panel of a Grafana dashboard, or the title of a row of them. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string }[];
}

interface Dashboard {
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; query: string | { query: string } }[] };
}

/** The dashboard that users import. */
export const DASHBOARD = JSON.parse(
  readFileSync(join(projectRoot, "deploy/grafana/shared-ollama-service.json"), "utf8"),
) as Dashboard;

/** A query as Grafana sends it where everything is chosen, over the last minute. */
export function asSent(expr: string): string {
  return expr
    .replaceAll("$__rate_interval", "1m")
    .replaceAll("$__range", "1m")
    .replaceAll(/\$(project|model)\b/g, ".*");
}
