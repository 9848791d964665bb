import { describe, expect, it } from "vitest";
import { chatCompletion, chatCompletionFrames } from "../../../src/dialects/openai-frames.ts";
import { callLine, eventsOf, lastLine, linesOf, recordOf } from "./frames-set-up.ts";

interface Chunk {
  choices: { delta: { tool_calls?: { index: number; id: string }[] }; finish_reason: unknown }[];
}

const framesOf = (...lines: Parameters<typeof linesOf>) =>
  eventsOf(chatCompletionFrames(linesOf(...lines), recordOf(), { onError: () => {} }));

describe("chatCompletionFrames", () => {
  it("sends the role first, the usage in the finishing chunk, [DONE] at the end", async () => {
    const record = recordOf();
    const lines = linesOf(
      { message: { content: "Hel" } },
      { message: { content: "lo" } },
      lastLine,
    );
    const events = await eventsOf(chatCompletionFrames(lines, record, { onError: () => {} }));
    const chunk = (delta: object, finish: string | null) => ({
      id: "chatcmpl-id-1",
      object: "chat.completion.chunk",
      created: Math.floor(record.startedAtMs / 1000),
      model: "m",
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      system_fingerprint: null,
    });
    expect(events).toEqual([
      chunk({ role: "assistant", content: "Hel" }, null),
      chunk({ content: "lo" }, null),
      {
        ...chunk({}, "stop"),
        usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
      },
      "[DONE]",
    ]);
  });

  it.each([
    ["nothing", lastLine, { role: "assistant", content: "" }],
    [
      "its only text",
      { ...lastLine, message: { content: "hi" } },
      { role: "assistant", content: "hi" },
    ],
  ])("finishes an answer of %s in a chunk of its own", async (_what, line, delta) => {
    const events = (await framesOf(line)) as Chunk[];
    expect(events.slice(0, 2).map(({ choices: [choice] }) => choice)).toMatchObject([
      { delta, finish_reason: null },
      { delta: {}, finish_reason: "stop" },
    ]);
    expect(events).toHaveLength(3);
  });

  it("says with the usage alone that the prompt was cut", async () => {
    const truncated = { kept: 7 };
    const events = await framesOf({ message: { content: "hi" } }, { ...lastLine, truncated });
    expect(events.filter((event) => Object.hasOwn(Object(event) as object, "truncated"))).toEqual([
      expect.objectContaining({ truncated, usage: expect.anything() as unknown }),
    ]);
  });

  it("says that an answer was cut, also where tools were called", async () => {
    const events = await framesOf(callLine("a"), { ...lastLine, done_reason: "length" });
    expect((events.at(-2) as Chunk).choices[0]?.finish_reason).toBe("length");
  });

  it("numbers tool calls through the whole stream, since clients join them by number", async () => {
    const events = await framesOf(callLine("a"), callLine("b"), lastLine);
    const calls = (events.slice(0, -1) as Chunk[]).flatMap(
      (event) => event.choices[0]?.delta.tool_calls ?? [],
    );
    expect(calls.map(({ index, id }) => [index, id])).toEqual([
      [0, "call_a"],
      [1, "call_b"],
    ]);
    expect((events.at(-2) as Chunk).choices[0]?.finish_reason).toBe("tool_calls");
  });

  it("ends a stream that fails with an error frame and [DONE]", async () => {
    const told: unknown[] = [];
    const failure = new Error("inside");
    const lines = linesOf({ message: { content: "Hel" } }, failure);
    const options = { onError: (err: unknown) => told.push(err) };
    const events = await eventsOf(chatCompletionFrames(lines, recordOf(), options));
    expect(events.slice(1)).toEqual([
      {
        error: {
          message: "Internal error; request id id-1",
          type: "server_error",
          param: null,
          code: "internal_error",
        },
        request_id: "id-1",
      },
      "[DONE]",
    ]);
    expect(told).toEqual([failure]);
  });
});

describe("chatCompletion", () => {
  it.each([
    ["stop", { message: { content: "hi" }, done_reason: "stop" }, "stop"],
    ["length", { message: { content: "hi" }, done_reason: "length" }, "length"],
    ["tool calls", { ...callLine("a"), done_reason: "stop" }, "tool_calls"],
  ])("names %s as the reason to finish", (_case, answer, reason) => {
    expect(chatCompletion(recordOf(), answer).choices[0]?.finish_reason).toBe(reason);
  });

  it("has OpenAI's shape", () => {
    const answer = { ...lastLine, message: { content: "hi" } };
    expect(chatCompletion(recordOf(), answer)).toMatchObject({
      id: "chatcmpl-id-1",
      object: "chat.completion",
      model: "m",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "hi", refusal: null, annotations: [] },
          logprobs: null,
        },
      ],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
      system_fingerprint: null,
    });
  });
});
