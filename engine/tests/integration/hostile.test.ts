import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ggufFile } from "../../../tests/support/gguf-files.ts";
import { rewriteGguf } from "../../../tests/support/gguf-rewrite.ts";
import { scriptedModel } from "../../../tests/support/scripted-model.ts";
import { storeModel } from "../../../tests/support/stored-model.ts";
import { type RunningEngine, keepReading, startEngine } from "./engine-process.ts";

const FEW = { num_predict: 4, num_ctx: 128 };
/** An answer that does not end by itself. */
const ENDLESS = { prompt: "9, 10,", raw: true };
/**
 * Told to write, a value of which each level holds the one before twice: as JSON it would have 2^60
 * parts. Told to count, loops in loops.
 */
const ENDLESS_TEMPLATE = `{% if messages[0].content == "Write." %}
  {%- set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}
  {{- n.x | tojson }}
{%- else %}
  {%- for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}
{%- endif %}`;

let engine: RunningEngine;
let folder: string;

/** A store of its own whose models, but for one, are not what they should be. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-hostile-"));
  const right = join(folder, "right.gguf");
  await writeFile(right, scriptedModel());
  const weights = join(folder, "weights.gguf");
  const store = async (name: string, template?: string) => {
    await storeModel(folder, { name, weights, ...(template !== undefined && { template }) });
    await rm(weights);
  };
  const rewritten = async (name: string, texts: Record<string, string | undefined>) => {
    await rewriteGguf(right, weights, texts);
    await store(name);
  };
  await rewritten("good", { "general.name": "good" });
  await rewritten("endless", { "tokenizer.chat_template": ENDLESS_TEMPLATE });
  // A pattern of the template library takes time by the square of them.
  await rewritten("blank", { "tokenizer.chat_template": " ".repeat(120_000) });
  // llama.cpp ends its process over a vocabulary of another kind than it is said to be.
  await rewritten("crashing", { "tokenizer.ggml.model": "llama" });
  await rewritten("unknown-tokenizer", { "tokenizer.ggml.model": "nobody-knows-it" });
  await rewritten("no-tokenizer", { "tokenizer.ggml.model": undefined });
  await writeFile(weights, "this is no model at all");
  await store("garbage");
  await writeFile(weights, ggufFile({ entryCount: 2n ** 62n }));
  await store("absurd");
  await writeFile(weights, ggufFile());
  await store("nothing-in-it");
  await rewriteGguf(right, weights, { "general.name": "cut off" });
  await truncate(weights, 500_000);
  await store("truncated");
  engine = await startEngine({ OLLAMA_MODELS: folder });
});
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

const ask = (model: string, more: object = {}) =>
  engine.post("/api/generate", { model, prompt: "Hi", stream: false, options: FEW, ...more });

async function answered(answer: Response): Promise<{ status: number; error: string }> {
  const { error } = (await answer.json()) as { error: string };
  return { status: answer.status, error };
}

describe("a model that somebody put into the store", () => {
  // One that llama.cpp refuses is tried in a process each time: one way to ask for it is enough.
  it.each([
    ["crashing", "unable to load model: llama.cpp gave up on it: ", ["generate", "embed"]],
    ["unknown-tokenizer", "unable to load model: ", ["generate"]],
    ["no-tokenizer", "key not found in model: tokenizer.ggml.model", ["embed"]],
    ["nothing-in-it", "unable to load model: ", ["generate"]],
    ["garbage", "not in GGUF format", ["generate", "embed"]],
    ["absurd", "entries are more than can be right", ["generate", "embed"]],
    ["truncated", "than can be right", ["generate", "embed"]],
  ])("%s, is refused with a reason", async (model, reason, routes) => {
    for (const route of routes) {
      const path = `/api/${route}`;
      const body = { model, prompt: "Hi", input: "Hi", stream: false, options: FEW };
      const { status, error } = await answered(await engine.post(path, body));
      expect([path, status]).toEqual([path, 500]);
      expect(error).toContain(reason);
    }
  });

  it("breaks no answer under way when llama.cpp cannot bear it", async () => {
    const options = { num_predict: 1_000_000, temperature: 0 };
    const client = new AbortController();
    const body = { model: "good", ...ENDLESS, options };
    const stream = keepReading(await engine.post("/api/generate", body, client.signal));
    await stream.goesOn();
    expect((await ask("crashing")).status).toBe(500);
    await stream.goesOn();
    client.abort();
    await stream.ended;
  });

  it.each([
    ["endless", "Write.", "comes to no end"],
    ["endless", "Count.", "comes to no end"],
    ["blank", "Hi", "too many blanks"],
  ])("is stopped when its template is %s: %s", async (model, content, reason) => {
    const messages = [{ role: "user", content }];
    const answer = await engine.post("/api/chat", { model, messages, stream: false });
    expect(await answered(answer)).toEqual({
      status: 400,
      error: expect.stringContaining(reason),
    });
    expect((await ask("good")).status).toBe(200);
  });
});

describe("a request", () => {
  it.each([
    ["lists", "[".repeat(100_000), "["],
    ["objects", '{"a":'.repeat(100_000), "{"],
    ["parameters", `{"model":"x","from":"good","parameters":${deep(5_000)}}`, "["],
  ])("with %s nested without end is refused as bad JSON", async (_, body, opening) => {
    const error = `invalid character '${opening}' exceeded max depth`;
    const answer = await engine.post("/api/create", body);
    expect(await answered(answer)).toEqual({ status: 400, error });
  });

  it.each([
    ["1 024 stop sequences", { stop: Array.from({ length: 1_024 }, (_, at) => `q${at}`) }],
    ["penalties beyond any float", { repeat_penalty: 0, presence_penalty: 1e308 }],
    ["a temperature beyond any float", { temperature: 1e308, min_p: 2, top_p: -1, top_k: -1 }],
    ["a context of 2^53 tokens", { num_ctx: 2 ** 53 }],
    ["a seed beyond 64 bits", { seed: 2 ** 70 }],
  ])("with %s is answered", async (_, options) => {
    const answer = await ask("good", { options: { ...FEW, ...options } });
    expect(await answer.json()).toMatchObject({ done: true });
  });

  it.each([[1_000], [-1], [2 ** 31]])("with token %d in its context is refused", async (id) => {
    expect(await answered(await ask("good", { context: [id] }))).toEqual({
      status: 400,
      error: "context holds a token this model does not know",
    });
  });

  it("of special tokens without end is cut to the context, or refused", async () => {
    const prompt = "<|im_start|>".repeat(80_000);
    const cut = (await (await ask("good", { prompt })).json()) as { prompt_eval_count: number };
    expect(cut.prompt_eval_count).toBe(FEW.num_ctx - 1);
    const error = "the input length exceeds the context length";
    expect(await answered(await ask("good", { prompt, truncate: false }))).toEqual({
      status: 400,
      error,
    });
  });

  it("of special tokens without end is embedded as far as it goes, or refused", async () => {
    const body = { model: "good", input: "<|im_start|>".repeat(80_000), options: FEW };
    const cut = (await (await engine.post("/api/embed", body)).json()) as {
      prompt_eval_count: number;
    };
    expect(cut.prompt_eval_count).toBeLessThanOrEqual(FEW.num_ctx);
    const error = "the input length exceeds the context length";
    const whole = await engine.post("/api/embed", { ...body, truncate: false });
    expect(await answered(whole)).toEqual({ status: 400, error });
  });

  it("to keep a model for longer than dates go leaves the list of models readable", async () => {
    await ask("good", { keep_alive: 1e300 });
    const { models } = (await (await engine.get("/api/ps")).json()) as { models: object[] };
    expect(models.length).toBeGreaterThan(0);
  });

  it("whose client has gone leaves its place, a hundred times over", async () => {
    const body = { model: "good", ...ENDLESS, options: { num_predict: 1_000_000 } };
    for (let count = 0; count < 100; count += 1) {
      const client = new AbortController();
      const answer = engine.post("/api/generate", body, client.signal);
      if (count % 2 === 0) await (await answer).body?.getReader().read();
      client.abort();
      await answer.catch(() => {});
    }
    const all = await Promise.all([ask("good"), ask("good"), ask("good")]);
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

function deep(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}
