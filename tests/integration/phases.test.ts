import { describe, expect, it } from "vitest";
import { startFakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { queued } from "../support/batch.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { idOf, serverTimingOf, startService } from "../support/service.ts";

/** What the script says of each request, in milliseconds. */
const QUEUE_MS = 300;
const LOAD_MS = 200;
const FIRST_MS = 100;
const BODY_MS = 400;

/** The model in memory, and the one that has to be loaded. */
const WARM = "warm";
const COLD = "cold";

/** A way in which an answer is delivered. */
interface Delivery {
  path: string;
  /** Where the fake is asked. */
  upstream: string;
  bodyOf: (model: string) => object;
}

const messages = [{ role: "user", content: "hi" }];

const DELIVERIES: [string, Delivery][] = [
  [
    "bytes forwarded, a stream of Ollama's",
    { path: "/api/chat", upstream: "/api/chat", bodyOf: (model) => ({ model, messages }) },
  ],
  [
    "bytes forwarded, whole",
    {
      path: "/api/chat",
      upstream: "/api/chat",
      bodyOf: (model) => ({ model, messages, stream: false }),
    },
  ],
  [
    "bytes forwarded, a stream of OpenAI's",
    {
      path: "/v1/chat/completions",
      upstream: "/v1/chat/completions",
      bodyOf: (model) => ({ model, messages, stream: true }),
    },
  ],
  [
    "line by line",
    {
      path: "/api/v1/chat",
      upstream: "/api/chat",
      bodyOf: (model) => ({ model, messages, stream: true }),
    },
  ],
  [
    "whole",
    {
      path: "/api/v1/generate",
      upstream: "/api/generate",
      bodyOf: (model) => ({ model, prompt: "hi" }),
    },
  ],
  [
    "vectors",
    {
      path: "/api/v1/embeddings",
      upstream: "/api/embed",
      // The models are one, so that a text's vector would be known the second time.
      bodyOf: (model) => ({ model, prompt: `as ${model} sees it` }),
    },
  ],
];

interface Phases {
  queue: number;
  load: number;
  first: number;
  body: number;
}

const sumOf = ({ queue, load, first, body }: Phases): number => queue + load + first + body;

async function start() {
  let firstByteAt = 0;
  const ollama = await startFakeOllama({
    models: [`${WARM}:latest`, `${COLD}:latest`],
    loadMs: LOAD_MS,
    firstMs: FIRST_MS,
    bodyMs: BODY_MS,
    reply: () => {
      firstByteAt = performance.now();
      return Promise.resolve(["Hel", "lo", "!"]);
    },
  });
  ollama.inMemory.push(`${WARM}:latest`);
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, TENANT_MAX_TEXT: "1" });
  return { ollama, gateway, firstByteAt: () => firstByteAt };
}

/** Takes the only place. @returns how to give it back, which tells when the service saw that. */
async function takePlace(ollama: FakeOllama, gateway: Gateway): Promise<() => Promise<number>> {
  const held = new HeldAnswers(ollama, "/v1/completions");
  const answering = gateway.post("/v1/completions", { model: WARM, prompt: "hi" });
  const holder = await held.next();
  return async () => {
    holder.json({});
    const answer = await answering;
    await answer.text();
    const { startedAt, latencyMs } = await loggedPhases(gateway, idOf(answer));
    return startedAt + latencyMs;
  };
}

/** What the event of a request has of its time. */
interface LoggedPhases {
  /** On the clock of `performance.now()`, as the fake's. */
  startedAt: number;
  latencyMs: number;
  logged: Phases;
}

async function loggedPhases(gateway: Gateway, id: string): Promise<LoggedPhases> {
  const event = await loggedEventOf(gateway, id);
  const number = (name: string): number => Number(event[name]);
  return {
    startedAt: Date.parse(String(event["timestamp"])) - performance.timeOrigin,
    latencyMs: number("latency_ms"),
    logged: {
      queue: number("queue_ms"),
      load: number("model_load_ms"),
      first: number("first_ms"),
      body: number("body_ms"),
    },
  };
}

// A machine that is busy with other things may hold up one of two.
describe("the phases in the log are true", { retry: 1 }, () => {
  it.each(DELIVERIES)("%s", async (_name, { path, upstream, bodyOf }) => {
    const { ollama, gateway, firstByteAt } = await start();
    // What the first request of its kind takes for itself is no phase.
    await (await gateway.post(path, bodyOf(WARM))).text();
    const giveBack = await takePlace(ollama, gateway);

    const answering = gateway.post(path, bodyOf(COLD));
    const holding = new Promise<number>((resolve) => {
      setTimeout(() => resolve(giveBack()), QUEUE_MS);
    });
    await queued(gateway, 1);
    const freeAt = await holding;
    const answer = await answering;
    const text = await answer.text();
    expect([answer.status, text]).toEqual([200, expect.any(String)]);

    const { startedAt, latencyMs, logged } = await loggedPhases(gateway, idOf(answer));
    const { receivedAt = 0, endedAt = 0 } = ollama.to(upstream).at(-1) ?? {};
    const seen: Phases = {
      queue: freeAt - startedAt,
      load: receivedAt - freeAt,
      first: firstByteAt() - receivedAt,
      body: endedAt - firstByteAt(),
    };
    const scripted: Phases = { queue: QUEUE_MS, load: LOAD_MS, first: FIRST_MS, body: BODY_MS };
    for (const phase of ["queue", "load", "first", "body"] as const) {
      const figures = `${phase}: ${JSON.stringify({ logged, seen, scripted })}`;
      expect(Math.abs(logged[phase] - seen[phase]), figures).toBeLessThan(20);
      // What a busy machine adds is in both; a timer may come a little early.
      expect(logged[phase], figures).toBeGreaterThan(scripted[phase] - 20);
    }
    expect(Math.abs(sumOf(logged) - latencyMs), JSON.stringify({ logged, latencyMs })).toBeLessThan(
      5,
    );
  });
});

describe("the Server-Timing of a whole answer", () => {
  it.each([
    ["/api/v1/generate", { prompt: "hi" }],
    ["/api/v1/chat", { messages }],
    ["/api/v1/chat/completions", { messages }],
    ["/api/v1/embeddings", { prompt: "hi" }],
  ])("has the phases that the log has: %s", async (path, body) => {
    const { gateway } = await startService({}, { firstMs: 30, bodyMs: 30 });
    const answer = await gateway.post(path, { model: "fake", ...body });
    expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
    const timing = serverTimingOf(answer);
    expect(Object.keys(timing)).toEqual(["queue", "load", "first", "body", "total"]);
    const { total = 0, ...phases } = timing;
    const { logged, latencyMs } = await loggedPhases(gateway, idOf(answer));
    for (const [phase, ms] of Object.entries(phases)) {
      // They are rounded to a hundredth and to a thousandth.
      expect(logged[phase as keyof Phases], phase).toBeCloseTo(ms, 1);
    }
    expect(total).toBeGreaterThanOrEqual(sumOf(logged) - 0.1);
    expect(total).toBeLessThanOrEqual(latencyMs + 0.1);
  });
});
