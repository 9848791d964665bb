import { describe, expect, it } from "vitest";
import { bodiesTo, jsonOf, startService } from "../support/service.ts";
import { playTurns } from "../support/tool-turns.ts";
import {
  functionTool,
  WEATHER,
  TIME,
  ASKED,
  CALL,
  IN_PARIS,
  OURS,
  playing,
  textTurn,
} from "../support/weather-calls.ts";

describe("calls", () => {
  const broken = { function: { name: "get_weather", arguments: '{"city": "Par' } };
  const asText = { function: { name: "get_weather", arguments: '{"city":"Paris"}' } };

  it("get ids where they have none, and keep those that they have", async () => {
    const pieces = [{ calls: [{ id: "call_7", ...IN_PARIS }] }, { calls: [IN_PARIS, asText] }];
    const { openai } = await playing({ pieces });
    const request = { ...ASKED, tools: [WEATHER] };
    const whole = await openai.chat.completions.create(request);
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      const calls = choices[0]?.message.tool_calls ?? [];
      expect(calls).toMatchObject([{ ...OURS, id: "call_7" }, OURS, OURS]);
      expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
    }
  });

  it("have ids of their own where the server gives two the same", async () => {
    const same = { id: "call_7", ...IN_PARIS };
    const { openai } = await playing({ pieces: [{ calls: [same, same] }, { calls: [same] }] });
    const request = { ...ASKED, tools: [WEATHER] };
    const whole = await openai.chat.completions.create(request);
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      const ids = choices[0]?.message.tool_calls?.map(({ id }) => id);
      expect(ids).toEqual(["call_7", OURS.id, OURS.id]);
      expect(new Set(ids).size).toBe(3);
    }
  });

  it("with broken arguments stay text", async () => {
    const nameless = { function: { arguments: {} } };
    const { openai } = await playing({ pieces: ["Well.", { calls: [broken, nameless] }] });
    const request = { ...ASKED, tools: [WEATHER] };
    const whole = await openai.chat.completions.create(request);
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]?.finish_reason).toBe("stop");
      expect(choices[0]?.message.tool_calls).toBeUndefined();
      expect(choices[0]?.message.content).toContain("Par");
    }
  });

  it.each([
    ["an id that is no text", { id: 7, ...IN_PARIS }],
    ["a type of the server's own", { type: "custom", ...IN_PARIS }],
  ])("are calls as clients know them, with %s", async (_what, call) => {
    const { gateway, openai } = await playing({ pieces: [{ calls: [call] }] });
    const request = { ...ASKED, tools: [WEATHER] };
    const whole = await openai.chat.completions.create(request);
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]?.message.tool_calls).toMatchObject([OURS]);
    }
    const { parameters, name } = WEATHER.function;
    const tools = [{ type: "function", name, parameters }];
    const body = { model: ASKED.model, input: "?", tools };
    const { output } = await jsonOf(await gateway.post("/api/v1/responses", body));
    expect(output).toMatchObject([{ type: "function_call", call_id: OURS.id, name }]);
  });

  it.each([
    ["a name of blanks", { name: " ", arguments: {} }],
    ["arguments that are a number", { name: "get_weather", arguments: 0 }],
  ])("are text with %s", async (_what, made) => {
    const { openai } = await playing({ pieces: [{ calls: [{ function: made }] }] });
    const { choices } = await openai.chat.completions.create({ ...ASKED, tools: [WEATHER] });
    expect(choices[0]?.message.tool_calls).toBeUndefined();
    expect(choices[0]?.message.content).toBe(JSON.stringify({ function: made }));
  });

  it("are one at most where parallel ones are not wanted", async () => {
    const pieces = [{ calls: [IN_PARIS, IN_PARIS] }, { calls: [IN_PARIS] }];
    const { openai, ollama } = await playing(
      { pieces },
      { pieces },
      textTurn(JSON.stringify(CALL)),
    );
    const request = { ...ASKED, tools: [WEATHER, TIME], parallel_tool_calls: false };
    const whole = await openai.chat.completions.create(request);
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    const required = { ...request, tool_choice: "required" as const };
    const held = await openai.chat.completions.create(required);
    for (const { choices } of [whole, streamed, held]) {
      expect(choices[0]?.message.tool_calls).toHaveLength(1);
    }
    expect(bodiesTo(ollama, "/api/chat").at(-1)?.["format"]).not.toHaveProperty("items");
  });

  it("have results with images", async () => {
    const service = await startService({}, { models: ["fake:latest"], vision: ["fake:latest"] });
    playTurns(service.ollama, textTurn("A grey pixel."));
    const url =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";
    const call = { id: "call_1", type: "function", function: { name: "look", arguments: "{}" } };
    const messages = [
      { role: "user", content: "What do you see?" },
      { role: "assistant", content: null, tool_calls: [call] },
      {
        role: "tool",
        tool_call_id: "call_1",
        content: [{ type: "image_url", image_url: { url } }],
      },
    ];
    for (const path of ["/api/v1/chat/completions", "/api/v1/vlm/openai", "/api/v1/vlm"]) {
      const answer = await service.gateway.post(path, {
        model: "fake:latest",
        messages,
        tools: [functionTool("look")],
      });
      expect(await jsonOf(answer)).toMatchObject({ images_processed: 1 });
    }
    for (const body of bodiesTo(service.ollama, "/api/chat")) {
      expect(body["messages"]).toMatchObject([
        {},
        { tool_calls: [{ function: { name: "look", arguments: {} } }] },
        { role: "tool", content: "", tool_name: "look", images: [expect.any(String)] },
      ]);
    }
  });
});
