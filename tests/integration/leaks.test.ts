import { expect, it, onTestFinished } from "vitest";
import { onBun } from "../../src/runtime/on-bun.ts";
import { until } from "../support/deadline.ts";
import type { FakeOllama } from "../support/fake-ollama.ts";
import type { Gateway } from "../support/gateway.ts";
import { liveHeapBytes } from "../support/heap.ts";
import { seededRandom } from "../support/prng.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const AT_ONCE = 40;
/** Until compiled code and caches have their size; from then on the heap stays level. */
const WARM_UP = 600;
const REQUESTS = 1000;
const LEAVING = 0.3;

const MESSAGES = [{ role: "user", content: "hi" }];
const CHAT = { model: "fake", messages: MESSAGES };

/** Each route and dialect, streamed or not, and each kind of refusal. */
const MIX: { path: string; body?: object | string }[] = [
  ...[true, false].flatMap((stream) => [
    { path: "/api/v1/generate", body: { model: "fake", prompt: "hi", stream } },
    { path: "/api/v1/chat", body: { ...CHAT, stream } },
    { path: "/api/v1/chat/completions", body: { ...CHAT, stream } },
    { path: "/api/chat", body: { ...CHAT, stream } },
    { path: "/api/generate", body: { model: "fake", prompt: "hi", stream } },
    { path: "/v1/chat/completions", body: { ...CHAT, stream } },
  ]),
  { path: "/api/v1/embeddings", body: { model: "all-minilm", prompt: "hi" } },
  { path: "/api/v1/embeddings", body: { model: "all-minilm", input: ["a", "b"] } },
  { path: "/api/embed", body: { model: "all-minilm", input: "hi" } },
  { path: "/api/v1/chat", body: { ...CHAT, model: "missing" } },
  { path: "/api/chat", body: { ...CHAT, model: "missing" } },
  { path: "/api/v1/chat", body: { messages: [] } },
  { path: "/api/v1/chat/completions", body: "{" },
  { path: "/api/chat", body: `{"model":"fake","messages":[{"content":"${"x".repeat(300_000)}"}]}` },
  { path: "/api/v1/generate", body: { model: "fake", prompt: "x".repeat(20_000) } },
  { path: "/api/v1/models" },
  { path: "/api/v1/models/ps" },
  { path: "/api/v1/models/fake/show" },
  { path: "/api/v1/health" },
  { path: "/api/v1/queue/stats" },
  { path: "/api/v1/system/model-profile" },
  { path: "/api/v1/nothing" },
  { path: "/api/tags" },
  { path: "/api/version" },
];

/** Sends one request; a client that leaves does so while it waits or while it reads. */
async function oneRequest({ url }: Gateway, random: () => number): Promise<void> {
  const { path, body } = MIX[Math.floor(random() * MIX.length)] ?? { path: "/" };
  const client = new AbortController();
  const leaves = random() < LEAVING;
  const leaveAfterMs = random() * 25;
  const timer = leaves ? setTimeout(() => client.abort(), leaveAfterMs) : undefined;
  const text = typeof body === "object" ? JSON.stringify(body) : (body ?? null);
  const headers = { "x-project-name": `tenant-${Math.floor(random() * 5)}` };
  const method = text === null ? "GET" : "POST";
  try {
    const answer = await fetch(url + path, { method, headers, body: text, signal: client.signal });
    await answer.arrayBuffer();
  } catch (err) {
    if (!leaves) throw err;
  } finally {
    clearTimeout(timer);
  }
}

async function manyRequests(gateway: Gateway, count: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  let left = count;
  const client = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      await oneRequest(gateway, random);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

/** Waits until nothing is under way, and forgets what the fake has noted down. */
async function settled(gateway: Gateway, ollama: FakeOllama): Promise<void> {
  await nothingIsHeld({ gateway });
  await until(() => ollama.running === 0, "no inference runs at the server");
  ollama.received.length = 0;
}

/** What keeps the event loop alive, counted by kind; sockets at rest in a pool come and go. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind === "TCPSocketWrap") continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** What the runtime warns of, such as too many listeners on one emitter. */
function processWarnings(): string[] {
  const warnings: string[] = [];
  const note = (warning: Error): void => void warnings.push(String(warning));
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  return warnings;
}

it("holds nothing after a thousand requests of which a third were left alone", async () => {
  const env = {
    RATE_LIMIT_ENABLED: "false",
    UPSTREAM_PARALLEL: "4",
    QUEUE_CHAT_MAX_QUEUE_SIZE: "30",
  };
  const { gateway, ollama } = await startService(env, { firstMs: 3 });
  const warnings = processWarnings();
  await manyRequests(gateway, WARM_UP, 1);
  await settled(gateway, ollama);
  const before = await liveHeapBytes();
  const resourcesBefore = onBun ? {} : resources();

  await manyRequests(gateway, REQUESTS, 2);
  await settled(gateway, ollama);
  const after = await liveHeapBytes();
  expect(after).toBeLessThan(before * 1.1);
  if (!onBun) {
    const asBefore = () => JSON.stringify(resources()) === JSON.stringify(resourcesBefore);
    await until(asBefore, `the timers and handles are ${JSON.stringify(resourcesBefore)} again`);
  }

  expect(warnings).toEqual([]);
  const stats = (await (await gateway.get("/api/v1/queue/stats")).json()) as Record<string, number>;
  expect(stats).toMatchObject({ queued: 0, in_progress: 0 });
  expect(stats["completed"]).toBeGreaterThan(0);
  await gateway.stop();
  await until(() => ollama.sockets === 0 || onBun, "the service's connections are closed");
});
