import { answered } from "../api.ts";
import type { components } from "../api-types.d.ts";
import { defineCommand } from "../command.ts";
import type { Output } from "../output/output.ts";
import type { Cell } from "../output/table.ts";
import { count, duration } from "../output/units.ts";
import { time } from "./analytics-screen.ts";
import { wholeNumber } from "./window.ts";

type RequestList = components["schemas"]["RequestList"];

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 200;
const MAX_NUMBER = 999_999_999;

export const list = defineCommand({
  about: "Those under way first, then those that have ended, the newest first.",
  args: {
    model: {
      type: "string",
      description: "Only those for a model",
      valueHint: "NAME",
      required: false,
    },
    status: {
      type: "string",
      description: "Only those that ended with a status",
      valueHint: "CODE",
      required: false,
    },
    limit: { type: "string", description: "How many, up to 200", valueHint: "N", default: "20" },
    after: {
      type: "string",
      description: "Those behind the one of this number: the next page",
      valueHint: "NUMBER",
      required: false,
    },
  },
  examples: [
    { line: "shared-ollama requests list", about: "The last twenty" },
    { line: "shared-ollama requests list --status 503 --limit 5", about: "What was refused" },
    { line: "shared-ollama requests list --json | grep request_id", about: "For a program" },
  ],
  json: { operation: "listRequests" },
  run: async (cli, args) => {
    const { model, status, after } = args;
    const { project } = cli.flags;
    const query = {
      limit: wholeNumber("--limit", args.limit ?? String(DEFAULT_LIMIT), MAX_LIMIT),
      ...(project === undefined ? {} : { project }),
      ...(model === undefined ? {} : { model }),
      ...(status === undefined ? {} : { status: wholeNumber("--status", status, 599) }),
      ...(after === undefined ? {} : { after: wholeNumber("--after", after, MAX_NUMBER) }),
    };
    const { signal } = cli;
    const found = await answered(cli.api.GET("/api/v1/requests", { params: { query }, signal }));
    cli.show(found, showRequests);
  },
});

function showRequests(found: RequestList, out: Output): void {
  const rows = [...found.running, ...found.requests].map((request): Cell[] => [
    time(request.started_at),
    request.project,
    request.model ?? "",
    request.operation ?? request.route ?? "",
    duration(request.took_ms),
    outcomeOf(request),
    request.request_id.slice(0, 8),
  ]);
  if (rows.length === 0) out.line("There is no such request.");
  else {
    out.table(
      [
        { head: "Began" },
        { head: "Project", shrinks: true },
        { head: "Model", shrinks: true },
        { head: "Operation", shrinks: true },
        { head: "Took", align: "right" },
        { head: "Outcome", shrinks: true },
        { head: "Id" },
      ],
      rows,
    );
  }
  const more = found.running_total - found.running.length;
  if (more > 0) out.line(out.style.dim(`and ${count(more)} more under way`));
  if (found.next !== null) out.note(`More: shared-ollama requests list --after ${found.next}`);
  if (!found.recorded)
    out.note("Requests that have ended are not kept (REQUEST_LOG_ENABLED=false).");
}

function outcomeOf(
  request: RequestList["running"][number] | RequestList["requests"][number],
): Cell {
  if (request.state !== "ended") {
    const { waiting_for: what, state } = request;
    return { text: what === null ? state : `waits: ${what}`, style: "warn" };
  }
  const { status, error_code: code, ended } = request;
  if (ended === "completed" && status < 400) {
    const { cache } = request;
    return cache?.startsWith("HIT") ? "cached" : String(status);
  }
  return { text: code ?? (ended === "completed" ? String(status) : ended), style: "bad" };
}
