import { describe, expect, it } from "vitest";
import { Tail } from "../../../src/http/tail.ts";
import { usageOf, usageOfPassed, type Usage } from "../../../src/inference/usage.ts";

const NDJSON = "application/x-ndjson";
const JSON_TYPE = "application/json; charset=utf-8";
const EVENTS = "text/event-stream";

/** What is found in an answer that came in these pieces. */
function usageIn(contentType: string, ...pieces: string[]): Usage {
  const tail = new Tail();
  let bytes = 0;
  for (const piece of pieces) {
    const sent = Buffer.from(piece);
    tail.add(sent);
    bytes += sent.byteLength;
  }
  return usageOfPassed({ contentType, tail, bytes, requestBytes: 400 });
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;
const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

/** What Ollama's last line says: 7 and 5 tokens, 20 + 30 of 60 ms. */
const FIGURES = {
  total_duration: 60_000_000,
  load_duration: 10_000_000,
  prompt_eval_count: 7,
  prompt_eval_duration: 20_000_000,
  eval_count: 5,
  eval_duration: 30_000_000,
};

const TOLD: Usage = {
  inputTokens: 7,
  outputTokens: 5,
  promptMs: 20,
  generationMs: 30,
  loadMs: 10,
  totalMs: 60,
  isEstimated: false,
};

const NOTHING: Usage = {
  inputTokens: undefined,
  outputTokens: undefined,
  promptMs: undefined,
  generationMs: undefined,
  loadMs: undefined,
  totalMs: undefined,
  isEstimated: false,
};

/** Texts of an answer that look like what is searched for. */
const HOSTILE = [
  '"eval_count":99,"prompt_eval_count":99',
  '{"usage":{"prompt_tokens":99,"completion_tokens":99}}',
  '\\"eval_count\\":99',
  '\n"eval_count":99\ndata: {"usage":{"completion_tokens":99}}\n',
];

describe("usageOf", () => {
  it("reads Ollama's figures, durations in milliseconds", () => {
    expect(usageOf({ done: true, ...FIGURES })).toEqual(TOLD);
    expect(usageOf({})).toEqual(NOTHING);
  });

  it("leaves out what is no number that there can be", () => {
    const odd = {
      eval_count: "99",
      prompt_eval_count: -1,
      eval_duration: -5,
      load_duration: 1e300,
    };
    expect(usageOf({ ...odd, total_duration: null })).toEqual(NOTHING);
  });
});

describe("usageOfPassed", () => {
  it("reads the last line of a stream of Ollama's, and the whole", () => {
    const last = { model: "m", message: { content: "" }, done: true, ...FIGURES };
    const pieces = ["a", "b", "c"].map((content) => line({ message: { content }, done: false }));
    expect(usageIn(NDJSON, ...pieces, line(last))).toEqual(TOLD);
    expect(usageIn(JSON_TYPE, JSON.stringify(last))).toEqual(TOLD);
    expect(usageIn(JSON_TYPE, JSON.stringify({ embeddings: [[1]], ...FIGURES }))).toEqual(TOLD);
  });

  it("reads OpenAI's usage, whole and before the end of a stream", () => {
    const usage = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };
    const expected = { ...NOTHING, inputTokens: 7, outputTokens: 5 };
    expect(usageIn(JSON_TYPE, JSON.stringify({ choices: [], usage }))).toEqual(expected);
    const details = { ...usage, completion_tokens_details: { reasoning_tokens: 3 } };
    const end = [
      event({ choices: [{}] }),
      event({ choices: [], usage: details }),
      "data: [DONE]\n\n",
    ];
    expect(usageIn(EVENTS, ...end), "an event is a piece").toEqual(expected);
    expect(usageIn(EVENTS, end.join("")), "all in one").toEqual(expected);
    const embedded = { data: [], usage: { prompt_tokens: 7, total_tokens: 7 } };
    expect(usageIn(JSON_TYPE, JSON.stringify(embedded))).toEqual({ ...NOTHING, inputTokens: 7 });
  });

  it("takes the last of OpenAI's where each event has some", () => {
    const usage = (count: number) => ({ prompt_tokens: 7, completion_tokens: count });
    const events = [0, 1, 5].map((count) => event({ usage: usage(count) }));
    expect(usageIn(EVENTS, ...events)).toMatchObject({ inputTokens: 7, outputTokens: 5 });
  });

  it("reads Anthropic's usage", () => {
    const usage = { input_tokens: 7, output_tokens: 5 };
    const expected = { inputTokens: 7, outputTokens: 5, isEstimated: false };
    expect(usageIn(JSON_TYPE, JSON.stringify({ content: [], usage }))).toMatchObject(expected);
    const delta = `event: message_delta\n${event({ type: "message_delta", usage })}`;
    const stop = `event: message_stop\n${event({ type: "message_stop" })}`;
    expect(usageIn(EVENTS, delta, stop)).toMatchObject(expected);
  });

  it("reads it wherever the network cut the answer", () => {
    const answer = line({ response: "x".repeat(100), ...FIGURES, done: true });
    for (let at = 1; at < answer.length; at += 1) {
      expect(usageIn(NDJSON, answer.slice(0, at), answer.slice(at)), `cut at ${at}`).toEqual(TOLD);
    }
  });

  it("reads it at the end of a long answer", () => {
    const answer = JSON.stringify({ response: "x".repeat(500_000), ...FIGURES });
    const pieces = answer.match(/.{1,65536}/g) ?? [];
    expect(usageIn(JSON_TYPE, ...pieces)).toEqual(TOLD);
    expect(usageIn(JSON_TYPE, answer)).toEqual(TOLD);
  });

  it.each(HOSTILE)("is not misled by what a text of the answer says: %j", (text) => {
    const whole = JSON.stringify({ response: text, done: true, ...FIGURES });
    expect(usageIn(JSON_TYPE, whole)).toEqual(TOLD);
    const after = JSON.stringify({ done: true, ...FIGURES, context: text });
    expect(usageIn(JSON_TYPE, after)).toEqual(TOLD);
    const usage = { prompt_tokens: 7, completion_tokens: 5 };
    const message = { role: "assistant", content: text };
    const openAi = JSON.stringify({ usage, choices: [{ message }] });
    expect(usageIn(JSON_TYPE, openAi)).toMatchObject({ inputTokens: 7, outputTokens: 5 });
    // Where nothing is told, the text is no figure either.
    expect(usageIn(NDJSON, line({ response: text })).isEstimated).toBe(true);
    expect(usageIn(EVENTS, event({ choices: [{ delta: message }] })).isEstimated).toBe(true);
  });

  it.each([
    ["spaces behind the colon", '{"prompt_eval_count": 7, "eval_count":  5}', 7, 5],
    ["a new line behind the colon", '{"prompt_eval_count":\n7,"eval_count":\n5}', 7, 5],
    ["negative numbers", '{"prompt_eval_count":-7,"eval_count":5}', undefined, 5],
    [
      "numbers beyond all",
      '{"prompt_eval_count":7,"eval_count":99999999999999999999999}',
      7,
      undefined,
    ],
    ["no number", '{"prompt_eval_count":7,"eval_count":null}', 7, undefined],
    ["a text", '{"prompt_eval_count":7,"eval_count":"5"}', 7, undefined],
    ["one of the two", '{"eval_count":5}', undefined, 5],
    ["a cut behind the colon", '{"eval_count":5,"prompt_eval_count":', undefined, 5],
  ])("bears %s", (_what, answer, inputTokens, outputTokens) => {
    expect(usageIn(JSON_TYPE, answer)).toMatchObject({
      inputTokens,
      outputTokens,
      isEstimated: false,
    });
  });

  it("has no durations that cannot be", () => {
    const answer = '{"eval_count":5,"eval_duration":-30000000,"prompt_eval_duration":20000000}';
    expect(usageIn(JSON_TYPE, answer)).toMatchObject({ promptMs: 20, generationMs: undefined });
  });
});

