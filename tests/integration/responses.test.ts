import { describe, expect, it } from "vitest";
import { EXAMPLE_IMAGE } from "../../routes/service/contract/images.ts";
import { EventReader, eventsOf } from "../support/event-stream.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { within } from "../support/deadline.ts";
import { bodiesTo, bodyTo, idOf, jsonOf, startService } from "../support/service.ts";
import { startVision } from "../support/vision-service.ts";

const PATH = "/api/v1/responses";
const ASK = { model: "fake", input: "hi" };

describe("POST /api/v1/responses", () => {
  it("answers with a response that shows what it was asked for", async () => {
    const { gateway, ollama } = await startService();
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const tool = {
      type: "function",
      name: "f",
      description: "F",
      parameters: schema,
      strict: true,
    };
    const format = { type: "json_schema", name: "a", schema, strict: false };
    const settings = {
      instructions: "Be kind.",
      max_output_tokens: 9,
      metadata: { a: "b" },
      parallel_tool_calls: true,
      reasoning: { effort: "low", summary: "auto" },
      store: true,
      temperature: 0.5,
      text: { format, verbosity: "low" },
      tool_choice: "auto",
      tools: [tool],
      top_p: 0.8,
      truncation: "disabled",
      user: "ada",
    };
    const taken = { service_tier: "auto", prompt_cache_key: "k", safety_identifier: "s", seed: 7 };
    const answer = await gateway.post(PATH, { ...ASK, ...settings, ...taken });
    const hex = idOf(answer).replaceAll("-", "");
    const response = await jsonOf(answer);
    const nowSec = Date.now() / 1000;
    for (const name of ["created_at", "completed_at"]) {
      expect(response[name]).toSatisfy((at: number) => Math.abs(nowSec - at) < 60);
    }
    expect(response).toEqual({
      ...settings,
      id: `resp_${hex}`,
      object: "response",
      created_at: expect.any(Number),
      completed_at: expect.any(Number),
      status: "completed",
      background: false,
      error: null,
      incomplete_details: null,
      model: "fake",
      output: [
        {
          id: `msg_${hex}_0`,
          type: "message",
          status: "completed",
          role: "assistant",
          content: [{ type: "output_text", text: "Hello", annotations: [], logprobs: [] }],
        },
      ],
      previous_response_id: null,
      service_tier: "default",
      top_logprobs: 0,
      usage: {
        input_tokens: 7,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 2,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 9,
      },
    });
    expect(bodyTo(ollama, "/api/chat")).toEqual({
      model: "fake",
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "hi" },
      ],
      format: schema,
      options: {
        temperature: 0.5,
        top_p: 0.8,
        top_k: 40,
        repeat_penalty: 1.1,
        seed: 7,
        num_predict: 9,
      },
      tools: [{ type: "function", function: { name: "f", description: "F", parameters: schema } }],
      think: "low",
      stream: false,
      truncate: false,
    });
  });

  it("takes every item and part of a conversation", async () => {
    const { gateway, ollama } = await startService();
    const parts = [
      { type: "input_text", text: "one" },
      { type: "input_text", text: "two" },
    ];
    const input = [
      { role: "developer", content: "Be kind." },
      { type: "message", role: "user", content: parts, id: "msg_0", status: "completed" },
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "x" },
      {
        role: "assistant",
        content: [{ type: "output_text", text: "Let me see.", annotations: [] }],
      },
      { type: "function_call", call_id: "c1", name: "f", arguments: '{"a":1}' },
      { type: "function_call", call_id: "c2", name: "__proto__", arguments: "" },
      { type: "function_call_output", call_id: "c1", output: "" },
      { type: "function_call_output", call_id: "c2", output: parts },
      { role: "assistant", content: [{ type: "refusal", refusal: "No." }] },
      { role: "user", content: "three" },
    ];
    expect((await gateway.post(PATH, { ...ASK, input })).status).toBe(200);
    expect(bodyTo(ollama, "/api/chat")["messages"]).toEqual([
      { role: "system", content: "Be kind." },
      { role: "user", content: "one two" },
      {
        role: "assistant",
        content: "Let me see.",
        tool_calls: [
          { id: "c1", function: { name: "f", arguments: { a: 1 } } },
          { id: "c2", function: { name: "__proto__", arguments: {} } },
        ],
      },
      { role: "tool", content: "", tool_call_id: "c1", tool_name: "f" },
      { role: "tool", content: "one two", tool_call_id: "c2", tool_name: "__proto__" },
      { role: "assistant", content: "No." },
      { role: "user", content: "three" },
    ]);
  });

  it("takes images, also as what a function has answered", async () => {
    const { gateway, ollama } = await startVision();
    const image = { type: "input_image", image_url: EXAMPLE_IMAGE, detail: "low" };
    const input = [
      { role: "user", content: [image, { type: "input_text", text: "Like this one?" }] },
      { type: "function_call", call_id: "c", name: "look", arguments: "{}" },
      { type: "function_call_output", call_id: "c", output: [image] },
    ];
    const answer = await gateway.post(PATH, { model: "eyes", input });
    expect(answer.status).toBe(200);
    await answer.text();
    const { messages } = bodiesTo(ollama, "/api/chat").at(-1) as { messages: object[] };
    expect(messages).toMatchObject([
      { role: "user", images: [expect.any(String)] },
      { role: "assistant" },
      { role: "tool", images: [expect.any(String)] },
    ]);
  });

  it.each([
    ["auto", ["f", "g"]],
    ["none", undefined],
    [{ type: "function", name: "g" }, ["g"]],
    [{ type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "f" }] }, ["f"]],
  ])("offers the tools that tool_choice %j leaves", async (choice, names) => {
    const { gateway, ollama } = await startService();
    const tools = ["f", "g"].map((name) => ({ type: "function", name }));
    const response = await jsonOf(await gateway.post(PATH, { ...ASK, tools, tool_choice: choice }));
    expect(response["tool_choice"]).toEqual(choice);
    const sent = bodyTo(ollama, "/api/chat")["tools"] as { function: { name: string } }[];
    expect(sent?.map((tool) => tool.function.name)).toEqual(names);
  });

  it("tells how likely tokens were where that is asked for", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const include = ["message.output_text.logprobs", "reasoning.encrypted_content"];
    const asking = gateway.post(PATH, { ...ASK, include, top_logprobs: 1, stream: true });
    const held = await chats.next();
    expect(held.body).toMatchObject({ logprobs: true, top_logprobs: 1 });
    const rated = { token: "Hi", logprob: -0.5, top_logprobs: [{ token: "Hi", logprob: -0.5 }] };
    held.line({ message: { content: "Hi" }, logprobs: [rated], done: false });
    held.finish();
    const events = await eventsOf(await asking);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "response.output_text.delta", logprobs: [rated] }),
    );
    expect(events.at(-1)).toMatchObject({
      response: { output: [{ content: [{ text: "Hi", logprobs: [rated] }] }] },
    });
  });

  it("begins a new item where the model changes between thinking, saying and calling", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asking = gateway.post(PATH, { ...ASK, stream: true });
    const held = await chats.next();
    const call = { function: { name: "f", arguments: { a: "\u2028" } } };
    for (const message of [
      { thinking: "Hm" },
      { content: "A" },
      { tool_calls: [call] },
      { content: "B" },
      { thinking: "So" },
    ]) {
      held.line({ message: { role: "assistant", ...message }, done: false });
    }
    held.finish({ done_reason: "length" });
    const events = (await eventsOf(await asking)) as Record<string, unknown>[];
    const { response } = events.at(-1) as { response: { output: { id: string }[] } };
    expect(response.output).toMatchObject([
      { type: "reasoning", status: "completed" },
      { type: "message", status: "completed", content: [{ text: "A" }] },
      { type: "function_call", call_id: expect.stringMatching(/^call_/) },
      { type: "message", status: "completed", content: [{ text: "B" }] },
      { type: "reasoning", status: "incomplete", summary: [{ text: "So" }] },
    ]);
    expect(events.map((event) => event["sequence_number"])).toEqual([...events.keys()]);
    const done = events.filter(({ type }) => type === "response.output_item.done");
    expect(done.map(({ item }) => item)).toEqual(response.output);
    expect(done.map((event) => event["output_index"])).toEqual([0, 1, 2, 3, 4]);
  });

  it("is held to its schema where that is strict", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const format = { type: "json_schema", name: "n", schema: { type: "integer" }, strict: true };
    const ask = (more: object = {}) => gateway.post(PATH, { ...ASK, text: { format }, ...more });
    const say = async (content: string) =>
      (await chats.next()).json({ message: { content }, done: true, done_reason: "stop" });

    const right = ask();
    await say("7");
    expect(await jsonOf(await right)).toMatchObject({ status: "completed", schema_valid: true });

    const wrong = ask();
    await say('"a"');
    await say('"b"');
    expect((await wrong).status).toBe(502);
    expect(await jsonOf(await wrong)).toMatchObject({ error: { code: "schema_mismatch" } });

    const streaming = ask({ stream: true });
    const held = await chats.next();
    held.piece('"c"');
    held.finish();
    const events = await eventsOf(await streaming);
    expect(events.at(-1)).toMatchObject({ response: { schema_valid: false } });

    const schema = { $ref: "#/none" };
    const refused = await ask({ text: { format: { ...format, schema } } });
    expect(await jsonOf(refused)).toMatchObject({
      error: { code: "invalid_request", param: "text.format.schema" },
    });
  });

  it("says nothing where the model does", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asking = gateway.post(PATH, ASK);
    (await chats.next()).finish();
    expect(await jsonOf(await asking)).toMatchObject({
      status: "completed",
      output: [{ type: "message", content: [{ text: "" }] }],
    });
  });

  it("is answered from the cache, under an id of its own", async () => {
    const { gateway, ollama } = await startService({ RESPONSE_CACHE_ENABLED: "true" });
    const ask = async () => {
      const answer = await gateway.post(PATH, { ...ASK, temperature: 0 });
      return { cache: answer.headers.get("x-cache"), ...(await jsonOf(answer)) };
    };
    const [first, second] = [await ask(), await ask()] as Record<string, unknown>[];
    expect([first?.["cache"], second?.["cache"]]).toEqual(["MISS", "HIT-EXACT"]);
    expect(second?.["id"]).not.toBe(first?.["id"]);
    expect(bodiesTo(ollama, "/api/chat")).toHaveLength(1);
    const retrieved = await gateway.get(`${PATH}/${String(second?.["id"])}`);
    expect(retrieved.status).toBe(200);
  });

  it("tells a waiting client that it waits in comments, behind the first events", async () => {
    const fake = await startFakeOllama();
    const settings = { OLLAMA_BASE_URL: fake.url, STREAM_NOTICE_AFTER: "1" };
    const gateway = await startGateway(settings);
    const loads = new HeldAnswers(fake, "/api/generate");
    const answer = await within(gateway.post(PATH, { ...ASK, stream: true }), "a notice");
    const load = await loads.next();
    fake.inMemory.push("fake:latest");
    load.json({ done: true });
    const text = await answer.text();
    expect(text).toMatch(/^: .*so far$/m);
    const events = await new EventReader(new Response(text)).rest();
    expect(events[0]).toMatchObject({ type: "response.created", sequence_number: 0 });
    expect(events.at(-1)).toMatchObject({ type: "response.completed" });
  });

  it("fails before its stream as other requests do", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asking = gateway.post(PATH, { ...ASK, stream: true });
    (await chats.next()).json({ error: "no" }, 500);
    const answer = await asking;
    expect(answer.status).toBe(503);
    expect(await jsonOf(answer)).toMatchObject({ error: { code: "upstream_unavailable" } });
  });
});
