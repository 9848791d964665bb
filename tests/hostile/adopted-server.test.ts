import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { until, within } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { jsonOf, startService } from "../support/service.ts";

const PATIENCE_MS = 30_000;

async function statusOf({ get }: Gateway, path: string): Promise<number> {
  const answer = await get(path);
  await answer.text();
  return answer.status;
}

/** Asks nothing until the service says by itself that its server is away. */
async function noticed({ service, said }: Gateway): Promise<void> {
  const told = () => said.some((line) => line.includes("is down"));
  await until(told, "the service notices that its server is away", PATIENCE_MS);
  expect(await service.problem()).toBe("it stopped answering");
}

describe("an adopted server that stops while nobody asks", () => {
  it("is noticed: ready, health and models say the same, until it is back", async () => {
    const { gateway, ollama } = await startService();
    const { port } = new URL(ollama.url);
    const stoppedAt = performance.now();
    await ollama.stop();
    await noticed(gateway);
    // A look takes milliseconds; the rest is for a machine that does other things, too.
    expect(performance.now() - stoppedAt).toBeLessThan(PATIENCE_MS);
    expect(await statusOf(gateway, "/api/v1/ready")).toBe(503);
    expect(await statusOf(gateway, "/api/v1/models")).toBe(503);
    const health = await jsonOf(await gateway.get("/api/v1/health"));
    expect(health).toMatchObject({
      status: "unhealthy",
      ollama_service: "unhealthy: it stopped answering",
    });
    const back = await startFakeOllama({ port: Number(port), models: ["all-minilm:latest"] });
    const isReady = async () => (await statusOf(gateway, "/api/v1/ready")) === 200;
    await until(isReady, "it is adopted again", PATIENCE_MS);
    expect(await statusOf(gateway, "/api/v1/models")).toBe(200);
    // And once more: the connection to the one that came back is held as well.
    gateway.said.length = 0;
    await back.stop();
    await noticed(gateway);
  }, 90_000);

  it("is noticed while streams from it are open, whose clients are told", async () => {
    const { gateway, ollama } = await startService({ UPSTREAM_PARALLEL: "4" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const body = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: true };
    const asked = ["/api/chat", "/api/v1/chat"].map((path) => gateway.post(path, body));
    await chats.came(2);
    for (const held of chats.all) held.piece("one");
    const answers = await Promise.all(asked);
    await ollama.stop();
    const texts = answers.map((answer) => answer.text().catch(() => "broken"));
    for (const text of await within(Promise.all(texts), "both are told")) {
      expect(text).toMatch(/broken|"error"/);
    }
    await noticed(gateway);
  }, 60_000);
});

/** Connections to a server through a hand that can close those on which nothing was ever said. */
async function startRelay(target: string) {
  const { hostname, port } = new URL(target);
  const idle = new Set<Socket>();
  const relay = createServer((client) => {
    const server = connect({ host: hostname, port: Number(port) });
    idle.add(client);
    client.once("data", () => idle.delete(client));
    client.once("close", () => idle.delete(client));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.pipe(to).on("error", () => from.destroy());
      from.on("close", () => to.destroy());
    }
  });
  relay.listen({ host: "127.0.0.1", port: 0 });
  await once(relay, "listening");
  onTestFinished(() => void relay.close());
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    dropIdle: async (): Promise<void> => {
      await until(() => idle.size > 0, "the service holds an idle connection", PATIENCE_MS);
      for (const client of idle) client.destroy();
    },
  };
}

describe("an adopted server that closes idle connections", () => {
  it("is asked whether it is there, and kept", async () => {
    const ollama = await startFakeOllama({ models: ["all-minilm:latest"] });
    const relay = await startRelay(ollama.url);
    const gateway = await startGateway({ OLLAMA_BASE_URL: relay.url });
    for (let i = 0; i < 2; i++) {
      const before = ollama.to("/api/version").length;
      await relay.dropIdle();
      const asked = () => ollama.to("/api/version").length > before;
      await until(asked, "it is asked for its version", PATIENCE_MS);
      expect(await statusOf(gateway, "/api/v1/ready")).toBe(200);
    }
    expect(gateway.said.join("\n")).not.toContain("is down");
  }, 60_000);
});

describe("an adopted server that is busy", () => {
  it("is not held to be away while a call is open, though it answers nothing else", async () => {
    const models = ["fake:latest", "all-minilm:latest"];
    const ollama = await startFakeOllama({ models });
    ollama.inMemory.push(...models);
    const relay = await startRelay(ollama.url);
    const env = { OLLAMA_BASE_URL: relay.url, CLIENT_HEALTH_CHECK_TIMEOUT: "1" };
    const gateway = await startGateway(env);
    const chats = new HeldAnswers(ollama, "/api/chat");
    const answer = gateway.post("/api/chat", { model: "fake", messages: [] });
    const held = await chats.next();
    ollama.script("/api/version", () => {});
    const before = ollama.to("/api/version").length;
    await relay.dropIdle();
    const asked = () => ollama.to("/api/version").length >= before + 3;
    await until(asked, "it is asked three times", PATIENCE_MS);
    expect(await statusOf(gateway, "/api/v1/ready")).toBe(200);
    held.piece("late");
    held.finish();
    expect(await (await answer).text()).toContain("late");
    // Nothing runs there any more, and still it says nothing.
    await noticed(gateway);
  }, 60_000);
});
