import { Ollama } from "ollama";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COUNTED, SAID } from "../../../tests/support/scripted-model.ts";
import {
  type RunningEngine,
  TEXT_MODEL,
  ensureTextModel,
  linesOf,
  startEngine,
  within,
} from "./engine-process.ts";
import { SCRIPTED_MODEL, storeWithTextModels } from "./temp-models.ts";

type ChatLine = {
  model: string;
  message: { role: string; content: string };
  done: boolean;
  done_reason?: string;
  prompt_eval_count?: number;
  eval_count?: number;
};
type Generated = {
  response: string;
  done: boolean;
  done_reason: string;
  [figure: string]: unknown;
};

/** Counts on for ever: an answer that does not end by itself. */
const ENDLESS = {
  model: SCRIPTED_MODEL,
  prompt: "9, 10,",
  raw: true,
  options: { temperature: 0, num_predict: 1_000_000 },
};

let engine: RunningEngine;
let store: Awaited<ReturnType<typeof storeWithTextModels>>;

beforeAll(async () => {
  store = await storeWithTextModels();
  engine = await startEngine({ OLLAMA_MODELS: store.folder });
  await ensureTextModel(engine);
}, 300_000);
afterAll(async () => {
  await engine.stop();
  await store.remove();
});

const generate = async (more: Record<string, unknown>, signal?: AbortSignal) => {
  const body = { model: SCRIPTED_MODEL, prompt: "Tell me.", stream: false, ...more };
  const answer = await engine.post("/api/generate", body, signal);
  return (await answer.json()) as Generated;
};

/** Starts an endless stream and waits for its first token. */
async function endless() {
  const client = new AbortController();
  const answer = await engine.post("/api/generate", ENDLESS, client.signal);
  const reader = answer.body?.getReader();
  await reader?.read();
  return { leave: () => client.abort() };
}

describe("text", () => {
  it("streams a chat line by line and ends with measured figures", async () => {
    const messages = [{ role: "user", content: "Say hello." }];
    const options = { num_predict: 4 };
    const answer = await engine.post("/api/chat", { model: TEXT_MODEL, messages, options });
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = await linesOf<ChatLine>(answer);
    const last = lines.at(-1);
    expect(lines.slice(0, -1).every(({ done }) => !done)).toBe(true);
    expect(last).toMatchObject({ model: TEXT_MODEL, done: true, message: { content: "" } });
    expect(last?.eval_count).toBeLessThanOrEqual(4);
    for (const name of ["total", "load", "prompt_eval", "eval"]) {
      expect(last?.[`${name}_duration` as keyof ChatLine]).toBeGreaterThan(0);
    }
  });

  it("gives the same answer for the same seed, and another for another", async () => {
    // Hot, so that no two draws are alike whatever the model holds likely.
    const hot = { temperature: 5, top_k: 0, top_p: 1, num_predict: 8 };
    const ask = (seed: number) =>
      generate({ model: TEXT_MODEL, prompt: "The sea", raw: true, options: { ...hot, seed } });
    const [one, two, other] = [await ask(7), await ask(7), await ask(8)];
    expect(one.response).toBe(two.response);
    expect(one.response).not.toBe(other.response);
  });

  it("ends by length and by stop sequence", async () => {
    const { options } = ENDLESS;
    const short = await generate({ ...ENDLESS, options: { ...options, num_predict: 3 } });
    expect(short).toMatchObject({ done: true, done_reason: "length", eval_count: 3 });
    const cut = await generate({ ...ENDLESS, options: { ...options, stop: [" 14", "7"] } });
    expect(cut).toMatchObject({ done_reason: "stop" });
    expect(cut.response).toBe(COUNTED.slice(0, 3).join(""));
    expect(cut).not.toHaveProperty("context");
  });

  it("answers with one JSON object when asked for JSON", async () => {
    const prompt = "Paris as JSON: ";
    const options = { seed: 1, num_predict: 100 };
    const likely = { model: TEXT_MODEL, prompt, raw: true, options };
    // Hot, the scripted model writes what chance has it write.
    const wild = [1, 2, 3].map((seed) => ({ options: { temperature: 9, seed, num_ctx: 128 } }));
    for (const asked of [likely, ...wild]) {
      const { response, done_reason } = await generate({ ...asked, format: "json" });
      expect(response.startsWith("{")).toBe(true);
      if (done_reason === "stop") expect(JSON.parse(response)).toBeTypeOf("object");
    }
  });

  it("uses the system text of the request", async () => {
    const options = { num_predict: 1 };
    const ask = { model: TEXT_MODEL, prompt: "Hi", options };
    const own = await generate(ask);
    const brief = await generate({ ...ask, system: "Hi." });
    expect(Number(brief["prompt_eval_count"])).toBeLessThan(Number(own["prompt_eval_count"]));
  });

  it("slides the window when the context is full, or ends there when told to", async () => {
    const options = { ...ENDLESS.options, num_ctx: 64, num_predict: 100 };
    const slid = await generate({ ...ENDLESS, options });
    expect(slid).toMatchObject({ done_reason: "length", eval_count: 100 });
    const ended = await generate({ ...ENDLESS, options, shift: false });
    expect(ended).toMatchObject({ done_reason: "length" });
    expect(Number(ended["eval_count"])).toBeLessThan(64);
    const long = await engine.post("/api/generate", {
      model: SCRIPTED_MODEL,
      prompt: "word ".repeat(100),
      truncate: false,
      options: { num_ctx: 64 },
    });
    expect(long.status).toBe(400);
    expect(await long.json()).toEqual({ error: "the input length exceeds the context length" });
  });
});

