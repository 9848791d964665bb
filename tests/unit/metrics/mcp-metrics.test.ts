import { expect, it } from "vitest";
import { McpMetrics } from "../../../src/metrics/mcp-metrics.ts";
import { samplesOf, sumOf } from "../../support/exposition.ts";

async function read(metrics: McpMetrics) {
  const samples = samplesOf(await metrics.registry.metrics());
  return (name: string, labels: Record<string, string> = {}) =>
    sumOf(samples, `shared_ollama_mcp_${name}`, labels);
}

it("counts calls by server and outcome, and how long they took", async () => {
  const metrics = new McpMetrics();
  metrics.know(["a", "b"]);
  metrics.called("a", "completed", 3);
  metrics.called("a", "failed", 2000);
  metrics.called("b", "tool_error", 30);
  // A file that was read again names the same ones.
  metrics.know(["a", "c"]);
  const of = await read(metrics);
  expect(of("calls_total", { server: "a" })).toBe(2);
  expect(of("calls_total", { server: "a", outcome: "failed" })).toBe(1);
  expect(of("calls_total", { server: "c" })).toBe(0);
  expect(of("call_duration_seconds_sum", { server: "a" })).toBeCloseTo(2.003);
  expect(of("call_duration_seconds_bucket", { server: "a", le: "0.005" })).toBe(1);
  expect(of("call_duration_seconds_count", { server: "c" })).toBe(0);
});
