import { describe, expect, it } from "vitest";
import { asTenant, batchOf, chatItem, chatItems, numberOf, queued, say } from "../support/batch.ts";
import { until } from "../support/deadline.ts";
import { expectErrorOf } from "../support/dialect-errors.ts";
import { startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { picture } from "../support/pictures.ts";
import { startSeeingOllama } from "../support/seeing-ollama.ts";
import { startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const CHAT = "/api/v1/batch/chat";
const WAYS = [
  { path: CHAT, stream: false },
  { path: "/api/v1/batch/chat/completions", stream: true },
];

/** Nothing but the batch's own figure limits how many run. */
const ROOM = {
  UPSTREAM_PARALLEL: "50",
  QUEUE_CHAT_MAX_CONCURRENT: "50",
  QUEUE_VLM_MAX_CONCURRENT: "50",
  TENANT_MAX_TEXT: "50",
  TENANT_MAX_VLM: "50",
};

/** Items whose numbers begin at `from`. */
function itemsFrom(from: number, count: number): object[] {
  return Array.from({ length: count }, (_, i) => chatItem(from + i));
}

/** Answers so many requests one after another, each held until the next is due; their numbers. */
async function serve(chats: HeldAnswers, count: number): Promise<number[]> {
  const order: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const held = await chats.next();
    order.push(numberOf(held));
    say(held);
  }
  return order;
}

/** Sends a batch for a tenant; its status once it was read to its end. */
async function batch(
  { gateway }: Pick<RunningService, "gateway">,
  tenant: string,
  requests: object[],
  way: { path: string; stream: boolean } = { path: CHAT, stream: false },
): Promise<number> {
  const body = { requests, stream: way.stream };
  const answer = await gateway.post(way.path, body, asTenant(tenant));
  await answer.text();
  return answer.status;
}

async function chat(
  { gateway }: RunningService,
  tenant: string,
  number: number,
  path: string = "/api/v1/chat",
): Promise<number> {
  const answer = await gateway.post(path, chatItem(number, { stream: false }), asTenant(tenant));
  await answer.text();
  return answer.status;
}

describe("how many items are under way at once", () => {
  it.each(WAYS)("is five on $path, all the time", async (way) => {
    const service = await startService(ROOM);
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asked = batch(service, "a", chatItems(20), way);
    for (let ended = 0; ended <= 15; ended += 1) {
      await chats.came(ended + 5);
      expect(gateway.service.load()).toMatchObject({ text: 5 });
      expect(chats.all).toHaveLength(ended + 5);
      say(await chats.next());
    }
    await serve(chats, 4);
    expect(await asked).toBe(200);
    expect(chats.all).toHaveLength(20);
    await nothingIsHeld(service);
  });

  it("is five whatever ends first, and the last ones run without the others", async () => {
    const service = await startService(ROOM);
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const asked = batch(service, "a", [{}, {}, ...chatItems(40)]);
    await chats.came(5);
    await serve(chats, 40);
    expect(await asked).toBe(200);
    expect(service.ollama.mostRunning).toBeLessThanOrEqual(5);
    await nothingIsHeld(service);
  });

  it("is what BATCH_CHAT_MAX_CONCURRENT says, and no more than the queue allows", async () => {
    await runsAtOnce({ ...ROOM, BATCH_CHAT_MAX_CONCURRENT: "2" }, 2);
    const env = { ...ROOM, BATCH_CHAT_MAX_CONCURRENT: "50", QUEUE_CHAT_MAX_CONCURRENT: "4" };
    await runsAtOnce(env, 4);
  });

  /** A batch of twelve has so many under way until none is left to begin. */
  async function runsAtOnce(env: Record<string, string>, count: number): Promise<void> {
    const service = await startService(env);
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const asked = batch(service, "a", chatItems(12));
    for (let ended = 0; ended <= 12 - count; ended += 1) {
      await chats.came(ended + count);
      expect(chats.all).toHaveLength(ended + count);
      say(await chats.next());
    }
    await serve(chats, count - 1);
    expect(await asked).toBe(200);
  }

  it("is one where the inference server takes one at a time", async () => {
    const service = await startService({}, { firstMs: 1 });
    expect(await batch(service, "a", chatItems(12))).toBe(200);
    expect(service.ollama.mostRunning).toBe(1);
  });

  it.each(["/api/v1/batch/vlm", "/api/v1/batch/vlm/completions"])(
    "is three on %s, all the time",
    async (path) => {
      const ollama = await startSeeingOllama();
      const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, ...ROOM });
      const chats = new HeldAnswers(ollama, "/api/chat");
      const url = await picture(16, 16);
      const requests = Array.from({ length: 8 }, (_, i) => visionItem(path, i, url));
      const asked = batch({ gateway }, "a", requests, { path, stream: false });
      for (let ended = 0; ended <= 5; ended += 1) {
        await chats.came(ended + 3);
        expect(gateway.service.load()).toMatchObject({ vision: 3, text: 0 });
        expect(chats.all).toHaveLength(ended + 3);
        say(await chats.next());
      }
      await serve(chats, 2);
      expect(await asked).toBe(200);
      await nothingIsHeld({ gateway });
    },
  );
});

