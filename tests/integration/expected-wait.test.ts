import { describe, expect, it } from "vitest";
import { answeredWait } from "../../bench/scenarios/expected-wait.mjs";
import { until } from "../support/deadline.ts";
import { EventReader } from "../support/event-stream.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers, type HeldAnswer } from "../support/held-answers.ts";
import { idOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

/** A way to ask in each dialect, and the path that the inference server then sees. */
const WAYS = [
  { path: "/api/chat", upstreamPath: "/api/chat" },
  { path: "/v1/chat/completions", upstreamPath: "/v1/chat/completions" },
  { path: "/api/v1/chat", upstreamPath: "/api/chat" },
  { path: "/api/v1/chat/completions", upstreamPath: "/api/chat" },
];

const POSITION = "x-shared-ollama-queue-position";
const EXPECTED = "x-shared-ollama-expected-wait";
/** Says that a request came through a proxy on this machine, from another one. */
const ELSEWHERE = { "x-forwarded-for": "192.0.2.7" };

function finish(held: HeldAnswer, upstreamPath: string): void {
  if (upstreamPath === "/api/chat") held.finish();
  else held.json({ choices: [{ index: 0, message: { role: "assistant", content: "Hi" } }] });
}

/** A gateway in front of a server that holds its answers, one at a time, and has given one. */
async function setUp(
  { path, upstreamPath }: { path: string; upstreamPath: string },
  env: Record<string, string> = {},
) {
  const ollama = await startFakeOllama();
  ollama.inMemory.push("fake:latest");
  const held = new HeldAnswers(ollama, upstreamPath);
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, ...env });
  const ask = (tenant: string, headers: Record<string, string> = {}, more: object = {}) =>
    gateway.post(
      path,
      { model: "fake", stream: false, messages: [{ role: "user", content: tenant }], ...more },
      { headers: { "content-type": "application/json", "x-project-name": tenant, ...headers } },
    );
  const answered = async (): Promise<void> => finish(await held.next(), upstreamPath);
  /** Waits until so many are in the queue, running or waiting. */
  const queued = (count: number) =>
    until(() => gateway.service.load().text === count, `${count} requests in the queue`);
  const known = ask("known");
  await answered();
  expect((await known).status).toBe(200);
  return { ollama, gateway, held, ask, answered, queued };
}

