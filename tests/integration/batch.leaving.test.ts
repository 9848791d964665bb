import { describe, expect, it } from "vitest";
import { asTenant, chatItem, chatItems, queued, say } from "../support/batch.ts";
import { loggedEvents } from "../support/logged-events.ts";
import { until } from "../support/deadline.ts";
import { startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { picture } from "../support/pictures.ts";
import { connectRaw, jsonRequest } from "../support/raw-client.ts";
import { startSeeingOllama } from "../support/seeing-ollama.ts";
import { startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const WAYS = [
  { path: "/api/v1/batch/chat", stream: false },
  { path: "/api/v1/batch/chat", stream: true },
  { path: "/api/v1/batch/chat/completions", stream: false },
  { path: "/api/v1/batch/chat/completions", stream: true },
];

/** Starts a batch of ten for a tenant with one place; two items run, three wait. */
async function batchUnderWay(way: (typeof WAYS)[number]) {
  const service = await startService({ UPSTREAM_PARALLEL: "2", TENANT_MAX_TEXT: "2" });
  const chats = new HeldAnswers(service.ollama, "/api/chat");
  const client = await connectRaw(service.gateway.url);
  const body = { requests: chatItems(10), stream: way.stream };
  const answer = client.ask(jsonRequest(way.path, body, [["X-Project-Name", "a"]]));
  await chats.came(2);
  await queued(service.gateway, 3);
  return { service, chats, client, answer };
}

/** A new batch of the same tenant runs as if nothing had been. */
async function stillServes({ gateway, ollama }: RunningService): Promise<void> {
  ollama.script("/api/chat", undefined);
  const both = [0, 1].map(() =>
    gateway.post("/api/v1/batch/chat", { requests: chatItems(3) }, asTenant("a")),
  );
  for (const answer of await Promise.all(both)) {
    expect(await answer.json()).toMatchObject({ successful: 3 });
  }
}

describe.each(WAYS)("a client that leaves its batch on $path, stream $stream", (way) => {
  it("has running items cancelled, and waiting ones never sent", async () => {
    const { service, chats, client } = await batchUnderWay(way);
    client.leave();
    for (const held of chats.all) await held.sawCancel();
    await nothingIsHeld(service);
    expect(chats.all).toHaveLength(2);
    await stillServes(service);
    expect(service.ollama.to("/api/chat")).toHaveLength(8);
  });

  it("may do so after some results", async () => {
    const { service, chats, client, answer } = await batchUnderWay(way);
    for (const held of chats.all.slice(0, 2)) say(held);
    await chats.came(4);
    if (way.stream) await until(() => answer.text.includes('"completed":2'), "two results");
    client.leave();
    for (const held of chats.all.slice(2)) await held.sawCancel();
    await nothingIsHeld(service);
    expect(chats.all).toHaveLength(4);
    await stillServes(service);
  });

  it("is seen in the log: the request, and the items that had begun", async () => {
    const { service, client } = await batchUnderWay(way);
    client.leave();
    await nothingIsHeld(service);
    const items = await loggedEvents(service.gateway, "batch_item", 5);
    expect(items).toHaveLength(5);
    for (const item of items) expect(item).toMatchObject({ client_left: true });
    for (const item of items) expect(item).not.toHaveProperty("error_code");
    const all = await loggedEvents(service.gateway, "http_request", 1);
    const whole = all.filter(({ path }) => path === way.path);
    expect(whole).toMatchObject([{ client_left: true }]);
  });
});

it("a client that leaves while all its items wait leaves no trace at the server", async () => {
  const service = await startService();
  const chats = new HeldAnswers(service.ollama, "/api/chat");
  const running = service.gateway.post("/api/v1/chat", chatItem(0), asTenant("b"));
  await chats.came(1);
  const client = new AbortController();
  const init = { ...asTenant("a"), signal: client.signal };
  const body = { requests: chatItems(20), stream: true };
  const asked = service.gateway.post("/api/v1/batch/chat", body, init).catch(() => {});
  await queued(service.gateway, 5);
  client.abort();
  await asked;
  await queued(service.gateway, 0);
  for (const held of chats.all) say(held);
  expect((await running).status).toBe(200);
  await nothingIsHeld(service);
  expect(chats.all).toHaveLength(1);
});

it("a client that leaves a streamed batch without having read it has it cancelled", async () => {
  const service = await startService({ UPSTREAM_PARALLEL: "6" });
  const { gateway, ollama } = service;
  const long = "x".repeat(1_000_000);
  ollama.script("/api/chat", (_request, response) => {
    const message = { role: "assistant", content: long };
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ model: "fake", message, done: true }));
  });
  const client = await connectRaw(gateway.url);
  client.pause();
  client.ask(jsonRequest("/api/v1/batch/chat", { requests: chatItems(50), stream: true }));
  const came = () => ollama.to("/api/chat").length;
  await until(() => came() > 0 && gateway.service.load().text === 0, "the batch rests");
  client.leave();
  await nothingIsHeld(service);
  expect(came()).toBeLessThan(50);
});

it("a client that leaves a batch of images has waiting compressions dropped, too", async () => {
  const ollama = await startSeeingOllama();
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, WORKER_THREADS: "1" });
  const chats = new HeldAnswers(ollama, "/api/chat");
  const colours = Array.from({ length: 20 }, (_, i) => `#${(i + 16).toString(16)}4060`);
  const pictures = await Promise.all(colours.map((colour) => picture(1000, 800, colour)));
  const requests = pictures.map((url) => ({
    messages: [{ role: "user", content: "item 0" }],
    images: [url],
  }));
  const client = await connectRaw(gateway.url);
  client.ask(jsonRequest("/api/v1/batch/vlm", { requests }));
  await until(() => gateway.service.load().tasks > 1, "images wait for the thread");
  client.leave();
  await nothingIsHeld({ gateway });
  for (const held of chats.all) await held.sawCancel();
});

it("a hundred batches of which most are left alone leave nothing behind", async () => {
  const env = { UPSTREAM_PARALLEL: "6", TENANT_MAX_TEXT: "20", QUEUE_CHAT_MAX_QUEUE_SIZE: "500" };
  const service = await startService({ ...env, RATE_LIMIT_ENABLED: "false" }, { firstMs: 1 });
  for (let round = 0; round < 5; round += 1) {
    const twenty = Array.from({ length: 20 }, (_, i) => batchOfSome(service, round * 20 + i));
    await Promise.all(twenty);
  }
  await nothingIsHeld(service);
  await until(() => service.ollama.running === 0, "no inference runs at the server");
});

/** Sends a batch; two clients of three leave, some at once, some in the middle of it. */
async function batchOfSome({ gateway, ollama }: RunningService, i: number): Promise<void> {
  const { path, stream } = WAYS[i % WAYS.length] ?? { path: "", stream: false };
  const client = new AbortController();
  const bad = { messages: [] };
  const body = { requests: [bad, ...chatItems(i % 12), bad], stream };
  const asked = gateway.post(path, body, {
    ...asTenant(`tenant-${i % 7}`),
    signal: client.signal,
  });
  const ended = asked.then(async (answer) => {
    await answer.arrayBuffer();
    return answer.status;
  });
  if (i % 3 === 0) {
    expect(await ended).toBe(200);
    return;
  }
  let isOver = false;
  const over = ended.catch(() => {}).finally(() => void (isOver = true));
  const before = ollama.received.length;
  await until(() => isOver || ollama.received.length >= before + (i % 10), "the time to leave");
  client.abort();
  await over;
}
