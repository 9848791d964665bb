import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { askOfAllKinds, startServiceOfAllKinds } from "../support/all-kinds.ts";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { samplesOf, sumOf, type Sample } from "../support/exposition.ts";
import type { Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { expectNativeError, idOf, startService } from "../support/service.ts";
import { storedRequests } from "../support/stored-requests.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const ELSEWHERE = { "x-forwarded-for": "192.0.2.7" };
const CHAT = { model: "fake", messages: [{ role: "user", content: "hi" }] };

async function scrape(gateway: Gateway): Promise<Sample[]> {
  const answer = await gateway.get("/metrics");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return samplesOf(await answer.text());
}

/** The metrics of the page's table, with their labels. */
function documentedMetrics(): Record<string, string[]> {
  const page = readFileSync(join(projectRoot, "docs/prometheus.md"), "utf8");
  const rows = page.slice(0, page.indexOf("## Which names")).matchAll(/^\| (`.*?) \| (.*?) \|/gm);
  const metrics = [...rows].flatMap(([, names = "", labels = ""]) =>
    quotedIn(names).map((name): [string, string[]] => [
      /^(process|nodejs)_/.test(name) ? name : `shared_ollama_${name}`,
      quotedIn(labels).sort(),
    ]),
  );
  return Object.fromEntries(metrics);
}

function quotedIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

describe("GET /metrics", () => {
  it("says of requests what their records say", async () => {
    const { gateway } = await startServiceOfAllKinds();
    await askOfAllKinds(gateway, "acme");
    await (await gateway.post("/api/chat", CHAT)).text();
    const samples = await scrape(gateway);
    const of = (name: string, labels: Record<string, string> = {}): number =>
      sumOf(samples, `shared_ollama_${name}`, labels);
    let records: ReturnType<typeof storedRequests> = [];
    await until(() => {
      records = storedRequests(gateway.home).filter(({ kind }) => kind !== "batch");
      return records.length >= 16;
    }, "the records are written");
    // The scrape itself had not ended.
    const seen = records.filter(({ operation }) => operation !== "metrics");
    expect(of("requests_total")).toBe(seen.length);
    expect(of("requests_total", { project: "acme" })).toBe(seen.length - 1);
    expect(of("requests_total", { project: "unknown" })).toBe(1);
    const sum = (figure: keyof (typeof seen)[number]): number =>
      seen.reduce((all, record) => all + Number(record[figure] ?? 0), 0);
    expect(of("input_tokens_total")).toBe(sum("inputTokens"));
    expect(of("output_tokens_total")).toBe(sum("outputTokens"));
    expect(of("inference_seconds_total")).toBeCloseTo(sum("inferenceMs") / 1000, 6);
    expect(of("request_duration_seconds_sum")).toBeCloseTo(sum("tookMs") / 1000, 6);
    expect(of("image_saved_bytes_total")).toBe(sum("imageBytesSaved"));
    expect(of("images_total")).toBe(1);
    expect(of("truncated_prompts_total")).toBe(1);
    expect(of("cache_requests_total", { outcome: "hit_exact" })).toBe(
      seen.filter(({ cache }) => cache === "HIT-EXACT").length,
    );
    expect(of("cache_saved_seconds_total")).toBeCloseTo(sum("savedMs") / 1000, 6);
    expect(of("request_errors_total", { code: "validation_error" })).toBe(1);
    const streams = seen.filter(({ streamed, firstMs }) => streamed && firstMs !== undefined);
    expect(of("time_to_first_token_seconds_count")).toBe(streams.length);
    expect(streams.length).toBeGreaterThan(2);
    expect(of("model_unloads_total", { model: "fake:latest" })).toBe(1);
    expect(of("model_load_seconds_count", { model: "fake:latest" })).toBe(1);
    expect(of("model_memory_bytes", { model: "fake:latest" })).toBeGreaterThan(0);
    expect(of("inference_server_up")).toBe(1);
    expect(of("slots", { line: "text" })).toBe(6);
    expect(of("cache_entries")).toBeGreaterThan(0);
    expect(sumOf(samples, "process_resident_memory_bytes")).toBeGreaterThan(1e7);
    await nothingIsHeld({ gateway });
  });

  it("has the metrics and labels that docs/prometheus.md tells of, and no others", async () => {
    const { gateway } = await startServiceOfAllKinds();
    await askOfAllKinds(gateway, "acme");
    const strict = { model: "fake", prompt: "hi", format: {}, strict: true };
    expect((await gateway.post("/api/v1/generate", strict)).status).toBe(502);
    const text = await (await gateway.get("/metrics")).text();
    const found = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type]) => {
      const samples = samplesOf(text).filter((one) =>
        type === "histogram" ? one.name === `${name}_count` : one.name === name,
      );
      return [name, Object.keys(samples[0]?.labels ?? {}).sort()] as const;
    });
    expect(Object.fromEntries(found)).toEqual(documentedMetrics());
  });

  it("shows what is under way", async () => {
    const { gateway, ollama } = await startService({
      UPSTREAM_PARALLEL: "1",
      RATE_LIMIT_ENABLED: "false",
    });
    const held = new HeldAnswers(ollama, "/api/chat");
    const asked = [gateway.post("/api/v1/chat", CHAT), gateway.post("/api/v1/chat", CHAT)];
    let samples: Sample[] = [];
    await until(async () => {
      samples = await scrape(gateway);
      return sumOf(samples, "shared_ollama_queue_length") === 1;
    }, "one of both waits");
    expect(sumOf(samples, "shared_ollama_slots_used", { line: "text" })).toBe(1);
    expect(sumOf(samples, "shared_ollama_requests_in_flight")).toBe(3);
    (await held.next()).finish();
    (await held.next()).finish();
    for (const answer of await Promise.all(asked)) await answer.text();
    samples = await scrape(gateway);
    expect(sumOf(samples, "shared_ollama_queue_length")).toBe(0);
    expect(sumOf(samples, "shared_ollama_slots_used")).toBe(0);
  });

  it("tells that the inference server has gone, and how often it came back", async () => {
    const { gateway, ollama } = await startService(
      {},
      {},
      {
        restartPauses: { firstMs: 10, longestMs: 50 },
      },
    );
    const of = async (name: string): Promise<number> =>
      sumOf(await scrape(gateway), `shared_ollama_inference_server_${name}`);
    const port = Number(new URL(ollama.url).port);
    await ollama.stop();
    await until(async () => (await of("up")) === 0, "it is seen to be away");
    expect(await of("failures_total")).toBeGreaterThan(0);
    await startFakeOllama({ port });
    await until(async () => (await of("restarts_total")) === 1, "it is back");
    expect(await of("up")).toBe(1);
  });

  it("is for clients on this machine, unless the operator says otherwise", async () => {
    const { gateway } = await startService();
    await expectNativeError(await gateway.get("/metrics", { headers: ELSEWHERE }), {
      status: 403,
      code: "forbidden",
      type: "ForbiddenError",
      says: "METRICS_ALLOW_REMOTE=true",
    });
    const open = await startService({ METRICS_ALLOW_REMOTE: "true" });
    expect((await open.gateway.get("/metrics", { headers: ELSEWHERE })).status).toBe(200);
    const managed = await startService({ ALLOW_REMOTE_MANAGEMENT: "true" });
    expect((await managed.gateway.get("/metrics", { headers: ELSEWHERE })).status).toBe(200);
    // To read is not to manage.
    const drop = await open.gateway.get("/api/v1/cache", { method: "DELETE", headers: ELSEWHERE });
    expect(drop.status).toBe(403);
  });

  it("is for no page of another origin", async () => {
    const { gateway } = await startService();
    const headers = { origin: "https://evil.example" };
    expect((await gateway.get("/metrics", { headers })).status).toBe(403);
  });

  it("answers HEAD, asks nothing of the inference server, and leaves other methods to it", async () => {
    const { gateway, ollama } = await startService();
    const head = await gateway.get("/metrics", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    await scrape(gateway);
    expect(ollama.to("/metrics")).toEqual([]);
    expect((await gateway.post("/metrics", {})).status).toBe(404);
    expect(ollama.to("/metrics")).toHaveLength(1);
  });

  it("is asked by many at once", async () => {
    const { gateway } = await startService();
    const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.get("/metrics")));
    expect(new Set(answers.map(idOf)).size).toBe(50);
    for (const answer of answers) expect(await answer.text()).toContain("shared_ollama_slots");
    await nothingIsHeld({ gateway });
  });

  it("answers while the service stops", async () => {
    const { gateway, ollama } = await startService();
    const held = new HeldAnswers(ollama, "/api/chat");
    const asked = gateway.post("/api/v1/chat", CHAT);
    const answer = await held.next();
    const stopped = gateway.service.lifecycle.stop();
    await until(
      async () => (await gateway.get("/api/v1/ready")).status === 503,
      "the service is stopping",
    );
    expect(sumOf(await scrape(gateway), "shared_ollama_slots_used")).toBe(1);
    answer.finish();
    await (await asked).text();
    await stopped;
  });

  it("has nothing of records where none are kept", async () => {
    const { gateway } = await startService();
    const names = (await scrape(gateway)).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("shared_ollama_request_"))).not.toContain(
      "shared_ollama_request_store_writing",
    );
  });
});
