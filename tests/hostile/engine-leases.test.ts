import { describe, expect, it } from "vitest";
import { within } from "../support/deadline.ts";
import { MODEL, STEPS, type Step, startFakeEngine } from "../support/fake-engine.ts";

type Engine = Awaited<ReturnType<typeof startFakeEngine>>;

const messages = [{ role: "user", content: "Hi" }];
const TEXT: Readonly<Record<string, object>> = {
  "/api/generate": { prompt: "Hi" },
  "/api/chat": { messages },
  "/v1/chat/completions": { messages },
  "/v1/completions": { prompt: "Hi" },
};
const VECTORS: Readonly<Record<string, object>> = {
  "/api/embed": { input: "Hi" },
  "/api/embeddings": { prompt: "Hi" },
  "/v1/embeddings": { input: "Hi" },
};
const PATHS = Object.entries({ ...TEXT, ...VECTORS });
const STREAMS = Object.entries(TEXT);

/** Needs the model with another context, so that every lease of before must have been given back. */
async function nothingIsHeld({ behaviour, post, get, unloaded }: Engine): Promise<void> {
  Object.assign(behaviour, { throwsAt: undefined, hangsAt: undefined, pieces: 2, pieceChars: 3 });
  for (const num_ctx of [16, 32]) {
    const body = { model: MODEL, prompt: "Hi", stream: false, options: { num_ctx } };
    const answer = await within(post("/api/generate", body), `an answer with num_ctx ${num_ctx}`);
    expect(answer.status).toBe(200);
  }
  const health = (await (await get("/health")).json()) as { places: { abandoned: number }[] };
  expect(health.places.map(({ abandoned }) => abandoned)).toEqual([0, 0]);
  const last = { model: MODEL, prompt: "Hi", stream: false, keep_alive: 0 };
  expect((await post("/api/generate", last)).status).toBe(200);
  await unloaded();
}

describe("a model's lease is given back", () => {
  it.each(PATHS)("%s: whatever step fails, in a stream or not", async (path, fields) => {
    const engine = await startFakeEngine();
    for (const step of STEPS) {
      for (const stream of [true, false]) {
        engine.behaviour.throwsAt = step;
        const asked = engine.post(path, { model: MODEL, ...fields, stream });
        // A stream that has begun is cut.
        const ended = asked.then((answer) => answer.text()).catch(() => "");
        await within(ended, `${path} ends, failing at ${step}`);
        engine.behaviour.throwsAt = undefined;
      }
    }
    await nothingIsHeld(engine);
  });

  it.each(PATHS)("%s: whatever field is wrong", async (path, fields) => {
    const engine = await startFakeEngine();
    const wrong: object[] = [
      { stream: "false" },
      { stream: 1 },
      { options: { num_ctx: "many" } },
      { options: { stop: [7] } },
      { format: 12 },
      { format: { type: "nothing" } },
      { response_format: { type: "json_schema", json_schema: { schema: { type: "nothing" } } } },
      { keep_alive: "soon" },
      { context: [4_711] },
      { think: "hard" },
      { truncate: false, options: { num_ctx: 4 } },
      { logprobs: true, top_logprobs: 99 },
      { stream_options: "all" },
      { encoding_format: "hex" },
      { input: [[[]]] },
    ];
    for (const more of wrong) {
      const body = { model: MODEL, ...fields, ...more };
      await (await within(engine.post(path, body), JSON.stringify(more))).text();
    }
    await nothingIsHeld(engine);
  });

  it.each(["/api/generate", "/api/chat"])("%s: HTTPie's stream=false is 400", async (path) => {
    const engine = await startFakeEngine();
    const answer = await engine.post(path, { model: MODEL, ...TEXT[path], stream: "false" });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: expect.stringContaining("cannot unmarshal string") },
    ]);
    await nothingIsHeld(engine);
  });

  const HELD = (["first piece", "second piece"] as const).flatMap((step) =>
    STREAMS.map(([path, fields]) => ({ path, fields, step })),
  );
  it.each(HELD)("$path: a client leaves before the $step", async ({ path, fields, step }) => {
    const engine = await startFakeEngine();
    const client = new AbortController();
    const inTime = leaveAt(engine, step, client);
    const asked = engine.post(path, { model: MODEL, ...fields, stream: true }, client.signal);
    await asked.then((answer) => answer.text()).catch(() => {});
    await within(inTime, `the model comes to the ${step}`);
    await nothingIsHeld(engine);
  });

  it("clients leave while they wait for a place, and the others get theirs", async () => {
    const engine = await startFakeEngine({ OLLAMA_MAX_QUEUE: "3" });
    engine.behaviour.pieces = Number.POSITIVE_INFINITY;
    const talking = new AbortController();
    const stream = await engine.post("/api/generate", endless(), talking.signal);
    // Held on to: on Bun the collector ends a stream that nobody can read any more.
    const reader = stream.body?.getReader();
    await reader?.read();
    // More than may wait: who has left waits no longer.
    for (let count = 0; count < 12; count += 1) {
      const client = new AbortController();
      const other = { ...endless(), options: { num_ctx: 64 + count } };
      const asked = engine.post("/api/generate", other, client.signal);
      await waits(engine);
      client.abort();
      await asked.catch(() => {});
      await waits(engine, 0);
    }
    talking.abort();
    await reader?.closed.catch(() => {});
    await nothingIsHeld(engine);
  });
});

const endless = () => ({ model: MODEL, prompt: "Hi" });

/** Makes the model leave its client at a step of its answer. */
function leaveAt({ behaviour }: Engine, step: Step, client: AbortController): Promise<void> {
  return new Promise((resolve) => {
    let pieces = step === "first piece" ? 0 : 1;
    Object.defineProperty(behaviour, "pieces", {
      configurable: true,
      get() {
        if (pieces === 0) {
          client.abort();
          Object.defineProperty(behaviour, "pieces", { writable: true, value: 1_000 });
          resolve();
          return 1_000;
        }
        pieces -= 1;
        return 1_000;
      },
    });
  });
}

async function waits({ get }: Engine, count = 1): Promise<void> {
  const waiting = async () => {
    const { places } = (await (await get("/health")).json()) as { places: { waiting: number }[] };
    return places[0]?.waiting ?? 0;
  };
  await within(
    (async () => {
      while ((await waiting()) !== count) await new Promise((next) => setTimeout(next, 5));
    })(),
    `${count} requests wait for room`,
  );
}
