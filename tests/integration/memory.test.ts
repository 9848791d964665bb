import { expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { makeFakeProgram } from "../support/fake-server-program.ts";
import { startGateway } from "../support/gateway.ts";

const CHAT = { model: "fake", messages: [{ role: "user", content: "hi" }] };

it("unloads a model that only the service has used, once it has been idle for IDLE_TIMEOUT", async () => {
  const fake = await startFakeOllama({ models: ["fake:latest", "theirs:latest"] });
  fake.inMemory.push("theirs:latest");
  const gateway = await startGateway({
    OLLAMA_BASE_URL: fake.url,
    IDLE_TIMEOUT: "1",
    MEMORY_CHECK_INTERVAL: "1",
  });
  expect((await gateway.post("/api/chat", CHAT)).status).toBe(200);
  expect(fake.inMemory).toContain("fake:latest");
  await until(() => !fake.inMemory.includes("fake:latest"), "the model to be unloaded");
  const memory = (await (await gateway.get("/api/v1/system/memory")).json()) as object;
  expect(memory).toMatchObject({
    rules: "seen",
    idle_timeout: 1,
    models: [{ name: "theirs:latest", managed: false }],
    next: null,
    unloaded: 1,
  });
  // It is loaded again for whoever asks next.
  expect((await gateway.post("/api/chat", CHAT)).status).toBe(200);
  expect(fake.loads.filter((name) => name === "fake:latest")).toHaveLength(2);
});

it("keeps one for which a client has asked", async () => {
  const fake = await startFakeOllama({ models: ["fake:latest", "other:latest"] });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: fake.url,
    IDLE_TIMEOUT: "1",
    MEMORY_CHECK_INTERVAL: "1",
  });
  await gateway.post("/api/chat", { ...CHAT, keep_alive: "10m" });
  await gateway.post("/api/chat", { ...CHAT, model: "other" });
  await until(() => !fake.inMemory.includes("other:latest"), "the other model to be unloaded");
  expect(fake.inMemory).toContain("fake:latest");
  const memory = (await (await gateway.get("/api/v1/system/memory")).json()) as object;
  expect(memory).toMatchObject({ models: [{ name: "fake:latest", kept: true }], next: null });
});

it("manages all models of a server that it has started", async () => {
  const program = await makeFakeProgram();
  const gateway = await startGateway({ ...program.env, OLLAMA_MAX_RAM: "5GB" }, program.processEnv);
  const memory = (await (await gateway.get("/api/v1/system/memory")).json()) as object;
  expect(memory).toMatchObject({ rules: "all", limit_bytes: 5 * 2 ** 30, idle_timeout: 300 });
});

it("says that the server is away", async () => {
  const fake = await startFakeOllama();
  const gateway = await startGateway({ OLLAMA_BASE_URL: fake.url });
  await fake.stop();
  expect((await gateway.get("/api/v1/system/memory")).status).toBe(503);
});
