import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COUNTED } from "../../../tests/support/scripted-model.ts";
import { COUNT_QUESTION } from "../../../tests/support/tool-template.ts";
import {
  type RunningEngine,
  TEXT_MODEL,
  ensureTextModel,
  linesOf,
  startEngine,
  within,
} from "./engine-process.ts";
import { SCRIPTED_MODEL, storeWithTextModels } from "./temp-models.ts";

type Entry = { token: string; logprob: number; bytes: number[]; top_logprobs?: Entry[] };
type Line = {
  response: string;
  done: boolean;
  context?: number[];
  logprobs?: Entry[];
  prompt_eval_count?: number;
  eval_count?: number;
  error?: string;
};

const GREEDY = { temperature: 0, num_predict: 6 };
/** Has the scripted model count without end where it goes to it as it is. */
const COUNT = "9, 10,";
const COUNTING = { raw: true };
/** What is about likelihoods is asked of a model that was trained. */
const TRAINED = { model: TEXT_MODEL, raw: true };

let engine: RunningEngine;
let store: Awaited<ReturnType<typeof storeWithTextModels>>;

beforeAll(async () => {
  store = await storeWithTextModels();
  engine = await startEngine({
    OLLAMA_MODELS: store.folder,
    OLLAMA_MAX_LOADED_MODELS: "2",
    OLLAMA_MAX_QUEUE: "0",
  });
  await ensureTextModel(engine);
}, 300_000);
afterAll(async () => {
  await engine.stop();
  await store.remove();
});

const ask = (more: Record<string, unknown>, path = "/api/generate") =>
  engine.post(path, {
    model: SCRIPTED_MODEL,
    prompt: COUNT,
    stream: false,
    options: GREEDY,
    ...more,
  });
const generate = async (more: Record<string, unknown>) => (await (await ask(more)).json()) as Line;

describe("context", () => {
  it("goes on with an earlier exchange", async () => {
    // One that does not end by itself: the mark of an end counts, and is no part of a context.
    const first = await generate({ prompt: COUNT_QUESTION.content });
    expect(first.context).toHaveLength(Number(first.prompt_eval_count) + Number(first.eval_count));
    const alone = await generate({ prompt: "What is my name?" });
    const second = await generate({ prompt: "What is my name?", context: first.context });
    expect(second.prompt_eval_count).toBe(
      Number(alone.prompt_eval_count) + (first.context?.length ?? 0),
    );
    expect(second.context?.slice(0, first.context?.length)).toEqual(first.context);
  });

  it.each([
    [[1, 10_000_000], "context holds a token this model does not know"],
    [[-1], "context holds a token this model does not know"],
    [
      [0.5],
      "json: cannot unmarshal number 0.5 into Go struct field GenerateRequest.context of type int",
    ],
  ])("of %j is refused", async (context, error) => {
    const answer = await ask({ context });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error });
  });

  it("is neither taken nor given in raw mode", async () => {
    expect(await generate({ raw: true })).not.toHaveProperty("context");
    expect((await ask({ raw: true, context: [1] })).status).toBe(400);
  });
});

describe("log probabilities", () => {
  it("are those of the tokens, the most likely first", async () => {
    const whole = await generate({ ...COUNTING, logprobs: true, top_logprobs: 3 });
    const entries = whole.logprobs ?? [];
    expect(entries.map(({ token }) => token)).toEqual([...COUNTED, COUNTED[0]]);
    expect(entries.map(({ token }) => token).join("")).toBe(whole.response);
    for (const { token, logprob, bytes, top_logprobs: top = [] } of entries) {
      expect(bytes).toEqual([...Buffer.from(token)]);
      expect(top).toHaveLength(3);
      // Greedy: the token is the most likely one.
      expect(top[0]).toMatchObject({ token, logprob });
      const together = top.reduce((sum, other) => sum + Math.exp(other.logprob), 0);
      expect(together).toBeLessThanOrEqual(1.000_01);
      expect(top.map((other) => other.logprob)).toEqual(
        top.map((other) => other.logprob).toSorted((a, b) => b - a),
      );
    }
  });

  it("change nothing about the answer, and come with the line of their token", async () => {
    const seeded = { options: { seed: 5, num_predict: 8 } };
    const trained = { ...TRAINED, ...seeded };
    const said = await generate(trained);
    expect((await generate({ ...trained, logprobs: true })).response).toBe(said.response);
    const counting = { ...COUNTING, ...seeded };
    const plain = await generate(counting);
    const lines = await linesOf<Line>(await ask({ ...counting, stream: true, logprobs: true }));
    expect(lines.map(({ response }) => response).join("")).toBe(plain.response);
    for (const { response, logprobs = [] } of lines.slice(0, -1)) {
      expect(logprobs.map(({ token }) => token).join("")).toBe(response);
      expect(logprobs.every((entry) => entry.top_logprobs === undefined)).toBe(true);
    }
    expect(plain).not.toHaveProperty("logprobs");
  });

  it("come in OpenAI's shape", async () => {
    const body = {
      messages: [COUNT_QUESTION],
      max_tokens: 2,
      logprobs: true,
      top_logprobs: 1,
    };
    const answer = await ask(body, "/v1/chat/completions");
    const { choices } = (await answer.json()) as { choices: object[] };
    const entry = { token: expect.any(String) as string, logprob: expect.any(Number) as number };
    expect(choices[0]).toMatchObject({
      logprobs: { content: [entry, { ...entry, top_logprobs: [entry] }] },
    });
  });

  it.each(["/api/generate", "/api/chat", "/v1/chat/completions"])(
    "of more than twenty others are refused on %s",
    async (path) => {
      const messages = [{ role: "user", content: "Hi" }];
      const answer = await ask({ messages, logprobs: true, top_logprobs: 21 }, path);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain("top_logprobs must be between 0 and 20");
    },
  );
});