/** Pictures that look alike; no two are the same file. */
async function differentPictures(count: number): Promise<string[]> {
  const first = await picture(64, 64);
  const [head = "", data = ""] = first.split(",");
  const bytes = Buffer.from(data, "base64");
  // What stands behind a picture's end is not looked at.
  const file = (i: number) => Buffer.concat([bytes, Buffer.from([i])]).toString("base64");
  return Array.from({ length: count }, (_, i) => `${head},${file(i)}`);
}

function visionItem(path: string, number: number, url: string): object {
  const content = `item ${number}`;
  if (path.endsWith("vlm")) return { messages: [{ role: "user", content }], images: [url] };
  const image = { type: "image_url", image_url: { url } };
  const parts = [image, { type: "text", text: content }];
  return { messages: [{ role: "user", content: parts }] };
}

describe("a batch of fifty that waits", () => {
  it.each(["/api/v1/chat", "/api/v1/chat/completions", "/api/chat"])(
    "lets its tenant's request to %s go next",
    async (path) => {
      const service = await startService();
      const chats = new HeldAnswers(service.ollama, "/api/chat");
      const asked = batch(service, "a", chatItems(50));
      for (const round of [1, 2, 3]) {
        const held = await chats.next();
        await queued(service.gateway, 4);
        const interactive = chat(service, "a", 100 + round, path);
        await queued(service.gateway, 5);
        say(held);
        expect(await serve(chats, 1)).toEqual([100 + round]);
        expect(await interactive).toBe(200);
      }
      const rest = await serve(chats, 47);
      expect(rest).toEqual(Array.from({ length: 47 }, (_, i) => i + 3));
      expect(await asked).toBe(200);
      await nothingIsHeld(service);
    },
  );

  it("lets several of its tenant's requests go first, in their order", async () => {
    const service = await startService();
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asked = batch(service, "a", chatItems(6));
    const held = await chats.next();
    await queued(gateway, 4);
    const interactive: Promise<number>[] = [];
    for (const i of [0, 1, 2]) {
      interactive.push(chat(service, "a", 100 + i));
      await queued(gateway, 5 + i);
    }
    say(held);
    expect(await serve(chats, 8)).toEqual([100, 101, 102, 1, 2, 3, 4, 5]);
    expect(await Promise.all(interactive)).toEqual([200, 200, 200]);
    expect(await asked).toBe(200);
  });

  it("does not stand before another tenant's request", async () => {
    const service = await startService();
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const asked = batch(service, "a", chatItems(50));
    for (const round of [1, 2, 3]) {
      const held = await chats.next();
      await queued(service.gateway, 4);
      const other = chat(service, "b", 100 + round);
      await queued(service.gateway, 5);
      say(held);
      expect(await serve(chats, 1)).toEqual([100 + round]);
      expect(await other).toBe(200);
    }
    await serve(chats, 47);
    expect(await asked).toBe(200);
  });

  it("takes turns with another tenant's batch", async () => {
    const service = await startService();
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const first = batch(service, "a", itemsFrom(0, 12));
    const held = await chats.next();
    await queued(service.gateway, 4);
    const second = batch(service, "b", itemsFrom(100, 10));
    await queued(service.gateway, 9);
    say(held);
    const order = await serve(chats, 20);
    expect(order).toEqual([...Array(10).keys()].flatMap((i) => [100 + i, 1 + i]));
    expect(await serve(chats, 1)).toEqual([11]);
    expect(await Promise.all([first, second])).toEqual([200, 200]);
    await nothingIsHeld(service);
  });

  it("shares its tenant's places with another batch of the same tenant", async () => {
    const service = await startService({
      UPSTREAM_PARALLEL: "50",
      QUEUE_CHAT_MAX_CONCURRENT: "50",
    });
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const both = [0, 100].map((from) => batch(service, "a", itemsFrom(from, 10)));
    await chats.came(6);
    await queued(service.gateway, 4);
    // Six of a tenant run, as of its interactive requests.
    expect(chats.all).toHaveLength(6);
    const other = chat(service, "b", 200);
    await chats.came(7);
    expect(numberOf(chats.all[6] ?? { body: {} })).toBe(200);
    await serve(chats, 21);
    expect(await Promise.all([...both, other])).toEqual([200, 200, 200]);
    await nothingIsHeld(service);
  });
});

