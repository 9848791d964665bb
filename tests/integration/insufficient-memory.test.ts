import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { expectNativeError, expectOpenAIError } from "../support/service.ts";
import { GB, llama, startSizedOllama } from "../support/sized-ollama.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const messages = [{ role: "user", content: "hi" }];
const SIZES = {
  "small:latest": llama(1),
  "other:latest": llama(1),
  "half:latest": llama(2),
  "rest:latest": llama(2),
  "big:latest": llama(10),
  "odd:latest": { gb: 10 },
};

async function setUp(env: Record<string, string> = {}, sizes: typeof SIZES = SIZES) {
  const fake = await startSizedOllama(sizes);
  const gateway = await startGateway(
    { OLLAMA_BASE_URL: fake.url, RATE_LIMIT_ENABLED: "false", OLLAMA_MAX_RAM: "4GB", ...env },
    {},
    { readGraphics: async () => [] },
  );
  const chat = (model: string, options?: object) =>
    gateway.post("/api/v1/chat", { model, messages, ...(options ? { options } : {}) });
  return { fake, gateway, chat };
}

const memoryOf = async (gateway: Gateway) =>
  (await (await gateway.get("/api/v1/system/memory")).json()) as Record<string, unknown>;

const act = (gateway: Gateway, name: string, action: string, method = "POST") =>
  gateway.get(`/api/v1/models/${name}/${action}`, { method });

describe("a model that cannot be in memory", () => {
  const says =
    /^The model 'big:latest' takes up to 10\.5 GB with a context of 4096 tokens; models may take 4\.00 GB together\. No other model is loaded\. It does not fit/;
  const about = {
    model: "big:latest",
    needed_bytes: 10.5 * GB,
    context: 4096,
    learnt: false,
    limit_bytes: 4 * GB,
    loaded: [],
    would_have_to_go: [],
  };

  it("is refused on /api/v1 in both forms, before anything is done for it", async () => {
    const { fake, gateway, chat } = await setUp();
    const code = { status: 503, code: "insufficient_memory", says };
    const type = "InsufficientMemoryError";
    await expectNativeError(await chat("big"), { ...code, type, more: about });
    await expectNativeError(await act(gateway, "big", "load"), { ...code, type, more: about });
    const completion = await gateway.post("/api/v1/chat/completions", { model: "big", messages });
    const openai = { ...code, type: "server_error", param: "model", inError: about };
    await expectOpenAIError(completion, openai);
    expect(completion.headers.get("retry-after")).toBeNull();
    expect(fake.loads).toEqual([]);
    expect(await memoryOf(gateway)).toMatchObject({ refused: 3, unfit: 0 });
    await nothingIsHeld({ gateway });
  });

  it.each([
    ["/api/chat", {}],
    ["/v1/chat/completions", {}],
  ])("is left to the server on %s, and noted", async (path) => {
    const { fake, gateway } = await setUp();
    expect((await gateway.post(path, { model: "big", messages })).status).toBe(200);
    expect(fake.loads).toEqual(["big:latest"]);
    expect(await memoryOf(gateway)).toMatchObject({ refused: 0, unfit: 1 });
  });

  it("is not refused where nobody knows what it takes", async () => {
    const { chat } = await setUp();
    expect((await chat("odd")).status).toBe(200);
  });

  it("is not refused where it is in memory all the same, and is with a larger context", async () => {
    const { gateway, chat } = await setUp();
    const num_ctx = 8192;
    await gateway.post("/api/chat", { model: "big", messages, options: { num_ctx } });
    expect((await chat("big", { num_ctx })).status).toBe(200);
    expect((await chat("big", { num_ctx: 2048 })).status).toBe(200);
    expect((await chat("big")).status).toBe(200);
    await expectNativeError(await chat("big", { num_ctx: 16_384 }), {
      status: 503,
      code: "insufficient_memory",
      type: "InsufficientMemoryError",
      says: "takes up to 12.0 GB with a context of 16384 tokens",
      more: { ...about, needed_bytes: 12 * GB, context: 16_384 },
    });
  });
});

it("a context that does not fit is refused, and a smaller one is not", async () => {
  const { chat } = await setUp();
  expect((await chat("small", { num_ctx: 32_768 })).status).toBe(503);
  expect((await chat("small", { num_ctx: 16_384 })).status).toBe(200);
});

