import { describe, expect, it } from "vitest";
import { startFakeOllama } from "../support/fake-ollama.ts";
import type { Gateway } from "../support/gateway.ts";
import { seededRandom } from "../support/prng.ts";
import { bodiesTo } from "../support/service.ts";
import {
  ask,
  json,
  LARGEST,
  lastOptions,
  LOADED_WITH,
  memoryOf,
  MESSAGES,
  setUp,
} from "./context-lanes-set-up.ts";

describe("12 clients with 6 different num_ctx on one model, 60 requests", () => {
  const SIZES = [2048, 4096, 6000, 8192, 16_384, 32_768];

  /** Each client asks five times, one after the other, always for its own size. */
  async function run(post: (client: number, options: object) => Promise<void>): Promise<void> {
    const random = seededRandom(17);
    const clients = Array.from({ length: 12 }, (_, i) => i).toSorted(() => random() - 0.5);
    await Promise.all(
      clients.map(async (client) => {
        for (let i = 0; i < 5; i += 1) await post(client, { num_ctx: SIZES[client % 6] });
      }),
    );
  }

  /** What Ollama itself loads for the same requests. */
  async function plainLoads(parallel: number): Promise<number> {
    const plain = await startFakeOllama({ contextLength: LOADED_WITH, parallel, firstMs: 2 });
    await run(async (_client, options) => {
      const answer = await fetch(`${plain.url}/api/chat`, {
        method: "POST",
        body: json({ model: "fake", messages: MESSAGES, options, stream: false }),
      });
      await answer.text();
    });
    return plain.loads.length;
  }

  it.each([1, 4])("take at most 2 loads where a model does %i at once", async (parallel) => {
    const env = { UPSTREAM_PARALLEL: String(parallel) };
    const { gateway, ollama } = await setUp(env, { parallel, firstMs: 2, loadMs: 10 });
    await run(async (client, options) => {
      const body = { model: "fake", messages: MESSAGES, options };
      const headers = { "content-type": "application/json", "x-project-name": `p${client}` };
      const answer = await gateway.post("/api/v1/chat", body, { headers });
      await answer.text();
      expect(answer.status).toBe(200);
      const told = answer.headers.get("x-shared-ollama-num-ctx") ?? "";
      const [asked = 0, used = 0] = [...told.matchAll(/\d+/g)].map(Number);
      expect(asked).toBe(SIZES[client % 6]);
      expect(used).toBeGreaterThanOrEqual(asked);
    });
    const plain = await plainLoads(parallel);
    console.info(`loads of 60 requests: ${ollama.loads.length} in lanes, ${plain} by plain Ollama`);
    expect(bodiesTo(ollama, "/api/chat")).toHaveLength(60);
    expect(ollama.loads.length).toBeLessThanOrEqual(2);
    expect(plain).toBeGreaterThan(10);
    const { models, reloads_avoided: avoided } = await memoryOf(gateway);
    expect(models).toMatchObject([{ context: { reloads: ollama.loads.length - 1 } }]);
    expect(avoided).toBeGreaterThan(10);
  });
});

