import { describe, expect, it } from "vitest";
import { ANSWER_ROUTES, askAt, type Outcome } from "../support/answer-routes.ts";
import { eventsOf } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { bodyTo, jsonOf, startService } from "../support/service.ts";
import { startVision } from "../support/vision-service.ts";

const USER = { role: "user", content: "hi" };
const CHAT = "/api/v1/chat";
const COMPLETIONS = "/api/v1/chat/completions";
const call = (id: string) => ({ id, type: "function", function: { name: "f", arguments: "{}" } });
const tool = (name: string, more: object = {}) => ({
  type: "function",
  function: { name, parameters: {}, ...more },
});
const custom = (name: string, more: object = {}) => ({ type: "custom", custom: { name, ...more } });

/** A history in which nobody says anything. */
const SILENT = [
  { role: "system", content: "" },
  { role: "user", content: " \n" },
  { role: "assistant", content: "" },
  { role: "user", content: [] },
  { role: "assistant", content: null },
  { role: "assistant", content: null, tool_calls: [call("call_1")] },
  { role: "tool", content: "", tool_call_id: "call_1" },
  { role: "assistant", tool_calls: [call("call_2")] },
  { role: "tool", content: [], tool_call_id: "call_2" },
  { role: "assistant", content: [{ type: "refusal", refusal: "No." }] },
  { role: "user", content: "" },
];

describe.each(ANSWER_ROUTES)("$path", (route) => {
  /** One service for the requests of a test. */
  const start = async () => {
    const service = await startVision({ RATE_LIMIT_ENABLED: "false" });
    return (fields: Record<string, unknown>): Promise<Outcome> => askAt(route, service, fields);
  };

  it("takes messages without text, and refuses only to have none", async () => {
    const ask = await start();
    const sent = await sentBy(ask({ messages: SILENT }));
    const texts = (sent["messages"] as { content: string }[]).map(({ content }) => content);
    expect(texts.slice(-SILENT.length)).toEqual(
      SILENT.map(({ role, content }) =>
        role === "assistant" && Array.isArray(content) ? "No." : "",
      ),
    );
    expect(await ask({ messages: [] })).toEqual({
      code: "validation_error",
      says: expect.stringMatching(/^messages: /) as string,
    });
  });

  it("takes tools with more than it passes on, and functions without parameters", async () => {
    const ask = await start();
    const tools = [
      { ...tool("f", { strict: true, cache_control: {}, description: null }), extra: 1 },
      { type: "function", function: { name: "g", description: "G", parameters: null } },
    ];
    expect((await sentBy(ask({ tools })))["tools"]).toEqual([
      tool("f"),
      tool("g", { description: "G" }),
    ]);
  });

  it("offers the tools that tool_choice leaves", async () => {
    const ask = await start();
    const tools = [tool("f"), tool("g"), tool("h")];
    const g = { type: "function", function: { name: "g" } };
    const allowed_tools = { mode: "auto", tools: [g, { ...g, function: { name: "h" } }] };
    for (const [tool_choice, names] of [
      ["none", undefined],
      ["auto", ["f", "g", "h"]],
      ["required", ["f", "g", "h"]],
      [null, ["f", "g", "h"]],
      [g, ["g"]],
      [{ type: "allowed_tools", allowed_tools }, ["g", "h"]],
    ]) {
      const sent = await sentBy(ask({ tools, tool_choice }));
      const offered = sent["tools"] as { function: { name: string } }[] | undefined;
      expect(offered?.map(({ function: { name } }) => name)).toEqual(names);
    }
    for (const tool_choice of ["sometimes", { type: "function", function: { name: "x" } }]) {
      expect(await ask({ tools, tool_choice })).toEqual({
        code: "validation_error",
        says: expect.stringMatching(/^tool_choice: /) as string,
      });
    }
  });

  it("takes max_completion_tokens before max_tokens, and logprobs", async () => {
    const ask = await start();
    const sent = await sentBy(
      ask({ max_tokens: 5, max_completion_tokens: 9, logprobs: true, top_logprobs: 2 }),
    );
    expect(sent).toMatchObject({ options: { num_predict: 9 }, logprobs: true, top_logprobs: 2 });
    expect(await sentBy(ask({ logprobs: false, top_logprobs: null }))).not.toHaveProperty(
      "logprobs",
    );
  });

  it("takes reasoning_effort for how hard to think", async () => {
    const ask = await start();
    expect(await sentBy(ask({ reasoning_effort: "none" }))).toMatchObject({ think: false });
    expect(await sentBy(ask({ reasoning_effort: "high" }))).toMatchObject({ think: "high" });
    expect(await sentBy(ask({ reasoning_effort: "minimal" }))).toMatchObject({ think: "low" });
    // The server knows what it takes.
    for (const [effort, think] of [
      ["xhigh", "max"],
      ["brandnew", "brandnew"],
    ]) {
      expect(await ask({ reasoning_effort: effort })).toEqual({
        code: "invalid_request",
        says: expect.stringContaining(`invalid think value: "${think}"`) as string,
      });
    }
    expect(await ask({ reasoning_effort: "a lot" })).toEqual({
      code: "validation_error",
      says: expect.stringMatching(/^reasoning_effort: /) as string,
    });
  });

  it("says that it has one answer where more are asked for", async () => {
    const ask = await start();
    expect(await ask({ n: 1 })).toHaveProperty("sent");
    expect(await ask({ n: 2 })).toEqual({
      code: "invalid_request",
      says: expect.stringMatching(/^n: a request has one answer/) as string,
    });
  });
});

