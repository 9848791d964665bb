import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LOAD_REPORT_SCHEMA } from "../../../src/cli/load-test/load-report.ts";
import { cliInTerminal, expectOneLine, expectToFit, startCli } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startCliService } from "../../support/cli-service.ts";
import { HeldAnswers } from "../../support/held-answers.ts";
import { bodiesTo } from "../../support/service.ts";
import { makeHome } from "../../support/service-process.ts";

interface Report {
  config: { projects: string[] };
  summary: Record<string, unknown> & { latency_ms: Record<string, number> };
  samples: { requests: unknown[]; errors: { error: string }[] };
}

const FEW = ["load-test", "--model", "fake", "--warmup", "0"];

/** A model that takes so long for each answer. */
const slow = (ms: number) => async (): Promise<string[]> => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ["Hi"];
};

describe("shared-ollama load-test", () => {
  it("is past the cache, behind others where that is said, and spread over projects", async () => {
    const settings = { RESPONSE_CACHE_ENABLED: "true", RATE_LIMIT_ENABLED: "true" };
    const service = await startCliService(settings);
    const args = ["--requests", "130", "--workers", "4", "--background", "--max-tokens", "5"];
    const report = (await service.json("load-test", "--model", "fake", ...args)) as Report;
    expect(report.config.projects).toEqual(["load-test-1", "load-test-2", "load-test-3"]);
    expect(report.summary).toMatchObject({ successes: 130, failures: 0 });
    const bodies = bodiesTo(service.ollama, "/api/generate");
    // Three of them before the test.
    expect(bodies).toHaveLength(133);
    expect(bodies[0]).toMatchObject({ options: { num_predict: 5 } });
  });

  it("shows where it stands, and a report that fits a terminal", async () => {
    const service = await startCliService({}, { reply: slow(150) });
    const terminal = cliInTerminal([...FEW, "--requests", "6", "--workers", "2"], service);
    await terminal.shows(/\d of 6 · \d+\.\d a second · p50 /);
    const shown = await terminal.endsWith(0);
    expect(shown).toMatch(/Requests +6, 0 failed \(100 % answered\)\n/);
    expect(shown).toMatch(/Latency +p50 \d+ ms, p95 /);
    expectToFit(shown.slice(shown.lastIndexOf("Requests")));
  });

  it("shows that it goes on before the first answer has come", async () => {
    const service = await startCliService();
    const answers = new HeldAnswers(service.ollama, "/api/generate");
    const terminal = cliInTerminal([...FEW, "--requests", "1"], service);
    const answer = await answers.next();
    await terminal.shows(/0 of 1 · 0\.0 a second · \d\.\d s/);
    answer.json({ model: "fake", response: "Hi", done: true, eval_count: 1 });
    await terminal.endsWith(0);
  });

  it("ends at Ctrl-C with a report of what there is", async () => {
    const service = await startCliService();
    const answers = new HeldAnswers(service.ollama, "/api/generate");
    const file = join(await makeHome(), "report.json");
    const args = [...FEW, "--requests", "50", "--workers", "2", "--output", file];
    const running = startCli(args, service);
    const first = await answers.next();
    first.json({ model: "fake", response: "Hi", done: true, eval_count: 1 });
    const second = await answers.next();
    running.kill("SIGINT");
    expect(await running.code).toBe(130);
    await second.sawCancel();
    expect(running.output.stderr).toContain("Stopped; 2 requests under way were given up.");
    const text = await readFile(file, "utf8");
    const report = (await expectShape("load-test", text)) as Report;
    expect(report.summary).toMatchObject({
      ended_early: "stopped",
      successes: 1,
      failures: 0,
      cancelled: 2,
    });
  });

  it("tells failures by their codes, and ends with 1", async () => {
    const service = await startCliService();
    service.ollama.script("/api/generate", (_request, response) => {
      response.writeHead(500, { "Content-Type": "application/json" });
      response.end('{"error":"no luck"}');
    });
    const end = await service.end([...FEW, "--requests", "3", "--skip-verify", "--json"]);
    expect(end.code).toBe(1);
    const report = (await expectShape("load-test", end.stdout)) as Report;
    expect(report.summary).toMatchObject({ failures: 3, successes: 0, success_rate: 0 });
    expect(report.samples.errors).toHaveLength(3);
    const warm = await service.end(["load-test", "--model", "fake", "--requests", "3"]);
    expectOneLine(warm);
    expect(warm.stderr).toContain("The first requests fail, so nothing was tested");
  });

  it("counts an answer that takes too long as a failure", async () => {
    const service = await startCliService();
    const answers = new HeldAnswers(service.ollama, "/api/generate");
    const end = await service.end([...FEW, "--requests", "1", "--timeout", "1", "--json"]);
    expect(end.code).toBe(1);
    await (await answers.next()).sawCancel();
    const report = (await expectShape("load-test", end.stdout)) as Report;
    expect(report.summary["errors"]).toEqual({ timeout: 1 });
  });

  it("goes on for a time, over connections that are not shared", async () => {
    const service = await startCliService({}, { reply: slow(50) });
    const args = ["--model", "fake", "--duration", "1", "--workers", "1", "--keepalive", "0"];
    const report = (await service.json("load-test", ...args, "--warmup", "0")) as Report;
    const { total_requests: total, failures, test_duration_seconds: seconds } = report.summary;
    expect(failures).toBe(0);
    expect(total).toBeGreaterThan(1);
    expect(seconds).toBeGreaterThanOrEqual(1);
  });

  it.each([
    [["--workers", "501"], 2, "from 1 to 500"],
    [["--requests", "many"], 2, "a whole number"],
    [["--model", "nope"], 4, "nope"],
    [["--nothing"], 2, "--nothing"],
  ])("%j ends with %d", async (args, code, says) => {
    const service = await startCliService();
    const end = await service.end(["load-test", ...args]);
    expectOneLine(end);
    expect([end.code, end.stderr]).toEqual([code, expect.stringContaining(says)]);
  });

  it("has a report of the form that it promises", () => {
    expect(LOAD_REPORT_SCHEMA).toMatchObject({
      required: ["timestamp", "config", "summary", "samples"],
    });
  });
});