describe("several clients", () => {
  it("frees a sequence at once when its client leaves mid-stream", async () => {
    const [first, second] = [await endless(), await endless()];
    const third = generate({ ...ENDLESS, options: { num_predict: 2, seed: 1 } });
    first.leave();
    await within(60_000, "the place of the client that left", third);
    second.leave();
  });

  it("answers the next while another one keeps decoding", async () => {
    const other = await endless();
    for (const seed of [1, 2, 3]) {
      const asked = generate({ ...ENDLESS, options: { num_predict: 2, seed } });
      await within(60_000, "an answer beside a running one", asked);
    }
    other.leave();
  });

  it("forgets a request that leaves while it waits", async () => {
    const [first, second] = [await endless(), await endless()];
    const client = new AbortController();
    const waiting = generate(ENDLESS, client.signal);
    client.abort();
    await expect(waiting).rejects.toThrow();
    first.leave();
    const next = generate({ ...ENDLESS, options: { num_predict: 1 } });
    await within(60_000, "a place", next);
    second.leave();
  });
});

describe("memory", () => {
  it("loads and unloads on an empty prompt, and shows what is there", async () => {
    const name = `${SCRIPTED_MODEL}:latest`;
    const loaded = await engine.post("/api/generate", { model: SCRIPTED_MODEL, keep_alive: -1 });
    expect(loaded.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(await loaded.json()).toMatchObject({ response: "", done: true, done_reason: "load" });
    const ps = (await (await engine.get("/api/ps")).json()) as { models: { name: string }[] };
    expect(ps.models.map((model) => model.name)).toContain(name);
    const seen = engine.events.length;
    const gone = await engine.post("/api/chat", { model: SCRIPTED_MODEL, keep_alive: 0 });
    expect(await gone.json()).toMatchObject({ done_reason: "unload" });
    expect(await engine.sawEvent("model_unloaded", seen)).toMatchObject({ model: name });
  });

  it("reloads the model for another context length", async () => {
    await generate({ options: { num_predict: 1 } });
    const seen = engine.events.length;
    await generate({ options: { num_predict: 1, num_ctx: 512 } });
    await engine.sawEvent("model_loaded", seen);
    const ps = (await (await engine.get("/api/ps")).json()) as { models: object[] };
    expect(ps.models).toContainEqual(expect.objectContaining({ context_length: 512 }));
  });
});

describe("official clients", () => {
  it("chat with ollama's", async () => {
    const client = new Ollama({ host: engine.url });
    const stream = await client.chat({
      model: SCRIPTED_MODEL,
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
      options: { temperature: 0 },
    });
    const parts: [string, boolean][] = [];
    for await (const { message, done } of stream) parts.push([message.content, done]);
    expect(parts).toEqual([...SAID.map((word) => [word, false]), ["", true]]);
    expect((await client.show({ model: TEXT_MODEL })).capabilities).toEqual(["completion"]);
  });

  it("chat, complete and embed with openai's", async () => {
    const client = new OpenAI({ baseURL: `${engine.url}/v1`, apiKey: "none" });
    const messages = [{ role: "user" as const, content: "Hi" }];
    const stream = await client.chat.completions.create({
      model: SCRIPTED_MODEL,
      messages,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    let usage: unknown;
    let said = "";
    const reasons: unknown[] = [];
    for await (const chunk of stream) {
      said += chunk.choices[0]?.delta.content ?? "";
      if (chunk.choices[0]) reasons.push(chunk.choices[0].finish_reason);
      usage = chunk.usage ?? usage;
    }
    expect([said, reasons.at(-1)]).toEqual([SAID.join(""), "stop"]);
    expect(usage).toMatchObject({ completion_tokens: expect.any(Number) as number });
    const text = await client.completions.create({
      model: SCRIPTED_MODEL,
      prompt: "Hi",
      max_tokens: 2,
    });
    expect(text.object).toBe("text_completion");
    const { data } = await client.embeddings.create({ model: "all-minilm", input: ["a", "b"] });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([384, 384]);
    const missing = client.chat.completions.create({ model: "nix", messages });
    await expect(missing).rejects.toMatchObject({ status: 404, type: "api_error" });
  });
});
