import Driver from "libsql";
import { describe, expect, it } from "vitest";
import { endedOf, REFUSED } from "../support/ended-requests.ts";
import { expectNativeError, idOf, startService } from "../support/service.ts";
import { requestFile } from "../support/stored-requests.ts";
import { startWithRecords } from "./figures-set-up.ts";

const ROUTES = [
  "/metrics",
  "/performance/stats",
  "/analytics",
  "/analytics/export",
  "/analytics/export?format=json",
  "/analytics/export?format=parquet",
  "/usage",
  "/usage?format=csv",
];
const and = (route: string): string => route + (route.includes("?") ? "&" : "?");

const MINUTE_MS = 60_000;
const YESTERDAY_MS = Date.now() - 1440 * MINUTE_MS;
const RECORDS = [
  endedOf({ startedAtMs: YESTERDAY_MS, tookMs: 100.004, project: "acme" }),
  endedOf({ startedAtMs: YESTERDAY_MS + 1, tookMs: 300.005, project: "acme", ...REFUSED }),
  endedOf({ startedAtMs: Date.now() - 5 * MINUTE_MS, tookMs: 7, project: "acme" }),
  endedOf({ startedAtMs: YESTERDAY_MS, tookMs: 4, project: "zoo", operation: "generate" }),
];

describe("figures of requests", () => {
  it("of a project, and of a window, are of nothing else", async () => {
    const { jsonOf } = await startWithRecords(RECORDS);
    expect(await jsonOf("/metrics?project=acme")).toEqual({
      total_requests: 3,
      successful_requests: 2,
      failed_requests: 1,
      requests_by_model: { "fake:latest": 2, system: 1 },
      requests_by_operation: { chat: 2, other: 1 },
      errors_by_type: { rate_limit_exceeded: 1 },
      average_latency_ms: 135.67,
      p50_latency_ms: 100,
      p95_latency_ms: 300.01,
      p99_latency_ms: 300.01,
      first_request_time: new Date(YESTERDAY_MS).toISOString(),
      last_request_time: expect.any(String),
      exact: true,
    });
    expect(await jsonOf("/metrics?project=acme&window_minutes=60")).toMatchObject({
      total_requests: 1,
      average_latency_ms: 7,
      p50_latency_ms: 7,
      p99_latency_ms: 7,
      errors_by_type: {},
    });
    expect(await jsonOf("/performance/stats?project=zoo")).toEqual({
      avg_tokens_per_second: 55.556,
      avg_load_time_ms: 0,
      avg_generation_time_ms: 900.001,
      total_requests: 1,
      by_model: {
        "fake:latest": {
          avg_tokens_per_second: 55.556,
          avg_load_time_ms: 0,
          avg_generation_time_ms: 900.001,
          request_count: 1,
        },
      },
    });
    const analytics = await jsonOf("/analytics?project=zoo");
    expect(Object.keys(analytics["project_metrics"] as object)).toEqual(["zoo"]);
    expect(analytics["hourly_metrics"]).toHaveLength(1);
    expect(await jsonOf("/usage?project=zoo")).toEqual({
      usage: [
        {
          day: new Date(YESTERDAY_MS).toISOString().slice(0, 10),
          project: "zoo",
          model: "fake:latest",
          requests: 1,
          failed_requests: 0,
          input_tokens: 40,
          output_tokens: 50,
          inference_seconds: 1,
          saved_seconds: 0,
          share: expect.closeTo(YESTERDAY_HAS_ALL ? 1 / 3 : 1 / 2, 5),
        },
      ],
    });
  });

  it("count a read of models, and name what has no model", async () => {
    const { gateway, jsonOf } = await startWithRecords();
    const headers = { "x-project-name": "reader" };
    await (await gateway.get("/api/v1/models", { headers })).text();
    expect(await jsonOf("/metrics?project=reader")).toMatchObject({
      total_requests: 1,
      requests_by_model: { system: 1 },
      requests_by_operation: { list_models: 1 },
    });
  });

  it("keep names that a program could take for its own", async () => {
    const odd = ["__proto__", "constructor", "toString", "<b>&\"'", "a\nb,c"];
    const { textOf } = await startWithRecords(
      odd.map((name) => endedOf({ project: name, model: name, startedAtMs: Date.now() })),
    );
    const analytics = JSON.parse(await textOf("/analytics?window_minutes=9"), (key, value) =>
      // What is parsed would be lost again.
      key === "__proto__" ? undefined : (value as unknown),
    ) as { requests_by_project: Record<string, number> };
    expect(analytics.requests_by_project).toMatchObject({ constructor: 1, "a\nb,c": 1 });
    expect(await textOf("/analytics")).toContain('"__proto__":{"project_name":"__proto__"');
    for (const name of odd) {
      const text = await textOf(`/metrics?project=${encodeURIComponent(name)}`);
      expect(text).toContain(`{"total_requests":1,`);
      expect(text).toContain(`"requests_by_model":{${JSON.stringify(name)}:1}`);
    }
  });
});

