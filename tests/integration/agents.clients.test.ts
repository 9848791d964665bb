import type { ResponseInput } from "openai/resources/responses/responses";
import { describe, expect, it } from "vitest";
import { EXAMPLE_IMAGE } from "../../routes/service/contract/images.ts";
import { connect, OUTPUT, TYPES, withTool } from "../support/agent-streams.ts";
import { startAgents } from "../support/agents.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

describe("the openai client", () => {
  it("streams responses of an agent, and accumulates them", async () => {
    const world = await withTool();
    const openai = connect(world);
    const stream = openai.responses.stream({ model: "agent:helper", input: "hi" });
    const types: string[] = [];
    stream.on("event", ({ type }) => types.push(type));
    const whole = await stream.finalResponse();
    expect(types.filter((type) => type !== ("keepalive" as string))).toEqual(TYPES);
    expect(whole.output).toMatchObject(OUTPUT);
    expect(whole.output_text).toBe("Let me see.It is 42.");
    expect(whole).toMatchObject({ status: "completed", model: "agent:helper" });
    expect(await openai.responses.retrieve(whole.id)).toMatchObject({ id: whole.id });
  });

  it("creates responses whole, and goes on from them", async () => {
    const world = await withTool();
    const openai = connect(world);
    const first = await openai.responses.create({ model: "agent:helper", input: "hi" });
    expect(first.output).toMatchObject(OUTPUT);
    const second = await openai.responses.create({
      model: "agent:helper",
      input: "again",
      previous_response_id: first.id,
    });
    expect(second.status).toBe("completed");
    const bodies = world.ollama.to("/api/chat").map(
      ({ body }) =>
        JSON.parse(body.toString()) as {
          messages: { role: string; content: string }[];
        },
    );
    expect(bodies.at(-1)?.messages.map(({ role, content }) => [role, content])).toEqual([
      ["system", "You help."],
      ["user", "hi"],
      ["assistant", "Let me see."],
      ["tool", "42"],
      ["assistant", "It is 42."],
      ["user", "again"],
      ["assistant", "Let me see."],
      ["tool", "42"],
    ]);
    const sentBack = await openai.responses.create({
      model: "agent:helper",
      input: [...(first.output as ResponseInput), { role: "user", content: "again" }],
      store: false,
    });
    expect(sentBack.status).toBe("completed");
  });

  it("is given calls of its own functions, and sends their outputs", async () => {
    const world = await startAgents();
    await world.create({ mcp: [] });
    world.model(({ messages }) =>
      messages.at(-1)?.role === "tool" ? { text: "Blue" } : { calls: [["ask_user", { q: "?" }]] },
    );
    const openai = connect(world);
    const tools = [{ type: "function" as const, name: "ask_user", parameters: {}, strict: false }];
    const first = await openai.responses.create({ model: "agent:helper", input: "hi", tools });
    expect(first.status).toBe("completed");
    const [call] = first.output;
    if (call?.type !== "function_call") throw new Error("no call");
    const second = await openai.responses.create({
      model: "agent:helper",
      previous_response_id: first.id,
      input: [{ type: "function_call_output", call_id: call.call_id, output: "blue" }],
      tools,
    });
    expect(second.output_text).toBe("Blue");
  });

  it("chats with an agent, whole and streamed", async () => {
    const world = await withTool();
    const openai = connect(world);
    const asked = { model: "agent:helper", messages: [{ role: "user" as const, content: "hi" }] };
    const whole = await openai.chat.completions.create(asked);
    expect(whole).toMatchObject({
      model: "agent:helper",
      choices: [{ message: { content: "Let me see.\n\nIt is 42." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 40, completion_tokens: 8 },
    });
    const final = await openai.chat.completions.stream(asked).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe("Let me see.\n\nIt is 42.");
    expect(final.choices[0]?.finish_reason).toBe("stop");
    await nothingIsHeld(world);
  });

  it("is given calls of its own functions in chats", async () => {
    const world = await startAgents();
    await world.create({ mcp: [] });
    world.model(({ messages }) =>
      messages.at(-1)?.role === "tool" ? { text: "Blue" } : { calls: [["ask_user", { q: "?" }]] },
    );
    const openai = connect(world);
    const tools = [{ type: "function" as const, function: { name: "ask_user", parameters: {} } }];
    const user = { role: "user" as const, content: "hi" };
    const asked = { model: "agent:helper", messages: [user], tools };
    const streamed = await openai.chat.completions.stream(asked).finalChatCompletion();
    const whole = await openai.chat.completions.create(asked);
    for (const { choices } of [streamed, whole]) {
      expect(choices[0]?.finish_reason).toBe("tool_calls");
      const message = choices[0]?.message;
      const call = message?.tool_calls?.[0];
      if (!message || call?.type !== "function") throw new Error("no call");
      expect(call.function).toMatchObject({ name: "ask_user", arguments: '{"q":"?"}' });
      const next = await openai.chat.completions.create({
        model: "agent:helper",
        messages: [user, message, { role: "tool", tool_call_id: call.id, content: "blue" }],
        tools,
      });
      expect(next.choices[0]?.message.content).toBe("Blue");
    }
  });

  it("is told what is wrong: an agent that is not there, a choice of tools, images", async () => {
    const world = await withTool();
    const openai = connect(world);
    await expect(
      openai.responses.create({ model: "agent:nobody", input: "hi" }),
    ).rejects.toMatchObject({ status: 404, code: "agent_not_found" });
    await expect(
      openai.responses.create({ model: "agent:helper", input: "hi", tool_choice: "none" }),
    ).rejects.toMatchObject({ status: 422, param: "tool_choice" });
    const image = { type: "image_url" as const, image_url: { url: EXAMPLE_IMAGE } };
    await expect(
      openai.chat.completions.create({
        model: "agent:helper",
        messages: [{ role: "user", content: [image] }],
      }),
    ).rejects.toMatchObject({ status: 400, code: "invalid_request", param: "messages" });
    world.ollama.script("/api/chat", (_request, response) => void response.destroy());
    await expect(
      openai.responses.create({ model: "agent:helper", input: "hi" }),
    ).rejects.toMatchObject({ status: 503, code: "upstream_unavailable" });
    const stream = openai.responses.stream({ model: "agent:helper", input: "hi" });
    expect(await stream.finalResponse()).toMatchObject({ status: "failed" });
  });
});