describe("a batch of images that waits", () => {
  it("lets its tenant's request go next, and text beside it", async () => {
    const ollama = await startSeeingOllama();
    const gateway = await startGateway({
      OLLAMA_BASE_URL: ollama.url,
      OLLAMA_DEFAULT_TEXT_MODEL: "fake",
    });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const url = await picture(16, 16);
    const path = "/api/v1/batch/vlm";
    const requests = Array.from({ length: 8 }, (_, i) => visionItem(path, i, url));
    const asked = gateway.post(path, { requests }, asTenant("a"));
    const held = await chats.next();
    await queued(gateway, 2, "vlm");
    const interactive = gateway.post("/api/v1/vlm", visionItem("vlm", 100, url), asTenant("a"));
    await queued(gateway, 3, "vlm");
    const text = gateway.post("/api/v1/chat", chatItem(200), asTenant("a"));
    const beside = await chats.next();
    expect(numberOf(beside)).toBe(200);
    say(held);
    expect(await serve(chats, 8)).toEqual([100, 1, 2, 3, 4, 5, 6, 7]);
    say(beside);
    expect((await batchOf(await asked)).successful).toBe(8);
    for (const answer of await Promise.all([interactive, text])) expect(answer.status).toBe(200);
    await nothingIsHeld({ gateway });
  });
});