/** Whether all of yesterday's records and none of today's are on that day. */
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const YESTERDAY_HAS_ALL = dayOf(YESTERDAY_MS) === dayOf(Date.now() - 5 * MINUTE_MS);

describe("the window", () => {
  it.each(["0", "-1", "-99999999999999999999", "-0"])("of %s minutes is empty", async (minutes) => {
    const { textOf, jsonOf } = await startWithRecords(RECORDS);
    const query = `?window_minutes=${minutes}`;
    const none = { total_requests: 0, first_request_time: null, p99_latency_ms: 0 };
    expect(await jsonOf(`/metrics${query}`)).toMatchObject(none);
    expect(await jsonOf(`/performance/stats${query}`)).toEqual({
      avg_tokens_per_second: 0,
      avg_load_time_ms: 0,
      avg_generation_time_ms: 0,
      total_requests: 0,
      by_model: {},
    });
    expect(await jsonOf(`/analytics${query}`)).toMatchObject({
      hourly_metrics: [],
      success_rate: 0,
    });
    expect(await jsonOf(`/usage${query}`)).toEqual({ usage: [] });
    expect((await textOf(`/usage${query}&format=csv`)).split("\r\n")).toHaveLength(2);
    expect((await textOf(`/analytics/export${query}`)).split("\r\n")).toHaveLength(2);
  });

  it.each(["525600", "99999999999999999999", "1e15"])(
    "of %s minutes is all that is kept",
    async (minutes) => {
      const { jsonOf, textOf } = await startWithRecords(RECORDS);
      const query = `?window_minutes=${minutes}&project=acme`;
      expect(await jsonOf(`/metrics${query}`)).toMatchObject({ total_requests: 3 });
      expect((await textOf(`/analytics/export${query}`)).split("\r\n")).toHaveLength(5);
    },
  );

  it("has requests that began later than now, where the clock was put back", async () => {
    const early = endedOf({ startedAtMs: Date.now() + 60 * MINUTE_MS });
    const { jsonOf } = await startWithRecords([early]);
    expect(await jsonOf("/metrics?project=acme&window_minutes=1")).toMatchObject({
      total_requests: 1,
    });
  });
});

describe("a query of nonsense", () => {
  it.each([
    ["window_minutes=soon", "window_minutes"],
    ["window_minutes=", "window_minutes"],
    ["window_minutes=1.5", "window_minutes"],
    ["window_minutes=0x10", "window_minutes"],
    ["window_minutes=NaN", "window_minutes"],
    ["window_minutes=1&window_minutes=2", "window_minutes"],
    [`window_minutes=${"9".repeat(400)}`, "window_minutes"],
    ["project=", "project"],
    ["project=a%00b", "project"],
    ["projekt=acme", "projekt"],
    ["format=xml", "format"],
  ])("%s is refused by each route", async (query, param) => {
    const { get } = await startWithRecords();
    for (const route of ROUTES.filter((one) => param !== "format" || !one.includes("format"))) {
      const answer = await get(and(route) + query);
      await expectNativeError(answer, {
        status: 422,
        code: "validation_error",
        type: "ValidationError",
        says: param,
      });
    }
  });
});

it.each(ROUTES)("GET %s is refused in full where the file cannot be read", async (route) => {
  const { gateway, get } = await startWithRecords(RECORDS);
  const other = new Driver(requestFile(gateway.home));
  other.exec("DROP TABLE requests; DROP TABLE days");
  other.close();
  await expectNativeError(await get(route), {
    status: 500,
    code: "internal_error",
    type: "InternalError",
    says: "cannot be read",
  });
});

describe("without records", () => {
  it.each(ROUTES)("GET %s says what it takes", async (route) => {
    const { gateway } = await startService({ REQUEST_LOG_ENABLED: "false" });
    const answer = await gateway.get(`/api/v1${route}`);
    await expectNativeError(answer, {
      status: 404,
      code: "not_found",
      type: "NotFoundError",
      says: "REQUEST_LOG_ENABLED=true",
    });
  });

  it.each(ROUTES)("GET %s is fine where none has come yet", async (route) => {
    const { gateway } = await startService({ REQUEST_LOG_ENABLED: "true" });
    const answer = await gateway.get(`/api/v1${route}`);
    expect(answer.status).toBe(200);
    idOf(answer);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(10);
  });
});
