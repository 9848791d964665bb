import { expect, it } from "vitest";
import { startCliService } from "../../support/cli-service.ts";
import { seededRandom } from "../../support/prng.ts";

const REQUESTS = 24;

interface Report {
  summary: {
    total_requests: number;
    failures: number;
    latency_ms: Record<"p50" | "p95" | "p99", number>;
  };
}

it("a load test's percentiles agree with the service's own within 5 %, for answers of 200 ms and more", async () => {
  const random = seededRandom(22);
  const reply = async (): Promise<string[]> => {
    const ms = 250 + 250 * random();
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ["Hi"];
  };
  const service = await startCliService({ REQUEST_LOG_ENABLED: "true" }, { reply });
  const args = ["--model", "fake", "--requests", String(REQUESTS), "--workers", "3"];
  const { summary } = (await service.json("load-test", ...args, "--warmup", "1")) as Report;
  expect(summary).toMatchObject({ total_requests: REQUESTS, failures: 0 });
  const figures = async (path: string): Promise<Record<string, number>> =>
    (await (await service.gateway.get(path)).json()) as Record<string, number>;
  const theirs = await figures("/api/v1/analytics?project=load-test");
  expect(theirs["total_requests"]).toBe(REQUESTS);
  for (const [name, ours] of Object.entries(summary.latency_ms)) {
    if (!/^p\d/.test(name)) continue;
    const their = theirs[`${name}_latency_ms`] ?? 0;
    expect(their, name).toBeGreaterThan(200);
    expect(Math.abs(ours - their) / their, `${name}: ${ours} and ${their}`).toBeLessThan(0.05);
  }
  // With the request before the test.
  const stats = await figures("/api/v1/performance/stats");
  expect(stats["total_requests"]).toBe(REQUESTS + 1);
});
