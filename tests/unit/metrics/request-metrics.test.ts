import { describe, expect, it } from "vitest";
import { Exposition } from "../../../src/metrics/exposition.ts";
import { RequestMetrics } from "../../../src/metrics/request-metrics.ts";
import type { EndedRequest } from "../../../src/requests/ended-request.ts";
import { endedOf, NOON_MS, randomRequests, REFUSED } from "../../support/ended-requests.ts";
import { samplesOf, sumOf, type Sample } from "../../support/exposition.ts";
import { seededRandom } from "../../support/prng.ts";

/** Counts requests, on a clock that the test moves. */
function counting() {
  const clock = { now: 0 };
  const metrics = new RequestMetrics(() => clock.now);
  const exposition = new Exposition(() => {
    const { all, byProject } = metrics.registries;
    return [[all], byProject];
  });
  return {
    metrics,
    clock,
    count: (more: Partial<EndedRequest> = {}) => metrics.ended(endedOf(more)),
    read: async (): Promise<Sample[]> => samplesOf(await exposition.read()),
  };
}

const ACME = { project: "acme", model: "fake:latest" };

describe("the figures of requests", () => {
  it("are those of the record, in seconds and bytes", async () => {
    const { count, read } = counting();
    count({ streamed: true, isPromptCut: true, cache: "HIT-EXACT", savedMs: 500 });
    const samples = await read();
    const of = (name: string, labels: Record<string, string> = ACME): number =>
      sumOf(samples, `shared_ollama_${name}`, labels);
    expect(of("requests_total", { ...ACME, outcome: "completed" })).toBe(1);
    expect(of("operations_total", { operation: "chat", outcome: "completed" })).toBe(1);
    expect(of("request_duration_seconds_sum")).toBe(1.234567);
    expect(of("request_duration_seconds_bucket", { ...ACME, le: "1" })).toBe(0);
    expect(of("request_duration_seconds_bucket", { ...ACME, le: "2.5" })).toBe(1);
    expect(of("time_to_first_token_seconds_sum")).toBe(0.20175);
    expect(of("time_between_tokens_seconds_sum", { model: "fake:latest" })).toBe(1.000125 / 49);
    expect(of("queue_wait_seconds_sum", { project: "acme" })).toBe(0.0015);
    expect(of("input_tokens_total")).toBe(40);
    expect(of("output_tokens_total")).toBe(50);
    expect(of("inference_seconds_total")).toBe(1.000001);
    expect(of("truncated_prompts_total")).toBe(1);
    expect(of("cache_requests_total", { ...ACME, outcome: "hit_exact" })).toBe(1);
    expect(of("cache_saved_seconds_total")).toBe(0.5);
    expect(of("images_total")).toBe(2);
    expect(of("image_saved_bytes_total")).toBe(1000);
  });

  it("have no time to a first token, or between two, of an answer in one piece or of one token", async () => {
    const { count, read } = counting();
    count();
    count({ streamed: true, outputTokens: 1, firstMs: undefined });
    const names = (await read()).map(({ name }) => name);
    expect(names.filter((name) => /first_token|between_tokens/.test(name))).toEqual([]);
  });

  it("count a batch as its items", async () => {
    const { count, read } = counting();
    count({ kind: "batch" });
    count({ kind: "item" });
    count({ kind: "item" });
    expect(sumOf(await read(), "shared_ollama_requests_total")).toBe(2);
  });

  it("show no client's address, and put those that name no project together", async () => {
    const { count, read } = counting();
    for (const client of ["10.0.0.1", "10.0.0.2"]) {
      count({ project: "unknown", tenant: `[${client}]`, client });
    }
    const samples = await read();
    expect(sumOf(samples, "shared_ollama_requests_total", { project: "unknown" })).toBe(2);
    expect(JSON.stringify(samples)).not.toContain("10.0.0");
  });

  it("call what has no model, no operation or an unknown model by one name each", async () => {
    const { count, read } = counting();
    count(REFUSED);
    for (let i = 0; i < 100; i += 1) {
      count({ ...REFUSED, model: `invented-${i}`, status: 404, inferenceMs: 1 });
    }
    const samples = await read();
    const requests = samples.filter(({ name }) => name === "shared_ollama_requests_total");
    expect(requests.map(({ labels, value }) => [labels["model"], value])).toEqual([
      ["none", 1],
      ["other", 100],
    ]);
    expect(sumOf(samples, "shared_ollama_operations_total", { operation: "none" })).toBe(101);
    const refusals = { code: "rate_limit_exceeded" };
    expect(sumOf(samples, "shared_ollama_request_errors_total", refusals)).toBe(101);
  });

  it("know a model by its canonical name", async () => {
    const { count, read } = counting();
    for (const model of ["Fake", "fake:latest", "registry.ollama.ai/library/fake"])
      count({ model });
    expect(sumOf(await read(), "shared_ollama_requests_total", ACME)).toBe(3);
  });

  it("tell loads and unloads of models", async () => {
    const { metrics, read } = counting();
    metrics.loaded("fake:latest", 2000);
    metrics.unloaded("fake:latest");
    metrics.unloaded("never-seen:latest");
    const samples = await read();
    expect(sumOf(samples, "shared_ollama_model_load_seconds_sum", { model: "fake:latest" })).toBe(
      2,
    );
    expect(sumOf(samples, "shared_ollama_model_unloads_total", { model: "fake:latest" })).toBe(1);
    expect(sumOf(samples, "shared_ollama_model_unloads_total", { model: "other" })).toBe(1);
  });

  it("add up to the same whatever the labels", async () => {
    const { metrics, read } = counting();
    const requests = randomRequests({ count: 10_000, fromMs: NOON_MS, toMs: NOON_MS + 3_600_000 });
    for (const request of requests) metrics.ended(request);
    const samples = await read();
    const sum = (of: (ended: EndedRequest) => number | undefined): number =>
      requests.reduce((all, ended) => all + (of(ended) ?? 0), 0);
    expect(sumOf(samples, "shared_ollama_requests_total")).toBe(requests.length);
    expect(sumOf(samples, "shared_ollama_input_tokens_total")).toBe(sum((e) => e.inputTokens));
    expect(sumOf(samples, "shared_ollama_output_tokens_total")).toBe(sum((e) => e.outputTokens));
    expect(sumOf(samples, "shared_ollama_inference_seconds_total")).toBeCloseTo(
      sum((e) => e.inferenceMs) / 1000,
      6,
    );
  });

  it("never go down under any label, whichever names come and go", async () => {
    const { count, clock, read } = counting();
    const random = seededRandom(7);
    const everSeen = new Set<string>();
    const fallen: string[] = [];
    let before = new Map<string, number>();
    for (let round = 0; round < 40; round += 1) {
      clock.now += 30_000;
      for (let i = 0; i < 50; i += 1) {
        // Who is busy changes with time.
        const name = Math.floor(random() ** 3 * 60) + round;
        count({ project: `p${name}`, model: `m${name % 37}`, inferenceMs: random() * 1000 });
      }
      const samples = await read();
      for (const label of ["project", "model"]) {
        const values = new Set(samples.flatMap(({ labels }) => labels[label] ?? []));
        expect(values.size).toBeLessThanOrEqual(22);
      }
      const now = new Map(samples.map((one) => [one.name + JSON.stringify(one.labels), one.value]));
      for (const [series, value] of before) {
        if ((now.get(series) ?? value) < value) fallen.push(series);
      }
      for (const series of now.keys()) everSeen.add(series);
      before = now;
    }
    expect(fallen).toEqual([]);
    // Else no name has come or gone.
    expect(everSeen.size).toBeGreaterThan(before.size);
  });
});
