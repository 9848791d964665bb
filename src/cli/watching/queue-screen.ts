import type { components } from "../api-types.d.ts";
import type { Output } from "../output/output.ts";
import { tableLines, type Cell } from "../output/table.ts";
import { count, duration, percent } from "../output/units.ts";

type Queue = components["schemas"]["Queue"];

/** The lines that show a queue, none wider than the terminal. */
export function queueLines(queue: Queue, out: Output): string[] {
  const { style } = out;
  const waits = `${count(queue.waiting)} waiting`;
  return [
    `${style.head("Queue")}  ${count(queue.running)} running, ${queue.waiting > 0 ? style.warn(waits) : waits}`,
    ...tenantLines(queue, out),
    ...requestLines(queue, out),
  ];
}

function tenantLines({ tenants, other_tenants: others }: Queue, out: Output): string[] {
  if (tenants.length === 0 && others.tenants === 0) return [];
  const rows = tenants.map((tenant): Cell[] => [
    tenant.tenant,
    count(tenant.running),
    tenant.waiting > 0 ? { text: count(tenant.waiting), style: "warn" } : "0",
    ...seconds(tenant.inference_seconds),
    percent(tenant.share),
    String(tenant.weight),
  ]);
  if (others.tenants > 0) {
    const name = `${count(others.tenants)} ${tenants.length === 0 ? "" : "other "}projects`;
    const used = seconds(others.inference_seconds);
    rows.push([
      { text: name, style: "dim" },
      count(others.running),
      count(others.waiting),
      ...used,
      "",
      "",
    ]);
  }
  return [
    "",
    ...tableLines(
      [
        { head: "Project", shrinks: true },
        { head: "Running", align: "right" },
        { head: "Waiting", align: "right" },
        { head: "Minute", align: "right", spare: true },
        { head: "Hour", align: "right", spare: true },
        { head: "Day", align: "right", spare: true },
        { head: "Share", align: "right", spare: true },
        { head: "Weight", align: "right", spare: true },
      ],
      rows,
      { width: out.columns, style: out.style },
    ),
  ];
}

function seconds({ minute, hour, day }: Queue["tenants"][number]["inference_seconds"]): string[] {
  return [minute, hour, day].map((used) => duration(used * 1000));
}

function requestLines({ requests, other_requests: others }: Queue, out: Output): string[] {
  if (requests.length === 0 && others === 0) return [];
  const rows = requests.map((request): Cell[] => [
    String(request.position),
    request.tenant,
    request.model,
    request.priority === "background" ? `${request.line}, background` : request.line,
    duration(request.waited_ms),
    request.expected_wait_ms === null ? "?" : duration(request.expected_wait_ms),
    request.basis === "unknown" ? "" : request.basis,
  ]);
  const more = others > 0 ? [out.style.dim(`and ${count(others)} more`)] : [];
  return [
    "",
    ...tableLines(
      [
        { head: "#", align: "right" },
        { head: "Project", shrinks: true },
        { head: "Model", shrinks: true },
        { head: "Line", shrinks: true, spare: true },
        { head: "Waited", align: "right" },
        { head: "Still", align: "right" },
        { head: "Known from", spare: true },
      ],
      rows,
      { width: out.columns, style: out.style },
    ),
    ...more,
  ];
}
