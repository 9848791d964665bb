import { describe, expect, it } from "vitest";
import { bodiesTo, bodyTo, expectNativeError, jsonOf } from "../support/service.ts";
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

const NAMED = { type: "function" as const, function: { name: "get_weather" } };

describe("tool_choice", () => {
  it.each([
    ["required", "required"],
    ["a name", NAMED],
    [
      "allowed tools, of which one is required",
      { type: "allowed_tools", allowed_tools: { mode: "required", tools: [NAMED] } },
    ],
  ])("%s holds the answer to calls, and shows them as such", async (_what, choice) => {
    const { gateway, ollama, openai } = await playing(textTurn(JSON.stringify([CALL])));
    const request = { ...ASKED, tools: [WEATHER, TIME], tool_choice: choice as "required" };
    const { choices } = await openai.chat.completions.create(request);
    expect(choices).toMatchObject([
      { message: { content: "", tool_calls: [OURS] }, finish_reason: "tool_calls" },
    ]);
    const native = await jsonOf(await gateway.post("/api/v1/chat", request));
    expect(native["message"]).toMatchObject({ content: null, tool_calls: [OURS] });
    const generated = await jsonOf(
      await gateway.post("/api/v1/generate", { prompt: "?", ...request, messages: undefined }),
    );
    expect(generated).toMatchObject({ text: "", tool_calls: [OURS] });
    const names = choice === "required" ? ["get_weather", "get_time"] : ["get_weather"];
    for (const body of bodiesTo(ollama, "/api/chat")) {
      const tools = body["tools"] as { function: { name: string } }[];
      expect(tools.map((tool) => tool.function.name)).toEqual(names);
      expect(JSON.stringify(body["format"])).toContain('"const":"get_weather"');
    }
  });

  it("leaves a server without a schema where none has to be called", async () => {
    const { gateway, ollama } = await playing(textTurn("It is mild."));
    const allowed = { mode: "auto", tools: [NAMED] };
    const choices = ["auto", "none", { type: "allowed_tools", allowed_tools: allowed }];
    for (const tool_choice of choices) {
      const request = { ...ASKED, tools: [WEATHER, TIME], tool_choice };
      const { message } = await jsonOf(await gateway.post("/api/v1/chat", request));
      expect(message).toMatchObject({ content: "It is mild.", tool_calls: null });
    }
    const bodies = bodiesTo(ollama, "/api/chat");
    expect(bodies.map(({ tools }) => (tools as object[] | undefined)?.length)).toEqual([
      2,
      undefined,
      1,
    ]);
    for (const body of bodies) expect(body).not.toHaveProperty("format");
  });

  it("streams calls as deltas whose arguments add up", async () => {
    const both = [CALL, { name: "get_time", arguments: {} }];
    const { openai, gateway } = await playing(textTurn(JSON.stringify(both)));
    const request = { ...ASKED, tools: [WEATHER, TIME], tool_choice: "required" as const };
    const stream = openai.chat.completions.stream(request);
    const deltas: unknown[] = [];
    stream.on("chunk", ({ choices }) => deltas.push(...(choices[0]?.delta.tool_calls ?? [])));
    const { choices } = await stream.finalChatCompletion();
    expect(deltas).toMatchObject([
      { index: 0, ...OURS },
      { index: 1, function: { name: "get_time", arguments: "{}" } },
    ]);
    expect(choices).toMatchObject([
      { message: { content: null, tool_calls: [OURS, {}] }, finish_reason: "tool_calls" },
    ]);
    const native = await (await gateway.post("/api/v1/chat", { ...request, stream: true })).text();
    const frames = native.split("\n\n").filter((frame) => frame !== "");
    const parsed = frames.map((frame) => JSON.parse(frame.slice(6)) as Record<string, unknown>);
    expect(parsed.map((frame) => frame["chunk"]).join("")).toBe("");
    expect(parsed.at(-1)).toMatchObject({ done: true, tool_calls: [OURS, {}] });
  });

  it.each([
    ["text where a call was due", "I would rather not.", "stop"],
    ["a call of a tool that was not offered", '[{"name":"rm","arguments":{}}]', "stop"],
    ["a list of no calls", "[]", "stop"],
    ["arguments that are no object", '[{"name":"get_weather","arguments":[1]}]', "stop"],
    ["a call that was cut off", '[{"name":"get_weather","argu', "length"],
    ["calls, the last of which was cut off", JSON.stringify([CALL]), "length"],
  ])("leaves %s as text", async (_what, text, doneReason) => {
    const { openai } = await playing(textTurn(text, { doneReason }));
    const request = { ...ASKED, tools: [WEATHER], tool_choice: "required" as const };
    const expected = [{ message: { content: text }, finish_reason: doneReason }];
    const whole = await openai.chat.completions.create(request);
    expect(whole.choices).toMatchObject(expected);
    expect(whole.choices[0]?.message.tool_calls).toBeUndefined();
    const streamed = await openai.chat.completions
      .stream(request)
      .finalChatCompletion()
      .catch(
        // The client's helper throws for what was cut off; the chunks say the same.
        (err: unknown) => err,
      );
    if (streamed instanceof Error) expect(doneReason).toBe("length");
    else expect(streamed).toMatchObject({ choices: expected });
  });

  it("takes the calls of a server that has read them itself, with thinking before", async () => {
    const turn = { pieces: [{ thinking: "Let me see." }, { calls: [IN_PARIS] }] };
    const { openai } = await playing(turn);
    const request = { ...ASKED, tools: [WEATHER], tool_choice: NAMED };
    const whole = await openai.chat.completions.create(request);
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices).toMatchObject([
        { message: { tool_calls: [OURS] }, finish_reason: "tool_calls" },
      ]);
    }
  });

  it("wins over the form of an answer, since a call is none", async () => {
    const { gateway, ollama } = await playing(textTurn(JSON.stringify(CALL)));
    const wanted = { type: "json_schema", json_schema: { schema: { type: "string" } } };
    const request = { ...ASKED, tools: [WEATHER], tool_choice: NAMED, response_format: wanted };
    await jsonOf(await gateway.post("/api/v1/chat", request));
    expect(JSON.stringify(bodyTo(ollama, "/api/chat")["format"])).toContain("get_weather");
  });

  it("is refused where there is no such tool, or none at all", async () => {
    const { gateway, ollama } = await playing(textTurn("x"));
    const refused = { status: 422, code: "validation_error", type: "ValidationError" };
    const nothing = await gateway.post("/api/v1/chat", { ...ASKED, tool_choice: "required" });
    await expectNativeError(nothing, { ...refused, says: /^tool_choice: required needs tools/ });
    const name = "__proto__";
    const other = { type: "function", function: { name } };
    const request = { ...ASKED, tools: [WEATHER], tool_choice: other };
    const answer = await gateway.post("/api/v1/chat", request);
    await expectNativeError(answer, { ...refused, says: /no tool '__proto__'/ });
    expect(ollama.to("/api/chat")).toHaveLength(0);
  });

  it("takes a tool named __proto__, and one with the same name as another", async () => {
    const call = { name: "__proto__", arguments: { a: 1 } };
    const { gateway, ollama } = await playing(textTurn(JSON.stringify([call])));
    const tools = [functionTool("__proto__"), WEATHER, functionTool("get_weather")];
    const request = { ...ASKED, tools, tool_choice: "required" };
    const { message } = await jsonOf(await gateway.post("/api/v1/chat", request));
    const made = { name: "__proto__", arguments: '{"a":1}' };
    expect(message).toMatchObject({ tool_calls: [{ function: made }] });
    const { format } = bodyTo(ollama, "/api/chat") as { format: { items: { anyOf: object[] } } };
    expect(format.items.anyOf).toHaveLength(2);
  });

  it("takes parameters of 10 000 values, and refuses more than 20 000", async () => {
    const { gateway, ollama } = await playing(textTurn(JSON.stringify([CALL])));
    const large = (groups: number) => {
      const fields = Array.from({ length: 100 }, (_, i) => [`f${i}`, { $ref: "#/$defs/text" }]);
      const group = { type: "object", properties: Object.fromEntries(fields) };
      const properties = Array.from({ length: groups }, (_, i) => [`g${i}`, group]);
      const $defs = { text: { type: "string" } };
      const parameters = { type: "object", properties: Object.fromEntries(properties), $defs };
      return { ...ASKED, tools: [functionTool("get_weather", parameters)], tool_choice: NAMED };
    };
    await jsonOf(await gateway.post("/api/v1/chat", large(49)));
    const { format } = bodyTo(ollama, "/api/chat");
    const references = JSON.stringify(format).match(/"#\/\$defs\/tool0\/\$defs\/text"/g);
    expect(references).toHaveLength(4900);
    const answer = await gateway.post("/api/v1/chat", large(150));
    const refused = { status: 422, code: "validation_error", type: "ValidationError" };
    await expectNativeError(answer, { ...refused, says: /more than 20000 values/ });
  });

  it("makes no call of a stream that breaks off, and ends one whose reader leaves", async () => {
    const { gateway, ollama } = await playing(textTurn("unused"));
    const request = { ...ASKED, tools: [WEATHER], tool_choice: "required", stream: true };
    const line = (content: string) => `${JSON.stringify({ message: { content }, done: false })}\n`;
    ollama.script("/api/chat", (_request, response) => {
      response.end(line('[{"name":'));
    });
    const broken = await (await gateway.post("/api/v1/chat/completions", request)).text();
    expect(broken).toMatch(/"error":\{.*\n\ndata: \[DONE\]\n\n$/s);
    expect(broken).not.toContain("tool_calls");
    ollama.script("/api/chat", (_request, response) => void response.write(line("[")));
    const left = await gateway.post("/api/v1/chat/completions", request);
    await left.body?.cancel();
    await ollama.sawCancel("/api/chat");
  });

  it("is not answered from the cache", async () => {
    const { gateway, ollama } = await playing(textTurn(JSON.stringify([CALL])));
    const request = { ...ASKED, tools: [WEATHER], tool_choice: "required", temperature: 0 };
    for (const _ of [1, 2]) await jsonOf(await gateway.post("/api/v1/chat", request));
    expect(ollama.to("/api/chat")).toHaveLength(2);
  });
});
