import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama, type FakeOllama, type Received } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

/** A way to ask, and the path that the inference server then sees. */
interface Way {
  path: string;
  upstreamPath: string;
  stream: boolean;
}

const WAYS: Way[] = [true, false].flatMap((stream) => [
  { path: "/api/chat", upstreamPath: "/api/chat", stream },
  { path: "/v1/chat/completions", upstreamPath: "/v1/chat/completions", stream },
  { path: "/api/v1/chat", upstreamPath: "/api/chat", stream },
]);

/** On `/api/v1` a flood would meet the rate limit and the tenant's cap before the queue. */
const NO_REFUSALS = { RATE_LIMIT_ENABLED: "false", TENANT_MAX_TEXT: "12" };

/** Sends a chat request for a tenant and reads its whole answer; the status. */
async function ask(
  gateway: Gateway,
  { path, stream }: Pick<Way, "path" | "stream">,
  { tenant, model = "fake" }: { tenant: string; model?: string },
  signal?: AbortSignal,
): Promise<number> {
  const answer = await gateway.post(
    path,
    { model, stream, messages: [{ role: "user", content: `from ${tenant}` }] },
    {
      headers: { "content-type": "application/json", "x-project-name": tenant },
      ...(signal ? { signal } : {}),
    },
  );
  await answer.text();
  return answer.status;
}

/** Keeps requests of one tenant open until the test has finished. */
function flood(
  gateway: Gateway,
  way: Pick<Way, "path" | "stream">,
  open: number,
  model?: string,
): void {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const from = { tenant: "flood", ...(model ? { model } : {}) };
  const keepAsking = async (): Promise<void> => {
    while (!over.signal.aborted) await ask(gateway, way, from, over.signal);
  };
  for (let i = 0; i < open; i += 1) keepAsking().catch(() => {});
}

/** Makes the server hold each answer at this path, begun but not ended, until it is let go. */
function holdAnswers(ollama: FakeOllama, { upstreamPath, stream }: Way) {
  const held: { from: string; letGo: () => void }[] = [];
  ollama.script(upstreamPath, (request, response) => {
    const [first = "", last = ""] = answerParts(upstreamPath, stream);
    response.writeHead(200, { "Content-Type": contentType(upstreamPath, stream) });
    if (stream) response.write(first);
    held.push({
      from: tenantOf(request),
      letGo: () => response.end(stream ? last : first + last),
    });
  });
  /** Waits until the server has one request in hand, and takes it. */
  const next = async (): Promise<{ from: string; letGo: () => void }> => {
    await until(() => held.length > 0, "a request at the inference server");
    expect(held, "the server's own queue stays empty").toHaveLength(1);
    const [only] = held.splice(0);
    if (!only) throw new Error("there was none");
    return only;
  };
  return { next };
}

function tenantOf({ body }: Received): string {
  return /from (\w+)/.exec(body.toString())?.[1] ?? "";
}

function contentType(upstreamPath: string, stream: boolean): string {
  if (!stream) return "application/json";
  return upstreamPath === "/api/chat" ? "application/x-ndjson" : "text/event-stream";
}

/** An answer in two parts: a first chunk and the rest, or the halves of a whole one. */
function answerParts(upstreamPath: string, stream: boolean): string[] {
  const message = { role: "assistant", content: "Hi" };
  if (upstreamPath === "/api/chat") {
    const line = (done: boolean): string => `${JSON.stringify({ model: "fake", message, done })}\n`;
    return stream ? [line(false), line(true)] : ["", line(true)];
  }
  const chunk = { choices: [{ index: 0, delta: message }] };
  if (stream) return [`data: ${JSON.stringify(chunk)}\n\n`, "data: [DONE]\n\n"];
  return ["", JSON.stringify({ choices: [{ index: 0, message }] })];
}