describe("on /api/v1", () => {
  it("a smaller num_ctx loads nothing, a larger one goes up once to the largest that fits", async () => {
    const { gateway, ollama } = await setUp();
    expect(await ask(gateway, { num_ctx: 8192, top_k: 5 })).toBe("asked=8192, used=8192");
    expect(await ask(gateway, { num_ctx: 512 })).toBe("asked=512, used=8192");
    expect(lastOptions(ollama)).toEqual({ num_ctx: 8192 });
    expect(await ask(gateway)).toBeNull();
    expect(lastOptions(ollama)).toEqual({ num_ctx: 8192 });
    expect(ollama.loads).toHaveLength(1);
    expect(await ask(gateway, { num_ctx: 9000 })).toBe(`asked=9000, used=${LARGEST}`);
    expect(await ask(gateway, { num_ctx: 32_000 })).toBe(`asked=32000, used=${LARGEST}`);
    // No more than the model was made for.
    expect(await ask(gateway, { num_ctx: 1e9 })).toBe(`asked=1000000000, used=${LARGEST}`);
    expect(ollama.loads).toHaveLength(2);
    const { models, reloads_avoided: avoided } = await memoryOf(gateway);
    expect(models).toMatchObject([
      { name: "fake:latest", context: { num_ctx: LARGEST, lanes: [LARGEST], reloads: 1 } },
    ]);
    // Each but the first differs from the one before; one of them was a load.
    expect(avoided).toBe(4);
  });

  it("a request without num_ctx leaves the context to the server, and others stay in it", async () => {
    const { gateway, ollama } = await setUp();
    await ask(gateway, { top_k: 5 });
    expect(lastOptions(ollama)).toEqual({ top_k: 5 });
    expect(await ask(gateway, { num_ctx: 2048 })).toBe(`asked=2048, used=${LOADED_WITH}`);
    expect(lastOptions(ollama)).toBeUndefined();
    expect(ollama.loads).toHaveLength(1);
  });

  it("configured lanes hold, the smallest for a request without num_ctx", async () => {
    const { gateway, ollama } = await setUp({}, {}, { "fak*": [32_768, 8192] });
    expect(await ask(gateway)).toBeNull();
    expect(lastOptions(ollama)).toEqual({ num_ctx: 8192 });
    expect(await ask(gateway, { num_ctx: 10_000 })).toBe("asked=10000, used=32768");
    expect(await ask(gateway, { num_ctx: 50_000 })).toBe("asked=50000, used=32768");
    expect(ollama.loads).toHaveLength(2);
    const { models } = await memoryOf(gateway);
    expect(models).toMatchObject([{ context: { num_ctx: 32_768, lanes: [8192, 32_768] } }]);
  });

  it("other options that only a load changes are those that the model was loaded with", async () => {
    const { gateway, ollama } = await setUp();
    await ask(gateway, { num_ctx: 8192, num_gpu: 12 });
    await ask(gateway, { num_thread: 2, num_gpu: 99, use_mmap: false, seed: 3 });
    expect(lastOptions(ollama)).toEqual({ num_ctx: 8192, num_gpu: 12, seed: 3 });
    await ask(gateway, { num_ctx: 16_000, num_gpu: 1 });
    expect(lastOptions(ollama)).toEqual({ num_ctx: LARGEST, num_gpu: 12 });
    expect(ollama.loads).toHaveLength(2);
  });

  it("what no server takes is left for it to refuse", async () => {
    const { gateway, ollama } = await setUp();
    await ask(gateway, { num_ctx: 8192 });
    await ask(gateway, { num_ctx: "many" });
    expect(lastOptions(ollama)).toEqual({ num_ctx: "many" });
  });

  it("streams tell it in their head", async () => {
    const { gateway } = await setUp();
    expect(await ask(gateway, { num_ctx: 8192 }, { stream: true })).toBe("asked=8192, used=8192");
  });

  it("a larger one waits until nothing runs on the model, and those behind it do not go first", async () => {
    const { gateway, ollama } = await setUp({ UPSTREAM_PARALLEL: "4" });
    await ask(gateway, { num_ctx: 8192 });
    const order: string[] = [];
    let endFirst: (() => void) | undefined;
    ollama.script("/api/chat", async ({ body }, response) => {
      const { messages, options } = JSON.parse(body.toString()) as {
        messages: { content: string }[];
        options: { num_ctx: number };
      };
      const label = messages[0]?.content ?? "";
      order.push(`${label} ${options.num_ctx}`);
      if (label === "first") await new Promise<void>((resolve) => (endFirst = resolve));
      response.end(json({ done: true, message: { role: "assistant", content: "x" } }));
    });
    const say = (content: string, options?: object) =>
      ask(gateway, options as Record<string, unknown>, { messages: [{ role: "user", content }] });
    const first = say("first");
    await expect.poll(() => order).toEqual(["first 8192"]);
    const wide = say("wide", { num_ctx: 20_000 });
    await expect.poll(() => gateway.service.load().text).toBe(2);
    const behind = say("behind");
    await expect.poll(() => gateway.service.load().text).toBe(3);
    expect(ollama.loads).toHaveLength(1);
    endFirst?.();
    await Promise.all([first, wide, behind]);
    expect(order.slice(1).toSorted()).toEqual([`behind ${LARGEST}`, `wide ${LARGEST}`]);
    expect(ollama.loads).toHaveLength(2);
  });
});

