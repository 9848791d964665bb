import type { Output } from "../output/output.ts";
import type { Style } from "../output/style.ts";
import type { Cell, Row } from "../output/table.ts";
import { cut, oneLine } from "../output/text.ts";
import { count, duration, memorySize, percent } from "../output/units.ts";
import type { Status } from "./status-report.ts";

/** More would not fit on a screen; the queue's own command shows them all. */
const MOST_PROJECTS = 5;
const MOST_MODELS = 6;
const BAR_CELLS = 20;
/** In fewer columns there is no room for the bar. */
const WIDE = 70;
/** From here on models leave sooner, and requests may be refused. */
const FULL = 0.9;

/** One screen that says how the service is. */
export function showStatus({ url, health, queue, memory }: Status, out: Output): void {
  const { style } = out;
  const name = `Shared Ollama ${health.version}`;
  const isWide = out.columns >= WIDE;
  out.line(style.head(name) + style.dim(isWide ? ` at ${url}` : `\n${url}`));
  out.line();
  const server = health.ollama_status;
  const state = `${health.status}${health.status === "healthy" ? "" : `: ${oneLine(server)}`}`;
  const fitting = cut(state, out.columns - 9);
  out.line(`Health   ${health.status === "healthy" ? style.good(fitting) : style.bad(fitting)}`);
  out.line(`Queue    ${count(queue.running)} running, ${waiting(queue.waiting, style)}`);
  out.line(`Memory   ${memory ? room(memory, style, isWide) : style.dim("not known")}`);
  if (memory && memory.models.length > 0) showModels(memory, out);
  if (queue.tenants.length > 0) showProjects(queue, out);
  const problems = problemsOf(health);
  if (problems.length > 0) out.line();
  for (const problem of problems) out.line(cut(`${style.warn("!")} ${problem}`, out.columns));
}

function waiting(requests: number, style: Style): string {
  const text = `${count(requests)} waiting`;
  return requests > 0 ? style.warn(text) : text;
}

type Memory = NonNullable<Status["memory"]>;

function room(
  { used_bytes: used, limit_bytes: limit }: Memory,
  style: Style,
  isWide: boolean,
): string {
  const share = limit > 0 ? used / limit : 0;
  const full = Math.min(BAR_CELLS, Math.round(share * BAR_CELLS));
  const bar = "█".repeat(full) + "░".repeat(BAR_CELLS - full);
  const shown = style.apply(share >= FULL ? "warn" : "good", bar);
  const inWords = `${memorySize(used)} of ${memorySize(limit)}`;
  return isWide ? `${shown} ${inWords} for models, ${percent(share)}` : inWords;
}

function showModels({ models, next }: Memory, out: Output): void {
  out.line();
  const rows = models.slice(0, MOST_MODELS).map((model): Row => {
    const all = model.bytes + model.vram_bytes;
    return [
      model.name,
      memorySize(all),
      all > 0 ? percent(model.vram_bytes / all) : "",
      count(model.running),
      model.running > 0 ? "" : duration(model.idle * 1000),
      leaves(model, next),
    ];
  });
  out.table(
    [
      { head: "Model", shrinks: true },
      { head: "Memory", align: "right" },
      { head: "On GPU", align: "right", spare: true },
      { head: "Running", align: "right" },
      { head: "Idle for", align: "right", spare: true },
      { head: "Leaves", spare: true },
    ],
    rows,
  );
  rest(models.length - MOST_MODELS, "models: shared-ollama memory", out);
}

function leaves({ name, pinned }: Memory["models"][number], next: Memory["next"]): Cell {
  if (pinned) return { text: "never: pinned", style: "dim" };
  if (next?.name !== name) return "";
  return next.in === null ? "next" : `next, in ${duration(next.in * 1000)}`;
}

function showProjects({ tenants, other_tenants: others }: Status["queue"], out: Output): void {
  out.line();
  const shown = tenants.slice(0, MOST_PROJECTS);
  out.table(
    [
      { head: "Project", shrinks: true },
      { head: "Running", align: "right" },
      { head: "Waiting", align: "right" },
      { head: "Last hour", align: "right", spare: true },
      { head: "Share", align: "right", spare: true },
    ],
    shown.map(({ tenant, running, waiting, inference_seconds: used, share }) => [
      tenant,
      count(running),
      waiting > 0 ? { text: count(waiting), style: "warn" } : "0",
      duration(used.hour * 1000),
      percent(share),
    ]),
  );
  rest(tenants.length - shown.length + others.tenants, "projects: shared-ollama queue", out);
}

function rest(more: number, what: string, out: Output): void {
  if (more > 0) out.line(out.style.dim(`and ${count(more)} more ${what}`));
}

function problemsOf({ missing_models: missing, problems = [] }: Status["health"]): string[] {
  return [
    ...missing.map(({ name, state }) =>
      state === "not_fetched"
        ? `${name} is required and not there: shared-ollama models pull ${name}`
        : `${name} is required: ${state}`,
    ),
    ...problems.map(oneLine),
  ];
}
