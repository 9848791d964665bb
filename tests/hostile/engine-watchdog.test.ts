import { expect, it } from "vitest";
import { until, within } from "../support/deadline.ts";
import { MODEL, startFakeEngine } from "../support/fake-engine.ts";
import {
  TEXT_MODEL,
  ensureTextModel,
  startEngine,
} from "../../engine/tests/integration/engine-process.ts";
import { noWeights } from "../../engine/tests/integration/temp-models.ts";
import { onTestFinished } from "vitest";

/** Far less than any processor needs for the prompt below. */
const STUCK_AFTER_MS = 12;
const ANSWERED_MS = 120_000;

it("an engine whose model never comes back from a request that is over says so", async () => {
  const engine = await startFakeEngine({ ENGINE_STUCK_AFTER_MS: String(STUCK_AFTER_MS) });
  engine.behaviour.hangsAt = "first piece";
  const client = new AbortController();
  const asked = engine.post("/api/generate", { model: MODEL, prompt: "Hi" }, client.signal);
  await until(() => engine.events.some(({ event }) => event === "model_loaded"), "it is loaded");
  // As long as its client is there a request may take its time.
  const waiting = new AbortController();
  onTestFinished(() => waiting.abort());
  const other = { model: MODEL, prompt: "Hi", options: { num_ctx: 64 } };
  engine.post("/api/generate", other, waiting.signal).catch(() => {});
  await until(async () => (await health(engine)).places[0]?.waiting === 1, "another one waits");
  expect(engine.stuck).toEqual([]);
  client.abort();
  await asked.catch(() => {});
  await until(() => engine.stuck.length > 0, "it says that it is stuck");
  const [reason = ""] = engine.stuck;
  expect(reason).toMatch(/^stuck: 1 requests wait for room in memory, .* 1 that are over/);
  expect(engine.events).toContainEqual({ event: "stuck", reason });
  expect(engine.warnings).toContain(reason);
  expect((await engine.get("/health")).status).toBe(503);
  expect(await health(engine)).toMatchObject({ status: "stuck", reason });
});

it.skipIf(noWeights)(
  "a prompt that takes many times the watchdog's time is answered, and who waits behind it",
  async () => {
    const engine = await startEngine({
      ENGINE_STUCK_AFTER_MS: String(STUCK_AFTER_MS),
      OLLAMA_NUM_PARALLEL: "1",
    });
    onTestFinished(async () => void (await engine.stop()));
    await ensureTextModel(engine);
    const ask = (prompt: string) =>
      engine.post("/api/generate", {
        model: TEXT_MODEL,
        prompt,
        raw: true,
        stream: false,
        options: { num_predict: 1, num_ctx: 1_024 },
      });
    const long = ask("one two three ".repeat(70));
    const [slow, next] = await within(
      Promise.all([long, ask("Hi")]),
      "both are answered",
      ANSWERED_MS,
    );
    const figures = (await slow.json()) as { prompt_eval_duration: number };
    expect(figures.prompt_eval_duration).toBeGreaterThan(3 * STUCK_AFTER_MS * 1e6);
    expect((await next.json()) as object).toMatchObject({ done: true });
    expect(engine.events.map(({ event }) => event)).not.toContain("stuck");
  },
  ANSWERED_MS + 30_000,
);

it("a client that does not read its answer gives up its place, one that waits does not", async () => {
  const engine = await startFakeEngine({ ENGINE_CLIENT_STALL_MS: "100" });
  // Without a reader the answer fills what lies between two sockets, and then waits.
  Object.assign(engine.behaviour, { pieces: Number.POSITIVE_INFINITY, pieceChars: 1 << 20 });
  const stalled = await engine.post("/api/generate", { model: MODEL, prompt: "Hi" });
  Object.assign(engine.behaviour, { pieces: 2, pieceChars: 3 });
  const answer = engine.post("/api/generate", { model: MODEL, prompt: "Hi", stream: false });
  expect((await within(answer, "the next one is answered", 20_000)).status).toBe(200);
  await stalled.body?.cancel().catch(() => {});
});

type Health = { status: string; reason?: string; places: { waiting: number }[] };

async function health({ get }: Pick<Awaited<ReturnType<typeof startFakeEngine>>, "get">) {
  return (await (await get("/health")).json()) as Health;
}
