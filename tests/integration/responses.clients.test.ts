import { createOpenAI } from "@ai-sdk/openai";
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import OpenAI, { NotFoundError } from "openai";
import { zodResponsesFunction, zodTextFormat } from "openai/helpers/zod";
import type { ResponseInput } from "openai/resources/responses/responses";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { EXAMPLE_IMAGE } from "../../routes/service/contract/images.ts";
import { noPython, pythonTests, runPythonTests } from "../support/python-tests.ts";
import { bodiesTo, startService } from "../support/service.ts";
import { A_CAT, talk } from "../support/talking-ollama.ts";
import { startVision } from "../support/vision-service.ts";
import { seenBy } from "../support/seeing-ollama.ts";

const Cat = z.strictObject({ name: z.string(), age: z.int() });
const City = z.object({ city: z.string() });

async function startTalking() {
  const service = await startService();
  talk(service.ollama);
  return service;
}

describe("the openai client's responses", () => {
  async function connect() {
    const { gateway, ollama } = await startTalking();
    const baseURL = `${gateway.url}/api/v1`;
    return { openai: new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 }), ollama };
  }

  it("are created, gone on from, retrieved and deleted", async () => {
    const { openai, ollama } = await connect();
    const first = await openai.responses.create({
      model: "fake",
      instructions: "Be kind.",
      input: "hi",
      metadata: { topic: "greeting" },
      user: "ada",
    });
    expect(first.output_text).toBe("Hello");
    expect(first).toMatchObject({ status: "completed", metadata: { topic: "greeting" } });
    expect(first.usage).toMatchObject({ input_tokens: 7, output_tokens: 5, total_tokens: 12 });
    const second = await openai.responses.create({
      model: "fake",
      input: "again",
      previous_response_id: first.id,
    });
    expect(second.previous_response_id).toBe(first.id);
    expect(bodiesTo(ollama, "/api/chat").at(-1)?.["messages"]).toEqual([
      { role: "user", content: "hi" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "again" },
    ]);
    expect(await openai.responses.retrieve(first.id)).toEqual(first);
    await openai.responses.delete(first.id);
    await expect(openai.responses.retrieve(first.id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it("stream their events in order, and give the whole at the end", async () => {
    const { openai } = await connect();
    const stream = openai.responses.stream({
      model: "fake",
      input: [{ role: "user", content: "hi" }],
      reasoning: { effort: "low" },
    });
    const types: string[] = [];
    let snapshot = "";
    stream.on("event", ({ type }) => types.push(type));
    stream.on("response.output_text.delta", (event) => (snapshot = event.snapshot));
    const whole = await stream.finalResponse();
    expect(snapshot).toBe("Hello");
    expect(whole.output_text).toBe("Hello");
    expect(whole.output).toMatchObject([
      { type: "reasoning", summary: [{ type: "summary_text", text: "Let me see." }] },
      { type: "message" },
    ]);
    expect(types).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.reasoning_summary_part.added",
      "response.reasoning_summary_text.delta",
      "response.reasoning_summary_text.delta",
      "response.reasoning_summary_text.done",
      "response.reasoning_summary_part.done",
      "response.output_item.done",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
  });

  it("are parsed, whole and streamed", async () => {
    const { openai, ollama } = await connect();
    const asked = { model: "fake", input: "A cat", text: { format: zodTextFormat(Cat, "cat") } };
    const whole = await openai.responses.parse(asked);
    expect(whole.output_parsed).toEqual(A_CAT);
    const streamed = await openai.responses.stream(asked).finalResponse();
    expect(streamed.output_parsed).toEqual(A_CAT);
    for (const { format } of bodiesTo(ollama, "/api/chat")) {
      expect(format).toMatchObject({ required: ["name", "age"], additionalProperties: false });
    }
  });

  it("have tools called, several at once, and take what they answer", async () => {
    const { openai, ollama } = await connect();
    const tools = [zodResponsesFunction({ name: "get_weather", parameters: City })];
    const input: ResponseInput = [{ role: "user", content: "The weather?" }];
    for (const ask of [
      () => openai.responses.parse({ model: "fake", input, tools }),
      () => openai.responses.stream({ model: "fake", input, tools }).finalResponse(),
    ]) {
      const calling = await ask();
      const calls = calling.output.filter((item) => item.type === "function_call");
      expect(calls.map(({ parsed_arguments }) => parsed_arguments as unknown)).toEqual([
        { city: "Paris" },
        { city: "Rome" },
      ]);
      const outputs = calls.map(({ call_id }, i) => ({
        type: "function_call_output" as const,
        call_id,
        output: `${20 + i} degrees`,
      }));
      const stateless = [...input, ...(calling.output as ResponseInput), ...outputs];
      const said = await openai.responses.create({ model: "fake", input: stateless, tools });
      expect(said.output_text).toBe("It is 20 degrees, 21 degrees");
      const kept = await openai.responses.create({
        model: "fake",
        input: outputs,
        previous_response_id: calling.id,
        tools,
      });
      expect(kept.output_text).toBe(said.output_text);
      const [without, withId] = bodiesTo(ollama, "/api/chat").slice(-2);
      expect(withId?.["messages"]).toEqual(without?.["messages"]);
      expect(withId?.["messages"]).toMatchObject([
        { role: "user" },
        { role: "assistant", tool_calls: [{ id: calls[0]?.call_id }, { id: calls[1]?.call_id }] },
        { role: "tool", tool_name: "get_weather", tool_call_id: calls[0]?.call_id },
        { role: "tool", tool_name: "get_weather", tool_call_id: calls[1]?.call_id },
      ]);
    }
  });

  it("are about images", async () => {
    const { gateway } = await startVision();
    const baseURL = `${gateway.url}/api/v1`;
    const openai = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
    const image = {
      type: "input_image" as const,
      image_url: EXAMPLE_IMAGE,
      detail: "auto" as const,
    };
    const { output_text: said } = await openai.responses.create({
      model: "eyes",
      input: [{ role: "user", content: [{ type: "input_text", text: "What is it?" }, image] }],
    });
    expect(seenBy(said)).toMatchObject({ texts: ["What is it?"], images: [{ width: 1 }] });
  });
});

describe("the AI SDK's openai provider", () => {
  async function connect() {
    const { gateway } = await startTalking();
    const provider = createOpenAI({ baseURL: `${gateway.url}/api/v1`, apiKey: "none" });
    return provider.responses("fake");
  }

  const weather = () => {
    const cities: string[] = [];
    const get_weather = tool({
      description: "The weather of a city",
      inputSchema: City,
      execute: ({ city }) => {
        cities.push(city);
        return `fine in ${city}`;
      },
    });
    return { cities, tools: { get_weather } };
  };

  it("runs tools in a loop, whole and streamed", async () => {
    const request = { model: await connect(), prompt: "The weather?", maxRetries: 0 };
    const whole = weather();
    const loop = { ...request, stopWhen: stepCountIs(3) };
    const { text, steps } = await generateText({ ...loop, tools: whole.tools });
    expect(text).toBe("It is fine in Paris, fine in Rome");
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "stop"]);
    expect(whole.cities).toEqual(["Paris", "Rome"]);

    const streamed = weather();
    const { textStream } = streamText({ ...loop, tools: streamed.tools });
    const pieces = [];
    for await (const piece of textStream) pieces.push(piece);
    expect(pieces.join("")).toBe(text);
    expect(streamed.cities).toEqual(whole.cities);
  });

  it("makes an object, and goes on from its messages, which refer to what is kept", async () => {
    const model = await connect();
    const providerOptions = { openai: { reasoningEffort: "low", forceReasoning: true } };
    const asked = { model, maxRetries: 0, providerOptions };
    const { output, response } = await generateText({
      ...asked,
      prompt: "A cat",
      output: Output.object({ schema: Cat }),
    });
    expect(output).toEqual(A_CAT);
    const question = { role: "user" as const, content: "hi" };
    const again = await generateText({ ...asked, messages: [...response.messages, question] });
    expect(again.text).toBe("Hello");
    expect(again.reasoningText).toBe("Let me see.");
  });
});

describe.skipIf(noPython)("Python's openai", () => {
  it("passes all its tests", async () => {
    const { gateway } = await startTalking();
    const module = "responses_tests";
    const results = await runPythonTests(module, { url: `${gateway.url}/api/v1`, cat: A_CAT });
    const expected = pythonTests(module).map((name) => [name, "passed"] as const);
    expect(Object.fromEntries(results)).toEqual(Object.fromEntries(expected));
  });
});