describe("a custom tool", () => {
  const tools = [custom("shell", { description: "A shell" }), tool("f")];
  const messages = [
    USER,
    {
      role: "assistant",
      tool_calls: [{ id: "call_1", type: "custom", custom: { name: "shell", input: "pwd" } }],
    },
    { role: "tool", content: "/", tool_call_id: "call_1" },
  ];

  it.each(["/api/v1/generate", CHAT, COMPLETIONS])(
    "is a function of one text to the model, and itself to the client of %s",
    async (path) => {
      const { gateway, ollama } = await startService();
      const chats = new HeldAnswers(ollama, "/api/chat");
      const asked = gateway.post(path, { model: "fake", messages, tools });
      const held = await chats.next();
      const parameters = {
        type: "object",
        properties: { input: { type: "string" } },
        required: ["input"],
      };
      expect(held.body["tools"]).toEqual([
        tool("shell", { description: "A shell", parameters }),
        tool("f"),
      ]);
      expect((held.body["messages"] as object[]).slice(1)).toEqual([
        {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "call_1", function: { name: "shell", arguments: { input: "pwd" } } }],
        },
        { role: "tool", content: "/", tool_call_id: "call_1", tool_name: "shell" },
      ]);
      held.json({ message: calling(), done: true, done_reason: "stop" });
      const body = await jsonOf(await asked);
      const { choices = [body] } = body as { choices?: Record<string, unknown>[] };
      expect(choices[0]?.["message"] ?? choices[0]).toMatchObject({ tool_calls: shown });
    },
  );

  it.each([CHAT, COMPLETIONS])("is called in a stream of %s", async (path) => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asked = gateway.post(path, { model: "fake", messages, tools, stream: true });
    const held = await chats.next();
    held.line({ message: calling(), done: false });
    held.finish();
    const [first] = await eventsOf(await asked);
    const { choices } = first as { choices?: { delta: object }[] };
    expect(choices?.[0]?.delta ?? first).toMatchObject({ tool_calls: shown });
  });

  it("is refused with a grammar, which nothing here holds a model to", async () => {
    const { gateway } = await startService();
    const format = { type: "grammar", grammar: { syntax: "lark", definition: "start: X" } };
    const answer = await gateway.post(CHAT, {
      model: "fake",
      messages,
      tools: [custom("shell", { format })],
    });
    expect(await jsonOf(answer)).toMatchObject({
      code: "validation_error",
      error: expect.stringMatching(/^tools\.0\.custom\.format\.type: .*no grammar/),
    });
  });

  function calling() {
    const call = (name: string, given: object) => ({ function: { name, arguments: given } });
    return {
      role: "assistant",
      content: "",
      tool_calls: [
        call("shell", { input: "ls" }),
        call("shell", { command: "ls" }),
        call("f", { a: 1 }),
      ],
    };
  }
  const id: unknown = expect.stringMatching(/^call_/);
  const shown = [
    { id, type: "custom", custom: { name: "shell", input: "ls" } },
    { id, type: "custom", custom: { name: "shell", input: '{"command":"ls"}' } },
    { id, type: "function", function: { name: "f", arguments: '{"a":1}' } },
  ];
});