describe("room for a model", () => {
  it("is made before it is loaded, by those idle for longest", async () => {
    const { fake, gateway, chat } = await setUp();
    expect((await chat("small")).status).toBe(200);
    expect((await chat("half")).status).toBe(200);
    expect(fake.inMemory).toEqual(["small:latest", "half:latest"]);
    const whenLoaded: string[][] = [];
    const loading = until(() => {
      whenLoaded.push([...fake.inMemory]);
      return fake.inMemory.includes("rest:latest");
    }, "the load");
    expect((await chat("rest")).status).toBe(200);
    await loading;
    expect(fake.inMemory).toEqual(["rest:latest"]);
    expect(await memoryOf(gateway)).toMatchObject({
      used_bytes: 2.5 * GB,
      unloaded: 2,
      room: { bytes: 4 * GB, would_leave: ["rest:latest"] },
    });
  });

  it("is not made of a pinned model, which the refusal names", async () => {
    const { fake, gateway, chat } = await setUp();
    expect((await chat("half")).status).toBe(200);
    await act(gateway, "half", "pin");
    const answer = await chat("rest");
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      error: expect.stringContaining(
        "Loaded: half:latest (2.50 GB, pinned). What would have to go is pinned: half:latest.",
      ) as string,
      loaded: [{ name: "half:latest", bytes: 2.5 * GB, running: 0, pinned: true }],
      would_have_to_go: ["half:latest"],
    });
    expect(await memoryOf(gateway)).toMatchObject({ room: { bytes: 1.5 * GB, would_leave: [] } });
    await act(gateway, "half", "pin", "DELETE");
    expect((await chat("rest")).status).toBe(200);
    expect(fake.inMemory).toEqual(["rest:latest"]);
  });

  it("is not made of one that others use", async () => {
    const { fake, chat } = await setUp();
    fake.inMemory.push("half:latest");
    expect((await chat("rest")).status).toBe(200);
    expect(fake.inMemory).toEqual(["half:latest", "rest:latest"]);
  });

  it("is waited for while a request runs on the one that is to leave", async () => {
    const { fake, gateway, chat } = await setUp({ QUEUE_MODEL_PATIENCE: "1" });
    const open: (() => void)[] = [];
    fake.script("/api/chat", async ({ body }, response) => {
      if (body.includes("half")) await new Promise<void>((resolve) => void open.push(resolve));
      response.end(JSON.stringify({ model: "m", message: { role: "assistant" }, done: true }));
    });
    const first = chat("half");
    await until(() => open.length === 1, "the first to be at work");
    const second = chat("rest");
    await until(() => gateway.service.load().text === 2, "the second to come");
    expect(fake.loads).toEqual(["half:latest"]);
    for (const end of open) end();
    expect((await first).status).toBe(200);
    expect((await second).status).toBe(200);
    expect(fake.inMemory).toEqual(["rest:latest"]);
    await nothingIsHeld({ gateway });
  });
});

it("no more than three models are there where the server may hold more", async () => {
  const { fake, gateway } = await setUp({ OLLAMA_MAX_RAM: "1000GB", RAG_RESERVE_GB: "0" });
  for (const model of ["small", "other", "half", "odd", "rest"]) {
    expect((await gateway.post("/api/chat", { model, messages })).status).toBe(200);
    expect(fake.inMemory.length).toBeLessThanOrEqual(3);
  }
  expect(fake.inMemory).toEqual(["half:latest", "odd:latest", "rest:latest"]);
});

it("tells what models take, by their contexts", async () => {
  const { gateway, chat } = await setUp();
  expect((await chat("small", { num_ctx: 8192 })).status).toBe(200);
  expect(await memoryOf(gateway)).toMatchObject({
    machine: { video_bytes: 0 },
    limit_bytes: 4 * GB,
    most_loaded: 3,
    models: [
      {
        weights_bytes: GB,
        context: { num_ctx: 8192 },
        context_bytes: GB,
        prompt_cache_bytes: null,
        sizes: [{ context: 8192, bytes: 2 * GB }],
      },
    ],
  });
});

it("nothing is refused where a graphics card does not tell its memory", async () => {
  const fake = await startSizedOllama(SIZES);
  const gateway = await startGateway(
    { OLLAMA_BASE_URL: fake.url, OLLAMA_MAX_RAM: "4GB" },
    {},
    { readGraphics: async () => [{ vendor: "Advanced Micro Devices, Inc. [AMD/ATI]" }] },
  );
  expect((await gateway.post("/api/v1/chat", { model: "big", messages })).status).toBe(200);
  expect(await memoryOf(gateway)).toMatchObject({ machine: { video_bytes: null }, room: null });
});

it("a pin does not outlive its model", async () => {
  const { gateway, chat } = await setUp();
  await chat("half");
  await act(gateway, "half", "pin");
  expect((await gateway.get("/api/v1/models/half", { method: "DELETE" })).status).toBe(200);
  expect(await memoryOf(gateway)).toMatchObject({ models: [{ pinned: false }] });
});