async function queueOf(gateway: Gateway, headers: Record<string, string> = {}) {
  const answer = await gateway.get("/api/v1/queue", { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

describe.each(WAYS)("$path", (way) => {
  it("says in the head where a request stood, and how long it was expected to wait", async () => {
    const { gateway, ask, answered, queued } = await setUp(way);
    const running = ask("a");
    await queued(1);
    const waiting = [ask("b"), ask("c", {}, { stream: true })];
    await queued(3);
    for (let i = 0; i < 3; i += 1) await answered();
    const first = await running;
    expect([first.headers.has(POSITION), first.headers.has(EXPECTED)]).toEqual([false, false]);
    const positions: (string | null)[] = [];
    for (const answer of await Promise.all(waiting)) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get(EXPECTED)).toMatch(/^\d+\.\d$/);
      const wait = answeredWait(answer);
      expect(wait.expectedMs).toBe(Number(answer.headers.get(EXPECTED)) * 1000);
      expect(wait.actualMs).toBeGreaterThan(0);
      positions.push(answer.headers.get(POSITION));
      await answer.text();
    }
    expect(positions).toEqual(["1", "2"]);
    await first.text();
    await nothingIsHeld({ gateway });
  });

  it("refuses at once what would wait longer than it may, and says how long", async () => {
    const { ollama, gateway, ask, answered, queued } = await setUp(way);
    const alone = ask("a", { "x-shared-ollama-max-wait": "0" });
    await queued(1);
    const refused = await ask("b", { "x-shared-ollama-max-wait": "0s" });
    expect(refused.status).toBe(503);
    expect(refused.headers.get(POSITION)).toBe("1");
    expect(refused.headers.get(EXPECTED)).toMatch(/^\d+\.\d$/);
    const body = (await refused.json()) as { retry_after: number; code?: string };
    expect(JSON.stringify(body)).toContain('"wait_too_long"');
    expect(JSON.stringify(body)).toContain('"expected_wait":');
    expect(refused.headers.get("retry-after")).toBe(String(body.retry_after));
    expect(body.retry_after).toBeGreaterThanOrEqual(1);
    const patient = ask("c", { "x-shared-ollama-max-wait": "1h30m" });
    await queued(2);
    for (let i = 0; i < 2; i += 1) await answered();
    for (const answer of [await alone, await patient]) expect(answer.status).toBe(200);
    for (const { rawHeaders } of ollama.received) {
      expect(rawHeaders.join().toLowerCase()).not.toContain("x-shared-ollama-max-wait");
    }
    await nothingIsHeld({ gateway });
  });

  it.each(["soon", "-1", "1 s", "NaN", "1e3", "9".repeat(400)])(
    "takes no %s for a time",
    async (time) => {
      const { gateway } = await setUp(way);
      const answer = await gateway.post(
        way.path,
        { model: "fake", messages: [{ role: "user", content: "Hi" }] },
        { headers: { "content-type": "application/json", "x-shared-ollama-max-wait": time } },
      );
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain("X-Shared-Ollama-Max-Wait takes seconds");
    },
  );
});

const NATIVE = { path: "/api/v1/chat", upstreamPath: "/api/chat" };

describe("GET /api/v1/queue", () => {
  it("shows all to who may manage, and to others their own", async () => {
    const { gateway, ask, answered, queued } = await setUp(NATIVE);
    const asked = [ask("a"), ask("b"), ask("c", { "x-shared-ollama-priority": "background" })];
    await queued(3);
    const all = await queueOf(gateway);
    expect(all).toMatchObject({ running: 1, waiting: 2, other_requests: 0 });
    expect(all["other_tenants"]).toMatchObject({ tenants: 0, running: 0, waiting: 0 });
    const byName = new Map(
      (all["tenants"] as { tenant: string }[]).map((one) => [one.tenant, one]),
    );
    expect([...byName.keys()].toSorted()).toEqual(["a", "b", "c", "known"]);
    expect(byName.get("a")).toMatchObject({ running: 1, waiting: 0, weight: 1 });
    expect(byName.get("b")).toMatchObject({ running: 0, waiting: 1 });
    const shares = (all["tenants"] as { share: number }[]).map(({ share }) => share);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 1);
    expect(all["requests"]).toMatchObject([
      { tenant: "b", position: 1, priority: "interactive", model: "fake:latest", basis: "model" },
      { tenant: "c", position: 2, priority: "background", line: "text" },
    ]);

    const own = await queueOf(gateway, { "x-project-name": "b", ...ELSEWHERE });
    expect(own).toMatchObject({ running: 1, waiting: 2, other_requests: 1 });
    expect(own["tenants"]).toMatchObject([{ tenant: "b", running: 0, waiting: 1 }]);
    expect(own["other_tenants"]).toMatchObject({ tenants: 3, running: 1, waiting: 1 });
    expect(own["requests"]).toMatchObject([{ tenant: "b", position: 1 }]);
    expect(JSON.stringify(own)).not.toMatch(/known|"a"|"c"/);

    for (let i = 0; i < 3; i += 1) await answered();
    const answers = await Promise.all(asked);
    const [request] = own["requests"] as { request_id: string; expected_wait_ms: number }[];
    expect(request?.request_id).toBe(idOf(answers[1] as Response));
    expect(request?.expected_wait_ms).toBeGreaterThanOrEqual(0);
    for (const answer of answers) await answer.text();
    await nothingIsHeld({ gateway });
    expect(await queueOf(gateway)).toMatchObject({ running: 0, waiting: 0, requests: [] });
  });

  it("counts what was inferred, and lists no more than 200 requests", async () => {
    const { gateway, held, ask, queued } = await setUp(NATIVE, {
      TENANT_MAX_TEXT: "300",
      QUEUE_CHAT_MAX_QUEUE_SIZE: "300",
      RATE_LIMIT_ENABLED: "false",
    });
    const cost = { prompt_eval_duration: 1_000_000_000, eval_duration: 2_000_000_000 };
    const first = ask("a");
    (await held.next()).finish(cost);
    await (await first).text();
    const leave = new AbortController();
    const many = Array.from({ length: 206 }, () =>
      gateway.post(
        "/api/v1/chat",
        { model: "fake", messages: [{ role: "user", content: "Hi" }] },
        {
          headers: { "content-type": "application/json", "x-project-name": "flood" },
          signal: leave.signal,
        },
      ),
    );
    const ended = Promise.allSettled(many);
    await queued(206);
    const all = await queueOf(gateway);
    expect(all).toMatchObject({ running: 1, waiting: 205, other_requests: 5 });
    const requests = all["requests"] as { position: number; expected_wait_ms: number }[];
    expect(requests.map(({ position }) => position)).toEqual(
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    const waits = requests.map(({ expected_wait_ms: ms }) => ms);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    const a = (all["tenants"] as { tenant: string; inference_seconds: object }[]).find(
      ({ tenant }) => tenant === "a",
    );
    expect(a?.inference_seconds).toEqual({ minute: 3, hour: 3, day: 3 });
    leave.abort();
    await ended;
    await nothingIsHeld({ gateway });
  });
});

describe("Retry-After", () => {
  it("is the expected time where a tenant has its cap, and where the queue is full", async () => {
    const { gateway, ask, answered, queued } = await setUp(NATIVE, {
      TENANT_MAX_TEXT: "1",
      QUEUE_CHAT_MAX_QUEUE_SIZE: "1",
    });
    const asked = [ask("a"), ask("b")];
    await queued(2);
    for (const [tenant, status, code] of [
      ["a", 429, "tenant_limit_exceeded"],
      ["c", 503, "queue_full"],
    ] as const) {
      const refused = await ask(tenant);
      const body = (await refused.json()) as { code: string; retry_after: number };
      expect([refused.status, body.code]).toEqual([status, code]);
      // The only answer so far took milliseconds; nobody is told to come back at once.
      expect(body.retry_after).toBe(1);
      expect(refused.headers.get("retry-after")).toBe("1");
    }
    for (let i = 0; i < 2; i += 1) await answered();
    for (const answer of await Promise.all(asked)) expect(answer.status).toBe(200);
    await nothingIsHeld({ gateway });
  });
});

it("the notices of a stream say place and time", async () => {
  const { gateway, ask, answered, queued } = await setUp(NATIVE, { STREAM_NOTICE_AFTER: "1" });
  const running = ask("a");
  await queued(1);
  const waiting = await ask("b", {}, { stream: true });
  expect(waiting.headers.get(POSITION)).toBe("1");
  const events = new EventReader(waiting);
  expect(await events.next()).toMatchObject({
    status: {
      waiting_for: "place",
      position: 1,
      expected_wait_ms: expect.any(Number) as number,
      basis: "model",
    },
  });
  for (let i = 0; i < 2; i += 1) await answered();
  await events.rest();
  expect((await running).status).toBe(200);
  await nothingIsHeld({ gateway });
});

it("a call for vectors is refused for those alone that may not wait", async () => {
  const { gateway, ask, answered, queued } = await setUp(NATIVE);
  const running = ask("a");
  await queued(1);
  const embed = (headers: Record<string, string> = {}) =>
    gateway.post(
      "/api/v1/embeddings",
      { model: "fake", input: "the same text" },
      { headers: { "content-type": "application/json", "x-project-name": "b", ...headers } },
    );
  const patient = embed();
  const refused = await embed({ "x-shared-ollama-max-wait": "0" });
  expect([refused.status, await refused.json()]).toMatchObject([503, { code: "wait_too_long" }]);
  await queued(2);
  await answered();
  expect((await running).status).toBe(200);
  const answer = await patient;
  expect([answer.status, answer.headers.get(POSITION)]).toEqual([200, "1"]);
  await nothingIsHeld({ gateway });
});
