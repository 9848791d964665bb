import { describe, expect, it } from "vitest";
import { batchOf, chatItems } from "../support/batch.ts";
import { until } from "../support/deadline.ts";
import { drawing } from "../support/image-files.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { startCollector, tookMs, type CollectedSpan } from "../support/otlp-collector.ts";
import { idOf, jsonOf, startService } from "../support/service.ts";
import { lastHeader, sentParent, startTraced } from "../support/traced-service.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID = "b7ad6b7169203331";
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`;

const messages = [{ role: "user", content: "the secret question" }];
const chat = { model: "fake", messages };

const traced = (headers: Record<string, string> = {}): RequestInit => ({
  headers: { "content-type": "application/json", traceparent: TRACEPARENT, ...headers },
});

const namesOf = (spans: CollectedSpan[]): string[] => spans.map(({ name }) => name);

describe("the trace of a request", () => {
  it("has a span for each phase, whose times are those of its record", async () => {
    const { gateway, collector, ollama } = await startTraced({ fake: { models: ["cold:latest"] } });
    const answer = await gateway.post("/api/v1/chat", { ...chat, model: "cold" }, traced());
    const id = idOf(answer);
    await answer.text();
    const event = await loggedEventOf(gateway, id);
    const { root, children } = await collector.traceOf(id);

    expect(new Date(Number(root.startNs / 1_000_000n)).toISOString()).toBe(event["timestamp"]);
    expect(tookMs(root)).toBe(event["latency_ms"]);
    const byName = Object.fromEntries(children.map((span) => [span.name, span]));
    expect(namesOf(children)).toEqual(["queue", "load", "chat cold"]);
    const { queue, load, "chat cold": call } = byName as Record<string, CollectedSpan>;
    if (!queue || !load || !call) throw new Error("spans are missing");
    expect(tookMs(queue)).toBeCloseTo(event["queue_ms"] as number, 2);
    expect(tookMs(load)).toBeCloseTo(event["model_load_ms"] as number, 2);
    const answerMs = (event["first_ms"] as number) + (event["body_ms"] as number);
    expect(tookMs(call)).toBeCloseTo(answerMs, 2);
    expect(load.startNs).toBe(queue.endNs);
    expect(call.startNs).toBeGreaterThanOrEqual(load.endNs);
    for (const { startNs, endNs } of children) {
      expect(startNs).toBeGreaterThanOrEqual(root.startNs);
      expect(endNs).toBeLessThanOrEqual(root.endNs);
    }
    expect([root, ...children].map(({ kind }) => kind)).toEqual([2, 1, 1, 3]);
    expect(ollama.to("/api/chat")).toHaveLength(1);
  });

  it("says what was asked and answered with, in the conventions' words", async () => {
    const { gateway, collector, ollama } = await startTraced();
    const answer = await gateway.post(
      "/api/v1/chat",
      { ...chat, stream: true },
      traced({ "x-project-name": "acme" }),
    );
    const id = idOf(answer);
    await answer.text();
    const event = await loggedEventOf(gateway, id);
    const { root, children } = await collector.traceOf(id);
    expect(root).toMatchObject({ name: "POST /api/v1/chat", status: 0 });
    expect(root.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/api/v1/chat",
      "http.response.status_code": 200,
      "url.path": "/api/v1/chat",
      "url.scheme": "http",
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "fake",
      "shared_ollama.project": "acme",
      "shared_ollama.dialect": "service",
      "shared_ollama.ended": "completed",
      "shared_ollama.streamed": true,
    });
    const call = children.at(-1);
    expect(call?.attributes).toMatchObject({
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(ollama.url).port),
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "ollama",
      "gen_ai.request.model": "fake",
      "gen_ai.request.stream": true,
      "gen_ai.response.time_to_first_chunk": (event["first_ms"] as number) / 1000,
      "gen_ai.usage.input_tokens": event["input_tokens"],
      "gen_ai.usage.output_tokens": event["output_tokens"],
    });
    expect(event["output_tokens"]).toBeGreaterThan(0);
  });

  it("holds no text of prompts or answers, no header and no query", async () => {
    const { gateway, collector } = await startTraced();
    const secrets = traced({ authorization: "Bearer the-key", "user-agent": "the-agent" });
    const own = await gateway.post("/api/v1/chat", chat, secrets);
    const passed = await gateway.post("/api/chat?the=query", chat, secrets);
    const refused = await gateway.post(
      "/api/v1/chat?the=query",
      { messages: "the secret" },
      secrets,
    );
    const texts = [await own.text(), await passed.text(), await refused.text()];
    expect(texts[0]).toContain("Hello");
    for (const answer of [own, passed, refused]) await collector.traceOf(idOf(answer));
    const sent = collector.bodies.join("\n");
    for (const secret of ["secret", "Hello", "the-key", "the-agent", "query"]) {
      expect(sent).not.toContain(secret);
    }
  });

  it("is that of the client, and goes on to the inference server", async () => {
    const { gateway, collector, ollama } = await startTraced();
    for (const path of ["/api/v1/chat", "/api/chat"]) {
      const answer = await gateway.post(path, chat, traced({ tracestate: "vendor=1,other=2" }));
      await answer.text();
      const { root, children } = await collector.traceOf(idOf(answer));
      expect(root).toMatchObject({ traceId: TRACE_ID, parentSpanId: PARENT_ID });
      const call = children.at(-1);
      expect(call).toMatchObject({ traceId: TRACE_ID, kind: 3 });
      expect(sentParent(ollama, "/api/chat")).toEqual({
        traceId: TRACE_ID,
        spanId: call?.spanId,
        flags: "01",
      });
      expect(lastHeader(ollama, "/api/chat", "tracestate")).toBe("vendor=1,other=2");
      const { rawHeaders = [] } = ollama.to("/api/chat").at(-1) ?? {};
      expect(rawHeaders.filter((name) => /^traceparent$/i.test(name))).toHaveLength(1);
    }
  });

  it("goes on with what takes no place in the queue, too", async () => {
    const { gateway, collector, ollama } = await startTraced();
    const answer = await gateway.get("/api/version", traced());
    await answer.text();
    const { root, children } = await collector.traceOf(idOf(answer));
    expect(root.name).toBe("GET /api/version");
    expect(children).toMatchObject([{ name: "upstream", kind: 3 }]);
    expect(sentParent(ollama, "/api/version")).toMatchObject({
      traceId: TRACE_ID,
      spanId: children[0]?.spanId,
    });
  });

  it.each([
    ["none", undefined],
    ["an empty one", ""],
    ["a word", "garbage"],
    ["one without a trace", `00-${"0".repeat(32)}-${PARENT_ID}-01`],
    ["one without a parent", `00-${TRACE_ID}-${"0".repeat(16)}-01`],
    ["one of a version that is none", `ff-${TRACE_ID}-${PARENT_ID}-01`],
    ["one with more than its version has", `${TRACEPARENT}-more`],
    ["one in capitals", TRACEPARENT.toUpperCase()],
    ["two", `${TRACEPARENT}, ${TRACEPARENT}`],
    ["a long one", "0".repeat(4000)],
  ])("is a new one where the client sends %s", async (_what, traceparent) => {
    const { gateway, collector, ollama } = await startTraced();
    const headers = { "content-type": "application/json", tracestate: "vendor=1" };
    const init = { headers: traceparent === undefined ? headers : { ...headers, traceparent } };
    const answer = await gateway.post("/api/chat", chat, init);
    await answer.text();
    const { root } = await collector.traceOf(idOf(answer));
    expect(root.parentSpanId).toBeUndefined();
    expect(root.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(root.traceId).not.toBe(TRACE_ID);
    expect(sentParent(ollama, "/api/chat")?.traceId).toBe(root.traceId);
    // It belongs to the trace that is not continued.
    expect(lastHeader(ollama, "/api/chat", "tracestate")).toBeUndefined();
  });

  it("is not sent where the client says that it is not sampled, and the server is told", async () => {
    const { gateway, collector, ollama } = await startTraced();
    const quiet = await gateway.post(
      "/api/v1/chat",
      chat,
      traced({ traceparent: `00-${TRACE_ID}-${PARENT_ID}-00` }),
    );
    await quiet.text();
    expect(sentParent(ollama, "/api/chat")).toMatchObject({ traceId: TRACE_ID, flags: "00" });
    const heard = await gateway.post("/api/v1/chat", chat);
    await heard.text();
    await collector.traceOf(idOf(heard));
    await gateway.stop();
    expect(collector.spans.filter(({ traceId }) => traceId === TRACE_ID)).toEqual([]);
  });

  it("says why a request failed", async () => {
    const { gateway, collector, ollama } = await startTraced();
    ollama.script(
      "/api/chat",
      (_request, response) => void response.writeHead(500).end('{"error":"broken"}'),
    );
    const failed = await gateway.post("/api/v1/chat", chat, traced());
    const { code } = await jsonOf(failed);
    const { root, children } = await collector.traceOf(idOf(failed));
    expect(root).toMatchObject({ status: 2 });
    expect(root.attributes).toMatchObject({ "error.type": code, "shared_ollama.ended": "failed" });
    expect(children.at(-1)).toMatchObject({ status: 2, attributes: { "error.type": code } });

    const refused = await gateway.post("/api/v1/chat", { messages: [] }, traced());
    const trace = await collector.traceOf(idOf(refused));
    expect(trace.root).toMatchObject({ status: 0 });
    expect(trace.root.attributes).toMatchObject({ "error.type": "validation_error" });
    expect(trace.children).toEqual([]);
  });

  it("ends with a client that leaves, in whichever phase", async () => {
    const { gateway, collector, ollama } = await startTraced({ env: { UPSTREAM_PARALLEL: "1" } });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const calling = new AbortController();
    const waiting = new AbortController();
    const first = gateway.post("/api/chat", chat, { ...traced(), signal: calling.signal });
    await chats.came(1);
    const second = gateway.post("/api/chat", chat, { ...traced(), signal: waiting.signal });
    await until(() => gateway.service.load().text === 2, "both are under way");
    waiting.abort();
    await second.catch(() => {});
    await until(() => namesOf(collector.spans).includes("queue"), "the span of its wait");
    calling.abort();
    await first.catch(() => {});
    const requests = () => collector.spans.filter(({ kind }) => kind === 2);
    await until(() => requests().length === 2, "the spans of both");
    for (const request of requests()) {
      expect(request).toMatchObject({
        status: 0,
        attributes: { "shared_ollama.ended": "client_left" },
      });
    }
    expect(namesOf(collector.spans)).toEqual([
      "queue",
      "POST /api/chat",
      "chat fake",
      "POST /api/chat",
    ]);
  });

  it("has the items of a batch below it, with their calls", async () => {
    const { gateway, collector, ollama } = await startTraced();
    const answer = await gateway.post("/api/v1/batch/chat", { requests: chatItems(3) }, traced());
    const id = idOf(answer);
    expect(await batchOf(answer)).toMatchObject({ successful: 3 });
    const { root, children } = await collector.traceOf(id);
    expect(children).toHaveLength(3);
    const sent = ollama.to("/api/chat").flatMap(({ rawHeaders }) => rawHeaders);
    for (const index of [0, 1, 2]) {
      const item = await collector.traceOf(`${id}-${index}`);
      expect(item.root).toMatchObject({
        name: "batch item",
        kind: 1,
        traceId: TRACE_ID,
        parentSpanId: root.spanId,
      });
      const call = item.children.at(-1);
      expect(call?.name).toBe("chat fake");
      expect(sent).toContain(`00-${TRACE_ID}-${call?.spanId}-01`);
    }
  });

  it("shows what the cache did, and whom a shared run was made for", async () => {
    const { gateway, collector, ollama } = await startTraced({
      env: { RESPONSE_CACHE_ENABLED: "true" },
    });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const ask = (): Promise<Response> => gateway.post("/api/v1/chat", chat, traced());
    const both = [ask(), ask()];
    const held = await chats.next();
    const stats = async () => jsonOf(await gateway.get("/api/v1/cache/stats"));
    await until(async () => (await stats())["shared"] === 1, "one that shares the other's run");
    held.json({
      model: "fake",
      message: { role: "assistant", content: "hi" },
      done: true,
      done_reason: "stop",
    });
    const [first, second] = await Promise.all(both);
    const hit = await ask();
    if (!first || !second) throw new Error("two were asked");
    await Promise.all([first, second, hit].map((answer) => answer.text()));

    const traces = [await collector.traceOf(idOf(first)), await collector.traceOf(idOf(second))];
    const calls = traces.map(({ children }) => children.find(({ kind }) => kind === 3));
    const shared = calls.filter((call) => call?.attributes["shared_ollama.shared_call"] === true);
    expect(calls.filter(Boolean)).toHaveLength(2);
    expect(shared).toHaveLength(1);
    const own = calls.find((call) => call !== shared[0]);
    expect(sentParent(ollama, "/api/chat")?.spanId).toBe(own?.spanId);

    const { root, children } = await collector.traceOf(idOf(hit));
    expect(children).toMatchObject([
      { name: "cache", attributes: { "shared_ollama.cache": "HIT-EXACT" } },
    ]);
    expect(root.attributes).toMatchObject({ "shared_ollama.cache": "HIT-EXACT" });
  });

  it("shows the work on images", async () => {
    const { gateway, collector } = await startTraced({ fake: { models: ["fake:latest"] } });
    const image = (await drawing()).toString("base64");
    const asked = { model: "fake", messages: [{ role: "user", content: "?", images: [image] }] };
    const compressed = { "x-shared-ollama-image-compression": "on" };
    const answer = await gateway.post("/api/chat", asked, traced(compressed));
    await answer.text();
    const { children } = await collector.traceOf(idOf(answer));
    expect(namesOf(children).slice(-2)).toEqual(["images", "chat fake"]);
    expect(children.at(-2)?.attributes).toMatchObject({ "shared_ollama.images": 1 });
  });

  it("shows a call for vectors, in the trace of the first that it was made for", async () => {
    const { gateway, collector, ollama } = await startTraced();
    const body = { model: "all-minilm", input: "the secret text" };
    const answer = await gateway.post("/api/v1/embeddings", body, traced());
    await answer.text();
    const { children } = await collector.traceOf(idOf(answer));
    const call = children.at(-1);
    expect(call).toMatchObject({ name: "embeddings all-minilm", kind: 3 });
    expect(sentParent(ollama, "/api/embed")?.spanId).toBe(call?.spanId);
  });

  it("does not go on to another machine", async () => {
    const { gateway, collector, ollama } = await startTraced({
      env: { ALLOW_CLOUD_MODELS: "true" },
      fake: { models: ["gpt-oss:120b-cloud"] },
    });
    for (const path of ["/api/v1/chat", "/api/chat"]) {
      const answer = await gateway.post(path, { ...chat, model: "gpt-oss:120b-cloud" }, traced());
      expect(answer.status).toBe(200);
      await answer.text();
      const { children } = await collector.traceOf(idOf(answer));
      expect(children.at(-1)?.kind).toBe(3);
      expect(lastHeader(ollama, "/api/chat", "traceparent")).toBeUndefined();
    }
  });
});

describe("OpenTelemetry's variables", () => {
  it("name the service, and what is sent along", async () => {
    const { gateway, collector } = await startTraced({
      otel: {
        OTEL_SERVICE_NAME: "my-gateway",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=lab",
        OTEL_EXPORTER_OTLP_HEADERS: "x-collector-key=abc",
      },
    });
    const answer = await gateway.get("/api/v1/health");
    await collector.traceOf(idOf(answer));
    expect(collector.resource).toMatchObject({
      "service.name": "my-gateway",
      "deployment.environment.name": "lab",
    });
    expect(collector.heads[0]).toMatchObject({
      path: "/v1/traces",
      headers: { "x-collector-key": "abc", "content-type": "application/json" },
    });
  });

  it.each([
    [{ OTEL_TRACES_SAMPLER: "always_off" }, "00"],
    [{ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" }, "00"],
    [{ OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "1" }, "01"],
  ])("say which requests are traced: %j", async (otel, flags) => {
    const { gateway, collector, ollama } = await startTraced({ otel });
    await (await gateway.post("/api/chat", chat)).text();
    expect(sentParent(ollama, "/api/chat")).toMatchObject({ flags });
    await gateway.stop();
    expect(collector.spans.length > 0).toBe(flags === "01");
  });

  it.each([{ OTEL_SDK_DISABLED: "true" }, { OTEL_TRACES_EXPORTER: "none" }])(
    "turn traces off: %j",
    async (otel) => {
      const { gateway, collector, ollama } = await startTraced({ otel });
      await (await gateway.post("/api/chat", chat, traced())).text();
      expect(lastHeader(ollama, "/api/chat", "traceparent")).toBe(TRACEPARENT);
      await gateway.stop();
      expect(collector.bodies).toEqual([]);
    },
  );

  it("that are not there leave a client's headers as they are", async () => {
    const { gateway, ollama } = await startService();
    await (await gateway.post("/api/chat", chat, traced({ tracestate: "a=b" }))).text();
    expect(lastHeader(ollama, "/api/chat", "traceparent")).toBe(TRACEPARENT);
    expect(lastHeader(ollama, "/api/chat", "tracestate")).toBe("a=b");
    await (await gateway.post("/api/v1/chat", chat, traced())).text();
    expect(lastHeader(ollama, "/api/chat", "traceparent")).toBeUndefined();
  });

  it("take a collector's whole path for traces alone", async () => {
    const collector = await startCollector();
    const { gateway } = await startTraced({
      collector,
      otel: {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/my/traces`,
      },
    });
    await collector.traceOf(idOf(await gateway.get("/api/v1/health")));
    expect(collector.heads[0]?.path).toBe("/my/traces");
  });
});
