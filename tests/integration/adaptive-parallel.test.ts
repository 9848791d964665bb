import { expect, it, onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

/** Keeps requests of a tenant open until the test has finished. */
function flood(gateway: Gateway, open: number): void {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const keepAsking = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const body = { model: "fake", prompt: "Hi", stream: false };
      const answer = await gateway.post("/api/generate", body, { signal: over.signal });
      await answer.text();
    }
  };
  for (let i = 0; i < open; i += 1) keepAsking().catch(() => {});
}

async function raisedParallel(gateway: Gateway): Promise<unknown> {
  const answer = await gateway.get("/api/v1/queue/stats");
  return ((await answer.json()) as { raised_parallel: unknown }).raised_parallel;
}

it("a server that was running already is given as many side by side as it works on", async () => {
  const ollama = await startFakeOllama({ parallel: 2, firstMs: 10, bodyMs: 20 });
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, UPSTREAM_PARALLEL_MAX: "4" });
  expect(await raisedParallel(gateway)).toEqual({});
  flood(gateway, 4);
  await until(
    async () => JSON.stringify(await raisedParallel(gateway)) === '{"fake:latest":2}',
    "a second place",
  );
  await until(() => ollama.mostRunning === 2, "two requests side by side");
  const figures = await (await gateway.get("/metrics")).text();
  expect(figures).toContain("\nshared_ollama_model_slots 2\n");
});

it("one that works on a single one goes back to that", async () => {
  const ollama = await startFakeOllama({ parallel: 1, firstMs: 40, bodyMs: 40 });
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, UPSTREAM_PARALLEL_MAX: "4" });
  flood(gateway, 4);
  const seen = new Set<string>();
  await until(async () => {
    seen.add(JSON.stringify(await raisedParallel(gateway)));
    return seen.has('{"fake:latest":2}') && JSON.stringify(await raisedParallel(gateway)) === "{}";
  }, "a second place to be tried and taken back");
});

it("is left as it is where the operator says how many", async () => {
  const ollama = await startFakeOllama({ parallel: 4, firstMs: 5, bodyMs: 5 });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    UPSTREAM_PARALLEL: "1",
    UPSTREAM_PARALLEL_MAX: "4",
  });
  flood(gateway, 4);
  await until(() => ollama.to("/api/generate").length > 40, "forty answers");
  expect(await raisedParallel(gateway)).toEqual({});
  expect(ollama.mostRunning).toBe(1);
});
