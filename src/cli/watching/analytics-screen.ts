import type { components } from "../api-types.d.ts";
import type { Output } from "../output/output.ts";
import { count, duration, percent, time } from "../output/units.ts";

type Analytics = components["schemas"]["Analytics"];

const BAR_CELLS = 30;
/** The latest hours; more would not fit on a screen. */
const MOST_HOURS = 24;
const MOST_NAMES = 10;

/** How requests went, by project, model, operation and hour. */
export function showAnalytics(found: Analytics, out: Output): void {
  const { style } = out;
  if (found.total_requests === 0) {
    out.line("There was no request in this time.");
    return;
  }
  out.line(
    style.head(`${count(found.total_requests)} requests`) +
      style.dim(` from ${time(found.start_time)} to ${time(found.end_time)}`),
  );
  const failed = `${count(found.failed_requests)} failed`;
  out.line(
    `Success  ${percent(found.success_rate)}, ${found.failed_requests > 0 ? style.warn(failed) : failed}`,
  );
  const { average_latency_ms: mean, p50_latency_ms: p50 } = found;
  const { p95_latency_ms: p95, p99_latency_ms: p99 } = found;
  out.line(
    `Latency  mean ${duration(mean)}, p50 ${duration(p50)}, p95 ${duration(p95)}, p99 ${duration(p99)}`,
  );
  showProjects(found, out);
  showCounts("Model", found.requests_by_model, out);
  showCounts("Operation", found.requests_by_operation, out);
  showHours(found.hourly_metrics, out);
}

function showProjects({ project_metrics: projects }: Analytics, out: Output): void {
  const busiest = Object.values(projects).toSorted((a, b) => b.total_requests - a.total_requests);
  if (busiest.length === 0) return;
  out.line();
  out.table(
    [
      { head: "Project", shrinks: true },
      { head: "Requests", align: "right" },
      { head: "Failed", align: "right", spare: true },
      { head: "Mean latency", align: "right", spare: true },
      { head: "Last request", spare: true },
    ],
    busiest
      .slice(0, MOST_NAMES)
      .map((of) => [
        of.project_name,
        count(of.total_requests),
        of.failed_requests > 0 ? { text: count(of.failed_requests), style: "warn" } : "0",
        duration(of.average_latency_ms),
        time(of.last_request_time),
      ]),
  );
  rest(busiest.length, out);
}

function showCounts(head: string, counts: Record<string, number>, out: Output): void {
  const most = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  if (most.length === 0) return;
  out.line();
  out.table(
    [
      { head, shrinks: true },
      { head: "Requests", align: "right" },
    ],
    most.slice(0, MOST_NAMES).map(([name, requests]) => [name, count(requests)]),
  );
  rest(most.length, out);
}

function showHours(hours: Analytics["hourly_metrics"], out: Output): void {
  const latest = hours.slice(-MOST_HOURS);
  const most = Math.max(1, ...latest.map((hour) => hour.requests_count));
  if (latest.length === 0) return;
  out.line();
  out.table(
    [
      { head: "Hour" },
      { head: "Requests", align: "right" },
      { head: "Failed", align: "right", spare: true },
      { head: "Mean latency", align: "right", spare: true },
      { head: "", shrinks: true, spare: true },
    ],
    latest.map((hour) => [
      time(hour.timestamp),
      count(hour.requests_count),
      hour.failed_count > 0 ? { text: count(hour.failed_count), style: "warn" } : "0",
      duration(hour.average_latency_ms),
      "█".repeat(Math.max(1, Math.round((hour.requests_count / most) * BAR_CELLS))),
    ]),
  );
}

function rest(names: number, out: Output): void {
  if (names > MOST_NAMES) out.line(out.style.dim(`and ${count(names - MOST_NAMES)} more: --json`));
}
