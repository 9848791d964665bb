import { ModelUse } from "../../../../src/models/memory/model-use.ts";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { AppEnv } from "../../../../middleware/env.ts";
import { requestLifecycle } from "../../../../middleware/request-lifecycle.ts";
import { passThrough } from "../../../../routes/ollama/pass-through.ts";
import type { PassThroughServices } from "../../../../routes/ollama/services.ts";
import { ServiceError } from "../../../../src/errors/service-error.ts";
import { inspectBody } from "../../../../src/dialects/inspect-body.ts";
import { LiveRequests } from "../../../../src/requests/live-requests.ts";
import { ActiveRequests } from "../../../../src/runtime/active-requests.ts";
import { BodyBudget } from "../../../../src/http/body-budget.ts";
import { BodyDiscards } from "../../../../src/http/body-discards.ts";
import { Deadlines } from "../../../../src/runtime/deadlines.ts";
import { InferencePipeline } from "../../../../src/inference/pipeline.ts";
import { Tail } from "../../../../src/http/tail.ts";
import type { ForwardRequest } from "../../../../src/http/transport.ts";
import { fakeClient } from "../../../support/fake-client.ts";
import { noLanes } from "../../../support/no-lanes.ts";
import type { Exchange } from "../../../../src/http/exchange.ts";
import { readTarget } from "../../../../src/http/request-target.ts";
import { Admission } from "../../../../src/scheduling/admission.ts";
import { setUpQueue } from "../../scheduling/queue-set-up.ts";
import { strictEvents } from "../../../support/strict-events.ts";

const HEADERS: Record<string, string> = { "x-shared-ollama-image-compression": "on" };
const BODY = new TextEncoder().encode(
  '{"model":"m","messages":[{"content":"","images":["aGk="]}]}',
);

/** Throws what it is given, once it is reached; a rejection where the step is a promise. */
type Fault = { step: string; what: unknown };

/** Passing through, of which one step fails; queue, admission and pipeline are the real ones. */
function setUp({ step, what }: Fault) {
  const at = (name: string): void => {
    // Steps may throw whatever they like: what is no Error passes by the framework's own handler.
    // oxlint-disable-next-line typescript/only-throw-error
    if (name === step) throw what;
  };
  const host = {
    get origin() {
      at("origin");
      return "http://up";
    },
    assertAvailable: () => at("availability"),
    checkHealth: () => at("checkHealth"),
  };
  const { queue, held } = setUpQueue({ host });
  const active = new ActiveRequests();
  const deadlines = new Deadlines();
  const bodies = new BodyBudget({ maxBytes: 1_000_000, waitMs: 1000, deadlines });
  const loads = (): Promise<never> => (at("load"), Promise.reject(new Error("unused")));
  const transport = {
    forward: async ({ onHead, addHeaders, onEnd }: ForwardRequest) => {
      at("forward");
      onHead(200);
      addHeaders(true);
      at("answer");
      onEnd({ status: 200, bytes: 0, complete: true, contentType: "", tail: new Tail() });
      return new Response("{}");
    },
    call: () => Promise.reject(new Error("not here")),
    close: () => Promise.resolve(),
  };
  const services: PassThroughServices = {
    findNumCtx: undefined,
    transport,
    upstream: host,
    pipeline: new InferencePipeline({
      admission: new Admission({
        queue,
        catalog: { isKnownMissing: () => (at("catalog"), false) },
        loadedModels: {
          ensureLoaded: () => (step === "load" ? loads() : 0),
          isLoaded: () => false,
          isLoading: () => false,
        },
      }),
      catalog: { assertAllowed: () => {}, isRemote: () => (at("remote"), false) },
      modelUse: new ModelUse(),
      stuckModels: { assertWorks: () => {} },
      lanes: noLanes,
      loadedModels: { used: () => at("settle"), forget: () => at("settle") },
      transport,
      deadlines,
      host,
      room: { assertFits: () => undefined },
      hardStopMs: { text: 1000, vision: 1000 },
    }),
    catalog: {
      assertAllowed: () => at("allowed"),
      invalidate: () => {},
      isRemote: () => false,
      isRestricted: false,
      allowsRemote: false,
    },
    aliases: { modelFor: (name) => name },
    replaceModel: () => Promise.reject(new Error("it names no alias")),
    inspect: ([body = BODY]) => (at("inspect"), { body, facts: inspectBody(body) }),
    inspectZstd: () => Promise.reject(new Error("it is not compressed")),
    inspectForm: () => Promise.reject(new Error("it is no form")),
    compressImages: async (body) => (at("images"), { pieces: [body], facts: [] }),
    cached: undefined,
    headers: "no-credentials",
    allowedKinds: new Set(),
    manageAccess: { assert: () => {} },
    limits: {
      management: { maxBytes: 1000, setting: "A" },
      inference: { maxBytes: 1000, setting: "B" },
    },
  };
  const exchange: Exchange = {
    method: "POST",
    target: readTarget("/api/chat"),
    peer: "10.0.0.1",
    header: (name) => HEADERS[name],
    signal: fakeClient().signal,
    callOff: () => {},
    hasLeft: false,
    readBody: async () => (at("body"), [BODY]),
    hasUnreadBody: false,
    discardBody: async () => true,
    watchReading: () => () => {},
    stream: () => new Response(),
    restoreIdleTimeout: () => {},
  };
  const app = new Hono<AppEnv>();
  app.use(
    requestLifecycle({
      events: strictEvents(),
      exchangeOf: () => (at("exchange"), exchange),
      log: { write: () => at("log") },
      active,
      live: new LiveRequests(),
      bodies,
      discards: new BodyDiscards({ maxMs: 1000, deadlines }),
    }),
  );
  app.all("*", passThrough(services));
  app.onError((err, c) => c.text(err.message, 500));
  return { app, held, active, queue, bodies };
}

const STEPS = [
  "body",
  "inspect",
  "allowed",
  "availability",
  "remote",
  "catalog",
  "load",
  "images",
  "origin",
  "forward",
  "answer",
  "settle",
  "log",
];

describe.each(STEPS)("a request that fails at the step: %s", (step) => {
  it.each([
    ["an error", new Error("broken")],
    ["an error of the service", new ServiceError("upstream_unavailable", "away")],
    ["what is no error", "broken"],
    ["nothing at all", undefined],
  ])("gives everything back when %s is thrown", async (_what, what) => {
    const { app, held, active, queue, bodies } = setUp({ step, what });
    await app.request("/api/chat", { method: "POST" });
    expect(held().length, "places held").toBe(0);
    expect(active.size, "requests under way").toBe(0);
    expect(bodies.bytes, "memory for bodies").toBe(0);
    expect(queue.stats("vision")).toMatchObject({ in_progress: 0, queued: 0 });
  });
});

it("holds its place while it is answered, when nothing fails", async () => {
  const { app, held, queue } = setUp({ step: "none", what: undefined });
  const answer = await app.request("/api/chat", { method: "POST" });
  expect(answer.status).toBe(200);
  expect(held().length).toBe(0);
  expect(queue.stats("vision").completed).toBe(1);
});
