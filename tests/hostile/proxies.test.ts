import { expect, it, onTestFinished } from "vitest";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { factsThrough, makeFakeProgram } from "../support/fake-server-program.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";
import { startProxy } from "../support/test-proxy.ts";

/** All that says "use a proxy" to one runtime or the other. */
function proxyVariables(url: string): Record<string, string> {
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"];
  return { ...Object.fromEntries(names.map((name) => [name, url])), NODE_USE_ENV_PROXY: "1" };
}

/** A process starts on a machine that others use too. */
const STARTED_MS = 30_000;

const SECRET = "what nobody else may read";
const CALLS: [path: string, body?: object][] = [
  ["/api/chat", { model: "fake", messages: [{ role: "user", content: SECRET }] }],
  ["/v1/chat/completions", { model: "fake", messages: [{ role: "user", content: SECRET }] }],
  ["/api/v1/chat", { model: "fake", messages: [{ role: "user", content: SECRET }] }],
  ["/api/v1/embeddings", { model: "all-minilm", input: [SECRET] }],
  ["/api/tags"],
  ["/api/v1/models"],
  ["/api/v1/models/fake/show"],
];

it("a proxy of the environment sees no call to the inference server", async () => {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  const proxy = await startProxy(ollama.url);
  onTestFinished(() => proxy.stop());
  const service = startServiceProcess({
    home: await makeHome(),
    env: { OLLAMA_BASE_URL: ollama.url, ...proxyVariables(proxy.url) },
  });
  await service.said("Listening on", STARTED_MS);
  for (const [path, body] of CALLS) {
    const answer = await (body ? service.post(path, body) : service.get(path));
    expect([path, answer.status]).toEqual([path, 200]);
    await answer.arrayBuffer();
  }
  expect(proxy.seen).toEqual([]);
}, 60_000);

it("a proxy of the environment sees no model that the service brings along", async () => {
  const ollama = await startFakeOllama({ models: ["fake:latest"] });
  const proxy = await startProxy(ollama.url);
  onTestFinished(() => proxy.stop());
  const service = startServiceProcess({
    home: await makeHome(),
    env: { OLLAMA_BASE_URL: ollama.url, ...proxyVariables(proxy.url) },
  });
  await service.said("Added the embedding model", STARTED_MS);
  expect(ollama.to("/api/create")).toHaveLength(1);
  expect(proxy.seen).toEqual([]);
}, 60_000);

it("with a dead proxy it starts and answers, and what it starts has the proxy for its pulls", async () => {
  const program = await makeFakeProgram();
  const dead = proxyVariables("http://127.0.0.1:9");
  const service = startServiceProcess({
    home: await makeHome(),
    env: { ...program.env, ...dead },
  });
  await service.said("Listening on", STARTED_MS);
  const { env } = await factsThrough(service.url);
  expect(env).toMatchObject(dead);
  expect((await service.get("/api/v1/ready")).status).toBe(200);
  expect((await service.post("/api/generate", { model: "fake", prompt: "hi" })).status).toBe(200);
}, 60_000);