describe("where memory is short", () => {
  it("goes one lane down, says so, and does not try again", async () => {
    const lanes = { fake: [8192, 16_384, 32_768] };
    const { gateway, ollama } = await setUp({}, { contextRoom: 20_000 }, lanes);
    await ask(gateway, { num_ctx: 8192 });
    expect(await ask(gateway, { num_ctx: 30_000 })).toBe("asked=30000, used=16384");
    expect(await ask(gateway, { num_ctx: 31_000 })).toBe("asked=31000, used=16384");
    expect(await ask(gateway)).toBeNull();
    expect(ollama.loads).toHaveLength(2);
    const tried = bodiesTo(ollama, "/api/generate").map(({ options }) => options);
    expect(tried).toEqual([{ num_ctx: 8192 }, { num_ctx: 32_768 }, { num_ctx: 16_384 }]);
  });

  it("tells what of the prompt did not fit then", async () => {
    const { gateway } = await setUp({}, { contextRoom: 20 }, { fake: [16, 32] });
    await ask(gateway, { num_ctx: 16 });
    const content = "word ".repeat(24);
    const body = { model: "fake", messages: [{ role: "user", content }], options: { num_ctx: 30 } };
    const answer = await gateway.post("/api/v1/chat", body);
    await answer.text();
    expect(answer.headers.get("x-shared-ollama-num-ctx")).toBe("asked=30, used=16");
    expect(answer.headers.get("x-shared-ollama-truncated")).toBe("kept=16");
  });

  it("takes what was asked where no lanes are configured", async () => {
    const { gateway } = await setUp({}, { contextRoom: 20_000 });
    await ask(gateway, { num_ctx: 8192 });
    expect(await ask(gateway, { num_ctx: 16_000 })).toBe("asked=16000, used=16000");
  });

  it("answers with the server's words where there is no smaller one", async () => {
    const { gateway } = await setUp({}, { contextRoom: 20_000 });
    const body = { model: "fake", messages: MESSAGES, options: { num_ctx: 30_000 } };
    const answer = await gateway.post("/api/v1/chat", body);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("model requires more system memory (31.4 GiB)");
  });
});

describe("what others load", () => {
  const passed = async (gateway: Gateway, path: string, options?: object): Promise<void> => {
    const body = { model: "fake", messages: MESSAGES, stream: false, ...(options && { options }) };
    const answer = await gateway.post(path, body);
    await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-shared-ollama-num-ctx")).toBeNull();
  };

  it("through /api is noticed, and stays as it is", async () => {
    const { gateway, ollama } = await setUp();
    await ask(gateway, { num_ctx: 8192 });
    await passed(gateway, "/api/chat", { num_ctx: 16_384 });
    expect(lastOptions(ollama)).toEqual({ num_ctx: 16_384 });
    expect(await ask(gateway, { num_ctx: 8192 })).toBe("asked=8192, used=16384");
    expect(ollama.loads).toHaveLength(2);
    // Whoever says nothing has the server's default, as with Ollama itself.
    await passed(gateway, "/v1/chat/completions");
    expect(await ask(gateway, { num_ctx: 2048 })).toBe(`asked=2048, used=${LOADED_WITH}`);
    expect(ollama.loads).toHaveLength(3);
  });

  it("past the service is learnt from the server's list", async () => {
    const { gateway, ollama } = await setUp();
    await fetch(`${ollama.url}/api/generate`, {
      method: "POST",
      body: json({ model: "fake", options: { num_ctx: 12_000 } }),
    }).then((answer) => answer.text());
    expect(await ask(gateway, { num_ctx: 9000 })).toBe("asked=9000, used=12000");
    expect(ollama.loads).toHaveLength(1);
  });
});

it("CONTEXT_LANES=off leaves each request its own", async () => {
  const { gateway, ollama } = await setUp({ CONTEXT_LANES: "off" });
  expect(await ask(gateway, { num_ctx: 8192 })).toBeNull();
  expect(await ask(gateway, { num_ctx: 2048 })).toBeNull();
  expect(lastOptions(ollama)).toEqual({ num_ctx: 2048 });
  expect(ollama.loads).toHaveLength(2);
  const { models, reloads_avoided: avoided } = await memoryOf(gateway);
  expect([models[0]?.context["lanes"], avoided]).toEqual([[], 0]);
});
