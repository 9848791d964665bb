import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama, type FakeOptions } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { expectNativeError } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const CHAT = { model: "fake", messages: [{ role: "user", content: "hi" }] };
const MODELS = ["fake:latest", "me/fake:1b", "all-minilm:latest"];

async function setUp(env: Record<string, string> = {}, options: FakeOptions = {}) {
  const fake = await startFakeOllama({ models: MODELS, ...options });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: fake.url,
    RATE_LIMIT_ENABLED: "false",
    ...env,
  });
  return { fake, gateway };
}

const act = (gateway: Gateway, name: string, action: string, method = "POST") =>
  gateway.get(`/api/v1/models/${name}/${action}`, { method });

describe("POST /api/v1/models/{name}/load", () => {
  it.each(["fake", "fake:latest", "me%2Ffake:1b", "me%2Ffake%3A1b"])(
    "brings %s into memory, once",
    async (name) => {
      const { fake, gateway } = await setUp();
      const loaded = decodeURIComponent(name) === "fake" ? "fake:latest" : decodeURIComponent(name);
      const answer = await act(gateway, name, "load");
      expect(await answer.json()).toEqual({
        status: "success",
        load_ms: expect.any(Number) as number,
      });
      expect(fake.loads).toEqual([loaded]);
      expect(await (await act(gateway, name, "load")).json()).toMatchObject({ load_ms: 0 });
      expect(fake.loads).toEqual([loaded]);
      await nothingIsHeld({ gateway });
    },
  );

  it("brings in a model that only embeds, and keeps it for as long as is asked for", async () => {
    const { fake, gateway } = await setUp();
    fake.script("/api/show", (_request, response) => {
      response.end(JSON.stringify({ capabilities: ["embedding"] }));
    });
    const asked = await gateway.post("/api/v1/models/all-minilm/load", { keep_alive: "1h" });
    expect(asked.status).toBe(200);
    const [sent] = fake.to("/api/embed");
    expect(JSON.parse(sent?.body.toString() ?? "")).toMatchObject({ input: [], keep_alive: "1h" });
    expect(fake.inMemory).toEqual(["all-minilm:latest"]);
  });

  it("says in the server's words why a model cannot be loaded", async () => {
    const { fake, gateway } = await setUp();
    fake.script("/api/generate", (_request, response) => {
      response.writeHead(500).end('{"error":"model requires more system memory"}');
    });
    const answer = await act(gateway, "fake", "load");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("model requires more system memory");
    await nothingIsHeld({ gateway });
  });

  it("refuses models that are not there, not allowed, or elsewhere", async () => {
    const { gateway } = await setUp(
      { ALLOWED_MODELS: "fake,x:cloud", ALLOW_CLOUD_MODELS: "true" },
      { models: [...MODELS, "x:cloud"] },
    );
    expect((await act(gateway, "none", "load")).status).toBe(404);
    expect(await (await act(gateway, "all-minilm", "load")).json()).toMatchObject({
      code: "model_not_allowed",
    });
    expect(await (await act(gateway, "x:cloud", "load")).json()).toMatchObject({
      code: "invalid_request",
    });
    expect((await act(gateway, "..%2Fx", "load")).status).toBe(400);
    expect((await gateway.post("/api/v1/models/fake/load", { keep: 1 })).status).toBe(422);
  });
});

describe("POST /api/v1/models/{name}/unload", () => {
  it("takes a model out of memory, and is content with one that is not there", async () => {
    const { fake, gateway } = await setUp();
    await act(gateway, "fake", "load");
    expect(fake.inMemory).toEqual(["fake:latest"]);
    for (const _ of [1, 2]) {
      expect(await (await act(gateway, "fake", "unload")).json()).toEqual({ status: "success" });
      expect(fake.inMemory).toEqual([]);
    }
    expect((await gateway.post("/api/chat", CHAT)).status).toBe(200);
    expect(fake.loads).toHaveLength(2);
    expect((await act(gateway, "none", "unload")).status).toBe(404);
  });

  it("refuses one that is at work", async () => {
    const { fake, gateway } = await setUp();
    const open: (() => void)[] = [];
    fake.script("/api/chat", async (_request, response) => {
      await new Promise<void>((resolve) => void open.push(resolve));
      response.end("{}");
    });
    const chat = gateway.post("/api/chat", CHAT);
    await until(() => open.length === 1, "the model to be at work");
    await expectNativeError(await act(gateway, "fake", "unload"), {
      status: 409,
      code: "model_in_use",
      type: "RequestError",
      says: "The model 'fake' is at work",
    });
    for (const end of open) end();
    await chat;
    expect((await act(gateway, "fake", "unload")).status).toBe(200);
  });

  it("has a question that comes meanwhile wait, and load it again", async () => {
    const { fake, gateway } = await setUp();
    await act(gateway, "fake", "load");
    const open: (() => void)[] = [];
    fake.script("/api/generate", async ({ body }, response) => {
      if (body.includes('"keep_alive":0')) {
        await new Promise<void>((resolve) => void open.push(resolve));
        fake.inMemory.length = 0;
      } else fake.inMemory.push("fake:latest");
      response.end("{}");
    });
    const unloading = act(gateway, "fake", "unload");
    await until(() => open.length === 1, "the model to be unloaded");
    const chat = gateway.post("/api/v1/chat", CHAT);
    await until(
      async () => (await (await gateway.get("/api/v1/queue/stats")).text()).includes('"queued":1'),
      "the question to wait",
    );
    expect(fake.to("/api/chat")).toEqual([]);
    for (const end of open) end();
    expect((await unloading).status).toBe(200);
    expect((await chat).status).toBe(200);
    await nothingIsHeld({ gateway });
  });
});

describe("POST /api/v1/models/{name}/pin", () => {
  it("keeps a model in memory until it is unpinned", async () => {
    const { fake, gateway } = await setUp({ IDLE_TIMEOUT: "1", MEMORY_CHECK_INTERVAL: "1" });
    expect((await act(gateway, "fake", "pin")).status).toBe(200);
    for (const name of ["fake", "me%2Ffake:1b"]) await act(gateway, name, "load");
    await until(() => !fake.inMemory.includes("me/fake:1b"), "the other model to leave");
    expect(fake.inMemory).toEqual(["fake:latest"]);
    const memory = await gateway.get("/api/v1/system/memory");
    expect(await memory.json()).toMatchObject({ models: [{ pinned: true }], next: null });
    expect(await (await act(gateway, "fake", "unload")).json()).toMatchObject({
      code: "model_in_use",
      error: "The model 'fake' is pinned",
    });
    expect((await act(gateway, "fake", "pin", "DELETE")).status).toBe(200);
    await until(() => fake.inMemory.length === 0, "the model to leave");
    expect((await act(gateway, "none", "pin")).status).toBe(404);
  });
});