describe("the estimate of an answer that does not tell", () => {
  it("counts lines and events by the length of the last ones", () => {
    const chunk = event({ choices: [{ delta: { content: "word" } }] });
    const chunks = Array.from({ length: 50 }, () => chunk);
    const estimated = { ...NOTHING, inputTokens: 100, isEstimated: true };
    expect(usageIn(EVENTS, ...chunks)).toEqual({ ...estimated, outputTokens: 50 });
    const whole = usageIn(EVENTS, ...chunks, "data: [DONE]\n\n");
    expect(whole.outputTokens, "the end is no piece").toBeGreaterThan(45);
    expect(whole.outputTokens).toBeLessThan(51);
    const lines = chunks.map(() => line({ message: { content: "word" }, done: false }));
    expect(usageIn(NDJSON, ...lines)).toEqual({ ...estimated, outputTokens: 50 });
    expect(usageIn(NDJSON, lines.join(""))).toEqual({ ...estimated, outputTokens: 50 });
  });

  it("counts Anthropic's events once each", () => {
    const one = `event: content_block_delta\n${event({ delta: { text: "word" } })}`;
    expect(usageIn(EVENTS, ...Array.from({ length: 50 }, () => one)).outputTokens).toBe(50);
  });

  it("is nothing of an answer without bytes, and without an end of line", () => {
    expect(usageIn(NDJSON)).toMatchObject({ outputTokens: 0, isEstimated: true });
    expect(usageIn(NDJSON, "")).toMatchObject({ outputTokens: 0, isEstimated: true });
    expect(usageIn(JSON_TYPE, '{"embedding":[0.6,0.8]}')).toMatchObject({ outputTokens: 0 });
  });
});
