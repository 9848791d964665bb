import { expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import type { FakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { llama, startSizedOllama } from "../support/sized-ollama.ts";

const OWN = "all-minilm:latest";
const BERT = { "general.architecture": "bert" };
const MODELS = { "fake:latest": llama(1), [OWN]: { gb: 1, info: BERT } };

const start = (fake: FakeOllama, env: Record<string, string> = {}) =>
  startGateway(
    {
      OLLAMA_BASE_URL: fake.url,
      RESPONSE_CACHE_ENABLED: "true",
      MEMORY_CHECK_INTERVAL: "1",
      ...env,
    },
    {},
    { readGraphics: async () => [] },
  );

it("the cache's embedding model is loaded in the background, and again when it was pushed out", async () => {
  const fake = await startSizedOllama(MODELS);
  const gateway = await start(fake);
  await until(() => fake.inMemory.includes(OWN), "the first load");
  await until(async () => {
    const memory = await (await gateway.get("/api/v1/system/memory")).text();
    return memory.includes(OWN);
  }, "it to be seen");
  // A check of the service's own has to see it there.
  const looks = fake.to("/api/ps").length;
  await until(() => fake.to("/api/ps").length > looks + 2, "a look at the memory");
  fake.inMemory.length = 0;
  await until(() => fake.inMemory.includes(OWN), "the second load", 15_000);
  expect(fake.loads).toEqual([OWN, OWN]);
});

it("neither the start nor a request waits for it", async () => {
  const fake = await startSizedOllama(MODELS);
  let asked = 0;
  fake.script("/api/embed", () => void (asked += 1));
  const gateway = await start(fake);
  await until(() => asked > 0, "the load");
  const chat = { model: "fake", messages: [{ role: "user", content: "hi" }] };
  expect((await gateway.post("/api/chat", chat)).status).toBe(200);
});

it.each([
  ["RESPONSE_CACHE_ENABLED", "false"],
  ["RESPONSE_CACHE_SEMANTIC", "off"],
])("is not loaded with %s=%s", async (name, value) => {
  const fake = await startSizedOllama(MODELS);
  const gateway = await start(fake, { [name]: value });
  const chat = { model: "fake", messages: [{ role: "user", content: "hi" }] };
  expect((await gateway.post("/api/chat", chat)).status).toBe(200);
  const looks = fake.to("/api/ps").length;
  await until(() => fake.to("/api/ps").length > looks + 1, "two looks at the memory");
  expect(fake.loads).toEqual(["fake:latest"]);
});