describe("options", () => {
  it("against repetition are honoured", async () => {
    const options = { temperature: 0, num_predict: 24, repeat_penalty: 1 };
    const plain = await generate({ ...COUNTING, options });
    expect(plain.response.startsWith([...COUNTED, ...COUNTED].join(""))).toBe(true);
    const penalties = [{ presence_penalty: 5, frequency_penalty: 10 }, { repeat_penalty: 3 }];
    for (const penalty of penalties) {
      const other = await generate({ ...COUNTING, options: { ...options, ...penalty } });
      expect(other.response.startsWith(`${COUNTED.join("")} and`)).toBe(true);
      const blind = { ...options, ...penalty, repeat_last_n: 0 };
      expect((await generate({ ...COUNTING, options: blind })).response).toBe(plain.response);
    }
  });

  it("that Ollama no longer knows change nothing", async () => {
    const options = { ...GREEDY, mirostat: 2, mirostat_tau: 9, tfs_z: 0.1, numa: "x" };
    const plain = await generate(TRAINED);
    expect((await generate({ ...TRAINED, options })).response).toBe(plain.response);
  });

  it("of extreme values do no harm", async () => {
    const extremes = [
      { repeat_last_n: 2_000_000_000, num_keep: -1 },
      { temperature: 1e30, top_k: -5, top_p: -1, min_p: 9, repeat_penalty: -3, seed: -7 },
      { top_k: 9e15, seed: 9e15 },
    ];
    for (const extreme of extremes) {
      expect(await generate({ options: { ...extreme, num_predict: 2 } })).toMatchObject({
        done: true,
      });
    }
  });

  it("refuse a suffix, which the model has no place for", async () => {
    const answer = await ask({ model: TEXT_MODEL, suffix: "}" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: `registry.ollama.ai/library/${TEXT_MODEL} does not support insert`,
    });
  });
});

describe("a conversation that is too long", () => {
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "word ".repeat(200) },
    { role: "assistant", content: "I see." },
    { role: "user", content: "Hi" },
  ];
  const options = { num_ctx: 128, num_predict: 1 };

  it("loses its oldest turns, or is refused", async () => {
    const body = { messages, options };
    const cut = (await (await ask(body, "/api/chat")).json()) as Line;
    const kept = [messages[0], messages[2], messages[3]];
    const short = (await (await ask({ messages: kept, options }, "/api/chat")).json()) as Line;
    expect(cut.prompt_eval_count).toBe(short.prompt_eval_count);
    const refused = await ask({ ...body, truncate: false }, "/api/chat");
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      error: "the input length exceeds the context length",
    });
  });

  it("may come from odd roles and hold broken characters", async () => {
    const odd = [
      { role: "GODS", content: "a\ud800b" },
      { role: "tool", content: "\u0000" },
      { content: "Hi" },
    ];
    expect((await ask({ messages: odd, options }, "/api/chat")).status).toBe(200);
  });
});

describe("clients", () => {
  it("may leave while their prompt is read, and the next is served", async () => {
    const client = new AbortController();
    const short = { ...TRAINED, options: { num_predict: 1 } };
    const body = { ...TRAINED, prompt: "word ".repeat(2_000) };
    // The model is there before: what is left is in the middle of a prompt.
    await ask(short);
    const left = engine.post("/api/generate", body, client.signal);
    await within(60_000, "an answer beside a prompt", ask(short));
    client.abort();
    await expect(left).rejects.toThrow();
    expect((await within(60_000, "an answer afterwards", ask(short))).status).toBe(200);
  });

  it("are refused with 503 when a load is waited for already", async () => {
    const sizes = [256, 257, 258];
    const answers = await Promise.all(
      sizes.map((num_ctx) => ask({ ...TRAINED, options: { num_predict: 1, num_ctx } })),
    );
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.map(({ status }) => status)).toContain(200);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(await answer.json()).toEqual({
        error: "server busy, please try again.  maximum pending requests exceeded",
      });
    }
  });
});
