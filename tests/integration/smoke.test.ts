import { expect, it } from "vitest";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { until } from "../support/deadline.ts";

it("answers in its own, Ollama's and OpenAI's dialect", async () => {
  const messages = [{ role: "user", content: "hi" }];
  const ollama = await startFakeOllama();
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  const own = await gateway.post("/api/v1/generate", { model: "fake", prompt: "hi" });
  expect(await own.json()).toMatchObject({ text: "Hello", model: "fake", prompt_eval_count: 7 });
  const native = await gateway.post("/api/chat", { model: "fake", messages, stream: false });
  expect(await native.json()).toMatchObject({ message: { content: "Hello" }, done: true });
  const openai = await gateway.post("/v1/chat/completions", { model: "fake", messages });
  expect(await openai.json()).toMatchObject({ choices: [{ message: { content: "Hello" } }] });
  await until(() => gateway.service.load().active === 0, "all requests have ended");
});