describe("log probabilities", () => {
  const rated = (token: string) => ({ token, logprob: -0.5, bytes: [104] });
  const lines = ["a", "b"].map((token) => ({
    model: "fake",
    message: { role: "assistant", content: token },
    logprobs: [rated(token)],
    done: false,
  }));

  it("are shown in the native form, whole and in pieces", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const body = { model: "fake", messages: [USER], logprobs: true };
    const whole = gateway.post(CHAT, body);
    (await chats.next()).json({ ...lines[0], done: true });
    expect(await jsonOf(await whole)).toMatchObject({ logprobs: [rated("a")] });
    const streaming = gateway.post(CHAT, { ...body, stream: true });
    const held = await chats.next();
    for (const line of lines) held.line(line);
    held.finish();
    expect((await eventsOf(await streaming)).slice(0, 2)).toMatchObject([
      { chunk: "a", logprobs: [rated("a")] },
      { chunk: "b", logprobs: [rated("b")] },
    ]);
  });

  it("are shown in OpenAI's form, whole and in chunks", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const body = { model: "fake", messages: [USER], logprobs: true };
    const choice = (token: string) => ({
      choices: [{ logprobs: { content: [{ ...rated(token), top_logprobs: [] }], refusal: null } }],
    });
    const whole = gateway.post(COMPLETIONS, body);
    (await chats.next()).json({ ...lines[0], done: true });
    expect(await jsonOf(await whole)).toMatchObject(choice("a"));
    const streaming = gateway.post(COMPLETIONS, { ...body, stream: true });
    const held = await chats.next();
    for (const line of lines) held.line(line);
    held.finish();
    expect((await eventsOf(await streaming)).slice(0, 2)).toMatchObject([choice("a"), choice("b")]);
  });

  it("are never another run's", async () => {
    const { gateway, ollama } = await startService({ RESPONSE_CACHE_ENABLED: "true" });
    const body = { model: "fake", messages: [USER], logprobs: true, temperature: 0 };
    for (const _ of [1, 2]) {
      const answer = await gateway.post(CHAT, body);
      expect(answer.headers.get("x-cache")).toBe("BYPASS");
    }
    expect(ollama.to("/api/chat")).toHaveLength(2);
  });
});

it.each([
  [{ reasoning: { effort: "low" } }, { think: "low" }],
  [{ reasoning: { effort: "low" }, reasoning_effort: "high" }, { think: "low" }],
  [{ reasoning: { summary: "auto" }, reasoning_effort: "high" }, { think: "high" }],
])("takes %j in OpenAI's form as Ollama does", async (fields, sent) => {
  const { gateway, ollama } = await startService();
  await gateway.post(COMPLETIONS, { model: "fake", messages: [USER], ...fields });
  expect(bodyTo(ollama, "/api/chat")).toMatchObject(sent);
});

it("shows a model what it has refused to say, in the field of OpenAI's message", async () => {
  const { gateway, ollama } = await startService();
  const messages = [USER, { role: "assistant", content: null, refusal: "No." }, USER];
  await gateway.post(COMPLETIONS, { model: "fake", messages });
  expect(bodyTo(ollama, "/api/chat")["messages"]).toEqual([
    USER,
    { role: "assistant", content: "No." },
    USER,
  ]);
});

async function sentBy(asked: Promise<Outcome>): Promise<Record<string, unknown>> {
  const outcome = await asked;
  if (!("sent" in outcome)) throw new Error(`refused: ${outcome.says}`);
  return outcome.sent;
}
