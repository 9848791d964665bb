import { answered } from "../api.ts";
import type { components } from "../api-types.d.ts";
import { defineCommand } from "../command.ts";
import type { Output } from "../output/output.ts";
import type { Cell } from "../output/table.ts";
import { count, duration, recentTime } from "../output/units.ts";
import { wholeNumber } from "../whole-number.ts";

type RequestList = components["schemas"]["RequestList"];

/** The first eight characters say when it came: requests of one second share them. */
const SHOWN_OF_ID = 13;
const MAX_LIMIT = 200;
const MAX_NUMBER = 999_999_999;

export const list = defineCommand({
  about:
    "Those under way first, then those that have ended, the newest first. Only those for a model, unless --all; --json has all of them.",
  args: {
    all: { type: "boolean", description: "Also those that no model answers, such as this one" },
    model: {
      type: "string",
      description: "Only those for a model",
      valueHint: "MODEL",
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
    const limit = wholeNumber("limit", args.limit, { min: 1, max: MAX_LIMIT });
    const isWhole = args.all || cli.flags.json;
    const query = {
      limit: isWhole ? limit : MAX_LIMIT,
      ...(project === undefined ? {} : { project }),
      ...(model === undefined ? {} : { model }),
      ...(status === undefined
        ? {}
        : { status: wholeNumber("status", status, { min: 0, max: 599 }) }),
      ...(after === undefined
        ? {}
        : { after: wholeNumber("after", after, { min: 1, max: MAX_NUMBER }) }),
    };
    const { signal } = cli;
    const found = await answered(cli.api.GET("/api/v1/requests", { params: { query }, signal }));
    cli.show(isWhole ? found : modelRequests(found, limit), showRequests);
  },
});

/** In fewer columns there is no room for what was asked: project and model would be cut short. */
const WIDE = 100;

/** Those that ask a model, as many as are wanted. */
function modelRequests(found: RequestList, limit: number): RequestList {
  const asks = ({ model }: { model: string | null }): boolean => model !== null;
  const requests = found.requests.filter(asks);
  const shown = requests.slice(0, limit);
  const next = shown.length < requests.length ? (shown.at(-1)?.number ?? null) : found.next;
  const running = found.running.filter(asks);
  return { ...found, running, running_total: running.length, requests: shown, next };
}

function showRequests(found: RequestList, out: Output): void {
  const isWide = out.columns >= WIDE;
  const rows = [...found.running, ...found.requests].map((request): Cell[] => [
    recentTime(request.started_at),
    request.project,
    request.model ?? (isWide ? "" : (request.route ?? "")),
    ...(isWide ? [request.operation ?? request.route ?? ""] : []),
    duration(request.took_ms),
    outcomeOf(request),
    request.request_id.slice(0, SHOWN_OF_ID),
  ]);
  if (rows.length === 0) out.line("There is no such request.");
  else {
    out.table(
      [
        { head: "Began", spare: true },
        { head: "Project", shrinks: true, spare: true },
        { head: "Model", shrinks: true },
        ...(isWide ? [{ head: "Operation", shrinks: true } as const] : []),
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