describe("a flood of batches", () => {
  it("does not make interactive requests fail with queue_full", async () => {
    const service = await startService({ RATE_LIMIT_ENABLED: "false" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const tenants = Array.from({ length: 12 }, (_, i) => `flood-${i}`);
    const flood: Promise<number>[] = [];
    for (const [i, tenant] of tenants.entries()) {
      flood.push(batch(service, tenant, itemsFrom(0, 50)));
      await queued(gateway, Math.min(5 * i + 4, 54));
    }
    // When the last one came, more than fifty waited.
    expect(await flood.pop()).toBe(503);
    const error = { status: 503, code: "queue_full", retryAfter: 2 };
    for (const { path, stream } of WAYS) {
      const answer = await gateway.post(path, { requests: [chatItem(0)], stream }, asTenant("b"));
      await expectErrorOf(path, answer, error);
    }
    // As many interactive requests as ever find room beside them.
    const interactive = Array.from({ length: 50 }, (_, i) =>
      chat(service, `b${i % 10}`, 1000 + i, i % 2 ? "/api/v1/chat" : "/api/chat"),
    );
    await queued(gateway, 54 + 50);
    expect(await chat(service, "b0", 2000)).toBe(503);
    ollama.script("/api/chat", undefined);
    for (const held of chats.all) say(held);
    expect(new Set(await Promise.all(interactive))).toEqual(new Set([200]));
    expect(new Set(await Promise.all(flood))).toEqual(new Set([200]));
    await nothingIsHeld(service);
  });

  it("is refused when the room for background work is full, and let in again after", async () => {
    const service = await startService({ QUEUE_CHAT_MAX_QUEUE_SIZE: "2" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const first = batch(service, "a", chatItems(5));
    await chats.came(1);
    await queued(gateway, 4);
    for (const { path, stream } of WAYS) {
      const answer = await gateway.post(path, { requests: chatItems(1), stream }, asTenant("b"));
      await expectErrorOf(path, answer, { status: 503, code: "queue_full", retryAfter: 2 });
    }
    const stats = (await (await gateway.get("/api/v1/queue/stats")).json()) as object;
    expect(stats).toMatchObject({ queued: 4, in_progress: 1, rejected: 2 });
    // What has begun is not cut short: all of its items get their turn.
    expect(await serve(chats, 3)).toEqual([0, 1, 2]);
    await chats.came(4);
    await queued(gateway, 1);
    const second = batch(service, "b", chatItems(1));
    await serve(chats, 3);
    expect(await Promise.all([first, second])).toEqual([200, 200]);
    await nothingIsHeld(service);
  });

  it("of images does not fill the room for images to compress", async () => {
    const ollama = await startSeeingOllama();
    const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, WORKER_THREADS: "1" });
    const urls = await differentPictures(180);
    const path = "/api/v1/batch/chat/completions";
    const flood = Array.from({ length: 18 }, async (_, i) => {
      const requests = Array.from({ length: 5 }, (_item, j) => {
        const pair = urls.slice(10 * i + 2 * j, 10 * i + 2 * j + 2);
        const content = pair.map((url) => ({ type: "image_url", image_url: { url } }));
        return { messages: [{ role: "user", content }] };
      });
      return batchOf(await gateway.post(path, { requests }, asTenant(`flood-${i % 3}`)));
    });
    let mostTasks = 0;
    await until(() => {
      const { tasks, vision } = gateway.service.load();
      mostTasks = Math.max(mostTasks, tasks);
      return vision > 0;
    }, "the first items to be prepared");
    const one = visionItem("vlm", 0, await picture(20, 20));
    const interactive = await gateway.post("/api/v1/vlm", one, asTenant("b"));
    expect(interactive.status).toBe(200);
    for (const { successful } of await Promise.all(flood)) expect(successful).toBe(5);
    // The bodies of the batches, and the images of four items.
    expect(mostTasks).toBeLessThanOrEqual(18 + 8);
    await nothingIsHeld({ gateway });
  });

  it("of images has room of its own", async () => {
    const ollama = await startSeeingOllama();
    const gateway = await startGateway({
      OLLAMA_BASE_URL: ollama.url,
      QUEUE_VLM_MAX_QUEUE_SIZE: "1",
    });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const path = "/api/v1/batch/vlm";
    const url = await picture(16, 16);
    const requests = [0, 1, 2].map((i) => visionItem(path, i, url));
    const first = batch({ gateway }, "a", requests, { path, stream: false });
    await chats.came(1);
    await queued(gateway, 2, "vlm");
    const openai = visionItem("openai", 0, url);
    for (const [refused, items] of [
      [path, requests],
      [`${path}/completions`, [openai]],
      ["/api/v1/batch/chat/completions", [chatItem(0), openai]],
    ] as const) {
      const answer = await gateway.post(refused, { requests: items }, asTenant("b"));
      expect([answer.status, await answer.json()]).toEqual([
        503,
        expect.objectContaining({ retry_after: 2 }),
      ]);
    }
    const text = batch({ gateway }, "b", [chatItem(9)], WAYS[1]);
    await chats.came(2);
    const interactive = gateway.post("/api/v1/vlm", visionItem(path, 100, url), asTenant("b"));
    await queued(gateway, 3, "vlm");
    await serve(chats, 5);
    expect(await Promise.all([first, text])).toEqual([200, 200]);
    expect((await interactive).status).toBe(200);
    await nothingIsHeld({ gateway });
  });
});