/** The longest time that a request has waited in the queue since the gateway's start. */
async function longestWaitMs(gateway: Gateway): Promise<number> {
  const answer = await gateway.get("/api/v1/queue/stats");
  const { max_wait_time_ms } = (await answer.json()) as { max_wait_time_ms: number };
  return max_wait_time_ms;
}

/** Asks 18 times for one model, three at a time; the statuses. */
async function askEighteen(gateway: Gateway, way: Way, model: string): Promise<number[]> {
  const statuses: number[] = [];
  let asked = 0;
  const keepAsking = async (): Promise<void> => {
    while (asked < 18) {
      asked += 1;
      statuses.push(await ask(gateway, way, { tenant: model, model }));
    }
  };
  await Promise.all([keepAsking(), keepAsking(), keepAsking()]);
  return statuses;
}

const named = ({ path, stream }: Way): [string, Way] => [
  `${path}, ${stream ? "streamed" : "whole"}`,
  { path, stream, upstreamPath: path === "/api/v1/chat" ? "/api/chat" : path },
];

describe("a tenant that keeps twelve requests open", () => {
  it.each(WAYS.map(named))("costs another one only the running request: %s", async (_name, way) => {
    const ollama = await startFakeOllama();
    const { next } = holdAnswers(ollama, way);
    // Its requests count for little, however long this test takes for them.
    const tenantsYaml = "weights: { light: 100 }";
    const env = { OLLAMA_BASE_URL: ollama.url, ...NO_REFUSALS };
    const gateway = await startGateway(env, {}, { tenantsYaml });
    flood(gateway, way, 12);
    await until(() => gateway.service.load().text === 12, "the flood to be in the queue");
    for (let round = 0; round < 4; round += 1) {
      const running = await next();
      expect(running.from).toBe("flood");
      const light = ask(gateway, way, { tenant: "light" });
      await until(() => gateway.service.load().text === 13, "the light request to be queued");
      running.letGo();
      const after = await next();
      expect(after.from).toBe("light");
      after.letGo();
      expect(await light).toBe(200);
      await until(() => gateway.service.load().text === 12, "the flood to be complete again");
    }
  });
});

describe("two tenants on two models that cannot both be loaded", () => {
  /** A server that holds one of two models, and does not tell so: the gateway has to learn it. */
  const oneOfTwo = { models: ["one:latest", "two:latest"], capacity: 1, firstMs: 30, loadMs: 20 };

  it.each(WAYS.map(named))("are served in a few long turns: %s", async (_name, way) => {
    const ollama = await startFakeOllama(oneOfTwo);
    // More patience than all of them need together, also on a machine that is busy.
    const gateway = await startGateway({
      OLLAMA_BASE_URL: ollama.url,
      QUEUE_MODEL_PATIENCE: "60",
      ...NO_REFUSALS,
    });
    const statuses = await Promise.all([
      askEighteen(gateway, way, "one"),
      askEighteen(gateway, way, "two"),
    ]);
    expect(statuses.flat()).toEqual(Array.from({ length: 36 }, () => 200));
    expect(ollama.loads.length).toBeLessThanOrEqual(6);
    expect(await longestWaitMs(gateway)).toBeLessThanOrEqual(60_000);
  });

  it("never makes one wait for ever, however busy the other is", async () => {
    const ollama = await startFakeOllama(oneOfTwo);
    const gateway = await startGateway({
      OLLAMA_BASE_URL: ollama.url,
      QUEUE_MODEL_PATIENCE: "1",
    });
    const way = { path: "/api/chat", stream: false };
    flood(gateway, way, 6, "one");
    // The first time teaches the gateway that only one fits; the second has to wait its turn.
    for (let round = 1; round <= 2; round += 1) {
      await until(() => ollama.inMemory.includes("one:latest"), "the flood's model in memory");
      expect(await ask(gateway, way, { tenant: "light", model: "two" })).toBe(200);
      expect(ollama.loads).toContain("two:latest");
    }
  });
});
