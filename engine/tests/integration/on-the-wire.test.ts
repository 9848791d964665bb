import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectPlain, requestHead, sendEndlessHead } from "../../../tests/support/plain-socket.ts";
import { pythonLines, RAW_LINE_ENDS } from "../../../tests/support/python-lines.ts";
import { SPELT, spellingModel } from "../../../tests/support/scripted-model.ts";
import { storeModel } from "../../../tests/support/stored-model.ts";
import { linesOf, type RunningEngine, startEngine } from "./engine-process.ts";

const SPELLER = "speller";
/** `SPELT` without the bytes that are no character. */
const SAID = SPELT.toString().replaceAll("\uFFFD", "");
/** What is whole of `SPELT` when it ends after so many bytes, which are tokens. */
const wholeOf = (bytes: number): string =>
  SPELT.subarray(0, bytes).toString().replaceAll("\uFFFD", "");
const CUTS = Array.from(SPELT, (_, at) => at + 1);

let engine: RunningEngine;
let store: string;

beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), "engine-wire-"));
  await storeModel(store, { name: SPELLER, weights: spellingModel() });
  engine = await startEngine({ OLLAMA_MODELS: store });
  // Tried in a process of its own first, as every stranger's model.
  await ask({});
}, 60_000);
afterAll(async () => {
  await engine.stop();
  await rm(store, { recursive: true, force: true });
});

type Rated = { token: string; logprob: number };
type Line = { response: string; done_reason?: string; eval_count?: number; logprobs?: Rated[] };

const ask = (options: object, more: object = {}) =>
  engine.post("/api/generate", { model: SPELLER, prompt: "x", raw: true, options, ...more });
const whole = async (options: object, more: object = {}) =>
  (await (await ask(options, { stream: false, ...more })).json()) as Line;
const textOf = (lines: readonly Line[]) => lines.map(({ response }) => response).join("");

describe("an answer whose characters are spread over tokens", () => {
  it("is said whole, without what is no character", async () => {
    expect(await whole({})).toMatchObject({ response: SAID, done_reason: "stop" });
    const lines = await linesOf<Line>(await ask({}));
    expect(textOf(lines)).toBe(SAID);
    expect(lines.map(({ response }) => response)).toContain("😃");
  });

  it("leaves out the character it is cut in by num_predict", async () => {
    for (const num_predict of CUTS) {
      const cut = {
        response: wholeOf(num_predict),
        done_reason: "length",
        eval_count: num_predict,
      };
      expect(await whole({ num_predict })).toMatchObject(cut);
      const lines = await linesOf<Line>(await ask({ num_predict }));
      expect(textOf(lines)).toBe(cut.response);
      expect(lines.at(-1)).toMatchObject({ ...cut, response: "" });
    }
  });

  it("leaves out the character that its context ends in", async () => {
    for (const left of CUTS) {
      const asked = { prompt: "x".repeat(64 - left), shift: false };
      const { response, eval_count = 0, done_reason } = await whole({ num_ctx: 64 }, asked);
      expect([response, done_reason]).toEqual([wholeOf(eval_count), "length"]);
    }
  });

  it("leaves out the character before a stop sequence", async () => {
    const said = wholeOf(SPELT.indexOf("!"));
    expect(await whole({ stop: ["!"] })).toMatchObject({ response: said, done_reason: "stop" });
    expect(textOf(await linesOf<Line>(await ask({ stop: ["!"] })))).toBe(said);
  });

  it("says what only begins as a stop sequence does", async () => {
    expect(await whole({ stop: ["é😁", "😃?"] })).toMatchObject({ response: SAID });
  });

  it("rates the tokens of what is said, and none of a character that is left out", async () => {
    for (const [num_predict, rated] of [
      [1, 1],
      [2, 1],
      [3, 3],
      [6, 3],
      [7, 7],
    ] as const) {
      const { logprobs = [] } = await whole({ num_predict }, { logprobs: true });
      expect(logprobs).toHaveLength(rated);
      for (const { logprob } of logprobs) expect(logprob).toBeCloseTo(0, 2);
    }
  });

  it.each([
    ["/v1/completions", { prompt: "x" }],
    ["/v1/chat/completions", { messages: [{ role: "user", content: "x" }] }],
  ])("is cut the same on %s", async (path, body) => {
    for (const max_tokens of CUTS) {
      for (const stream of [false, true]) {
        const answer = await engine.post(path, { model: SPELLER, ...body, max_tokens, stream });
        expect(saidIn(await answer.text())).toBe(wholeOf(max_tokens));
      }
    }
  });
});

type Choice = { text?: string; delta?: { content?: string }; message?: { content: string } };

/** What OpenAI's dialect says, read line by line as Python's clients do. */
function saidIn(answer: string): string {
  const lines = pythonLines(answer).map((line) => line.replace(/^data: /, ""));
  const parsed = lines.filter((line) => line !== "[DONE]").map((line): unknown => JSON.parse(line));
  const choices = (parsed as { choices: Choice[] }[]).flatMap((chunk) => chunk.choices);
  return choices
    .map(({ text, delta, message }) => text ?? delta?.content ?? message?.content ?? "")
    .join("");
}

describe("a text with line ends that JSON leaves as they are", () => {
  it("is streamed in whole lines", async () => {
    const answer = await (await ask({})).text();
    const lines = pythonLines(answer).map((line) => JSON.parse(line) as Line);
    expect(textOf(lines)).toBe(SAID);
  });

  it("is one line in an object", async () => {
    const system = `a${RAW_LINE_ENDS}b`;
    const wanted = { model: "lines", from: SPELLER, system, stream: false };
    expect((await engine.post("/api/create", wanted)).status).toBe(200);
    const shown = await (await engine.post("/api/show", { model: "lines" })).text();
    expect(pythonLines(shown)).toEqual([shown]);
    expect(JSON.parse(shown)).toMatchObject({ system });
  });
});

describe("the head of a request", () => {
  const head = (bytes: number) => requestHead("GET / HTTP/1.1", [`Cookie: ${"c".repeat(bytes)}`]);

  it.each([20_000, 60_000, 1_000_000])("may have %i bytes", async (bytes) => {
    const client = await connectPlain(engine.url);
    client.send(head(bytes));
    expect((await client.answer()).status).toBe(200);
  });

  it("is refused beyond a megabyte, and the connection closed", async () => {
    const client = await connectPlain(engine.url);
    client.send(head(1_200_000));
    expect((await client.answer()).status).toBe(431);
    await client.closed();
    expect((await engine.get("/")).status).toBe(200);
  });

  it("is not kept, however much of it comes", async () => {
    expect(await sendEndlessHead(await connectPlain(engine.url))).toBeLessThan(16 << 20);
  });
});

describe("/api/embeddings", () => {
  const embed = async (body: object) => {
    const answer = await engine.post("/api/embeddings", { model: "all-minilm", ...body });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { embedding: number[] }).embedding;
  };

  it("gives a vector of length 1 where Ollama's own engine computes the model", async () => {
    const vector = await embed({ prompt: "hello world" });
    expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
    const newer = await engine.post("/api/embed", { model: "all-minilm", input: "hello world" });
    const [other = []] = ((await newer.json()) as { embeddings: number[][] }).embeddings;
    for (const [at, value] of vector.entries()) expect(value).toBeCloseTo(other[at] ?? 9, 6);
  });

  it("gives it as the model has it where llama.cpp does, and none for no text", async () => {
    const vector = await embed({ model: SPELLER, prompt: "x" });
    expect(Math.hypot(...vector)).toBeGreaterThan(2);
    expect(await embed({ prompt: "" })).toEqual([]);
  });
});
