import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { connectPlain, requestHead, type PlainSocket } from "../support/plain-socket.ts";
import { startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MIB = 1_048_576;
const LARGE = 8 * MIB;
/** Room for two of the largest bodies of each of two tenants. */
const BUDGET = 4 * LARGE;
const ENV = {
  PROXY_MAX_BODY_BYTES: String(LARGE),
  BODY_MEMORY_MAX_BYTES: String(BUDGET),
  UPSTREAM_PARALLEL: "20",
  QUEUE_CHAT_MAX_CONCURRENT: "20",
};

/** A chat of just so many bytes. */
function chatOf(bytes: number): Buffer {
  const start = '{"model":"fake","messages":[{"role":"user","content":"';
  return Buffer.from(`${start.padEnd(bytes - 4, "x")}"}]}`);
}

const LARGE_CHAT = chatOf(LARGE);
const SMALL_CHAT = chatOf(1024);

function headOf(tenant: string, ...headers: string[]): string {
  return requestHead("POST /api/chat HTTP/1.1", [`X-Project-Name: ${tenant}`, ...headers]);
}

/** Sends a chat; what the service does not take waits in the client's socket. */
async function ask({ gateway }: RunningService, tenant: string, body: Buffer) {
  const client = await connectPlain(gateway.url);
  client.send(headOf(tenant, `Content-Length: ${body.length}`));
  client.send(body);
  return client;
}

/** What is held of the budget: bytes, and one for each body that waits to be read. */
function held({ gateway }: RunningService): number {
  return gateway.service.load().bodies;
}

describe("a tenant with bodies of the largest size in every place of the queue", () => {
  it("has half of the memory, and holds up nobody else", async () => {
    const service = await startService(ENV);
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const flood: PlainSocket[] = [];
    for (let i = 0; i < 56; i += 1) flood.push(await ask(service, "flood", LARGE_CHAT));
    // Six run and were let go; two wait in the queue, the others to be read.
    await until(() => chats.all.length === 6, "the flood runs", 30_000);
    const inFlood = BUDGET / 2 + 48;
    await until(() => held(service) === inFlood, "the flood has its share", 30_000);
    await until(() => service.gateway.service.load().text === 8, "two wait in the queue", 30_000);

    const small = await ask(service, "small", SMALL_CHAT);
    await chats.came(7);
    expect(chats.all[6]?.request.body.length).toBe(SMALL_CHAT.length);
    chats.all[6]?.json({ done: true });
    expect((await small.answer()).status).toBe(200);
    const large = await ask(service, "large", LARGE_CHAT);
    await chats.came(8);
    chats.all[7]?.json({ done: true });
    expect((await large.answer()).status).toBe(200);
    expect(held(service)).toBe(inFlood);

    for (const client of flood) client.leave();
    await nothingIsHeld(service);
  }, 60_000);

  it("does not shut the queue for the others", async () => {
    const service = await startService({ UPSTREAM_PARALLEL: "1" });
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    const body = chatOf(100_000);
    const flood: PlainSocket[] = [];
    for (let i = 0; i < 51; i += 1) flood.push(await ask(service, "flood", body));
    await until(() => service.gateway.service.load().text === 51, "the queue is full", 15_000);
    const more = await ask(service, "flood", body);
    expect(await more.answer()).toMatchObject({ status: 503, body: expect.stringMatching("full") });
    const small = await ask(service, "small", SMALL_CHAT);
    // The flood's newest gives way to it.
    expect(await flood.pop()?.answer()).toMatchObject({
      status: 503,
      body: expect.stringMatching("full"),
    });
    chats.all[0]?.json({ done: true });
    // Its turn is the next.
    await chats.came(2);
    expect(chats.all[1]?.request.body.length).toBe(SMALL_CHAT.length);
    chats.all[1]?.json({ done: true });
    expect((await small.answer()).status).toBe(200);
    for (const client of flood) client.leave();
    await nothingIsHeld(service);
  });
});

describe("memory for a body", () => {
  /** A service whose tenant "a" has its share in the queue. */
  async function withFullShare(env: Record<string, string> = {}) {
    const service = await startService({ ...ENV, TENANT_MAX_TEXT: "1", ...env });
    const chats = new HeldAnswers(service.ollama, "/api/chat");
    await ask(service, "a", SMALL_CHAT);
    await chats.came(1);
    const waiting = [await ask(service, "a", LARGE_CHAT), await ask(service, "a", LARGE_CHAT)];
    await until(() => service.gateway.service.load().text === 3, "two wait in the queue", 15_000);
    expect(held(service)).toBe(BUDGET / 2);
    return { service, chats, waiting };
  }

  it("is taken before the first byte, and a client that waits for it may leave", async () => {
    // Of an upload that is not read the runtimes tell nothing, not even its end: it shows in turn.
    const { service, waiting } = await withFullShare();
    const client = await ask(service, "a", LARGE_CHAT);
    await until(() => held(service) === BUDGET / 2 + 1, "it waits to be read");
    client.leave();
    for (const one of waiting) one.leave();
    await until(() => held(service) === 0, "the memory is given back");
  });

  it("is waited for so long, then it is refused with Retry-After", async () => {
    const { service } = await withFullShare({ BODY_MEMORY_WAIT: "0.3" });
    const client = await ask(service, "a", LARGE_CHAT);
    await until(() => client.received.includes("\r\n\r\n"), "the refusal", 15_000);
    expect(client.received).toMatch(/^HTTP\/1\.1 503 /);
    expect(client.received).toMatch(/^retry-after: 2\r$/im);
    expect(await client.answer()).toMatchObject({
      body: expect.stringContaining('"code":"queue_full"') as string,
    });
    // The connection goes on, and small bodies need no memory.
    client.send(requestHead("GET /api/v1/ready HTTP/1.1"));
    expect((await client.answer()).status).toBe(200);
  });

  it("that a body without a length does not get makes it let go of what it has", async () => {
    const { service, waiting } = await withFullShare();
    waiting[0]?.leave();
    await until(() => held(service) === BUDGET / 4, "one has left");
    const client = await connectPlain(service.gateway.url);
    client.send(headOf("a", "Transfer-Encoding: chunked"));
    const line = Buffer.from("\r\n");
    const chunk = Buffer.concat([Buffer.from("100000"), line, Buffer.alloc(MIB), line]);
    for (let i = 0; i < 7; i += 1) client.send(chunk);
    await until(() => held(service) === BUDGET / 4 + 7 * MIB, "it takes what it reads", 15_000);
    await ask(service, "a", chatOf(MIB));
    await until(() => held(service) === BUDGET / 2, "there is nothing left", 15_000);
    client.send(chunk);
    await until(() => held(service) === BUDGET / 4 + MIB, "it has let go", 15_000);
    client.send("0\r\n\r\n");
    expect(await client.answer()).toMatchObject({
      status: 503,
      body: expect.stringContaining("queue_full") as string,
    });
  });

  it.each<[string, (client: PlainSocket) => void, number]>([
    ["leaves while it is read", (client) => client.leave(), 0],
    ["stops sending", () => {}, 408],
    ["sends no JSON", (client) => client.send(Buffer.alloc(MIB / 2, "x")), 400],
  ])("comes back from a client that %s", async (_what, goOn, status) => {
    const service = await startService({ ...ENV, UPLOAD_STALL_TIMEOUT: "1" });
    const client = await connectPlain(service.gateway.url);
    client.send(headOf("a", `Content-Length: ${MIB}`));
    client.send(Buffer.alloc(MIB / 2, "x"));
    await until(() => held(service) === MIB, "it is being read");
    goOn(client);
    if (status !== 0) expect((await client.answer()).status).toBe(status);
    await nothingIsHeld(service);
  });

  it("comes back from what is refused after it was read, and from a server that is away", async () => {
    const service = await startService({ ...ENV, ALLOWED_MODELS: "good" });
    const refused = await ask(service, "a", chatOf(MIB));
    expect((await refused.answer()).status).toBe(400);
    await nothingIsHeld(service);
    const other = await startService(ENV);
    other.ollama.script("/api/chat", (_request, response) => {
      response.socket?.resetAndDestroy();
    });
    const broken = await ask(other, "a", chatOf(MIB));
    expect((await broken.answer()).status).toBe(503);
    await nothingIsHeld(other);
  });
});
