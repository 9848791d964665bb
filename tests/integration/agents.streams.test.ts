import OpenAI from "openai";
import type { ResponseInput } from "openai/resources/responses/responses";
import { describe, expect, it } from "vitest";
import { EXAMPLE_IMAGE } from "../../routes/service/contract/images.ts";
import { as, runIs, startAgents } from "../support/agents.ts";
import { within } from "../support/deadline.ts";
import { EventReader, eventsOf } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

type World = Awaited<ReturnType<typeof startAgents>>;

function connect({ gateway }: World): OpenAI {
  const { "x-project-name": project = "" } = as("acme").headers as Record<string, string>;
  return new OpenAI({
    baseURL: `${gateway.url}/api/v1`,
    apiKey: "none",
    maxRetries: 0,
    defaultHeaders: { "x-project-name": project },
  });
}

async function withTool(definition: Record<string, unknown> = {}) {
  const world = await startAgents();
  await world.create({ allowed_tools: ["say"], ...definition });
  world.model(({ messages }) =>
    messages.at(-1)?.role === "tool"
      ? { text: "It is 42." }
      : { text: "Let me see.", calls: [["say", { text: "42" }]] },
  );
  return world;
}

/** The events of OpenAI's, by their types, that a run with one call has. */
const TYPES = [
  "response.created",
  "response.in_progress",
  "response.output_item.added",
  "response.mcp_list_tools.in_progress",
  "response.mcp_list_tools.completed",
  "response.output_item.done",
  "response.output_item.added",
  "response.content_part.added",
  "response.output_text.delta",
  "response.output_text.delta",
  "response.output_text.done",
  "response.content_part.done",
  "response.output_item.done",
  "response.output_item.added",
  "response.mcp_call.in_progress",
  "response.mcp_call_arguments.delta",
  "response.mcp_call_arguments.done",
  "response.mcp_call.completed",
  "response.output_item.done",
  "response.output_item.added",
  "response.content_part.added",
  "response.output_text.delta",
  "response.output_text.delta",
  "response.output_text.done",
  "response.content_part.done",
  "response.output_item.done",
  "response.completed",
];

const OUTPUT = [
  { type: "mcp_list_tools", server_label: "own", tools: [{ name: "say" }], error: null },
  { type: "message", status: "completed", content: [{ text: "Let me see." }] },
  {
    type: "mcp_call",
    status: "completed",
    server_label: "own",
    name: "say",
    arguments: '{"text":"42"}',
    output: "42",
    error: null,
  },
  { type: "message", status: "completed", content: [{ text: "It is 42." }] },
];

describe("the stream of a run", () => {
  it("has OpenAI's events in order, numbered, and ours between them", async () => {
    const world = await withTool();
    const answer = await world.run({ stream: true });
    expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const events = (await eventsOf(answer)) as Record<string, unknown>[];
    const types = events.map(({ type }) => type).filter((type) => type !== "keepalive");
    expect(types).toEqual(TYPES);
    expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_e, i) => i));
    const own = events.flatMap(({ shared_ollama: facts }) => (facts ? [facts] : []));
    // That its model has to be looked for is told, too.
    const steps = own.filter((facts) => (facts as { event?: string }).event === "step");
    expect(steps).toMatchObject([
      { event: "step", number: 1, kind: "model" },
      { event: "step", number: 2, kind: "tool", tool: "say", outcome: "completed" },
      { event: "step", number: 3, kind: "model" },
    ]);
    const { response } = events.at(-1) as { response: object };
    expect(response).toMatchObject({
      status: "completed",
      model: "agent:helper",
      output: OUTPUT,
      usage: { input_tokens: 40, output_tokens: 8, total_tokens: 48 },
      shared_ollama: { agent: "helper", model: "fake", status: "completed" },
    });
    await nothingIsHeld(world);
  });

  it("can be read again from any event, and by several at once", async () => {
    const world = await withTool();
    const whole = await (await world.run({ stream: true })).text();
    const id = /run_[0-9a-f-]{36}/.exec(whole)?.[0] ?? "";
    const path = `/api/v1/agents/runs/${id}/events`;
    const again = await (await world.gateway.get(path, as("acme"))).text();
    expect(again.startsWith(whole)).toBe(true);
    expect(again.slice(whole.length)).toMatch(/^event: shared_ollama:run_ended\n/);
    const rest = await (await world.gateway.get(`${path}?after=20`, as("acme"))).text();
    expect(again.endsWith(rest)).toBe(true);
    expect(rest).toMatch(/"sequence_number":21,/);
    expect(rest).not.toMatch(/"sequence_number":20,/);
    const other = await world.gateway.get(path, as("other"));
    expect(other.status).toBe(404);
    expect((await world.gateway.get(`${path}?after=x`, as("acme"))).status).toBe(422);
    await nothingIsHeld(world);
  });

  it("tells of what a turn waits for, and goes on while somebody else reads on", async () => {
    const world = await startAgents({ UPSTREAM_PARALLEL: "1" });
    await world.create({ mcp: [] });
    const held = new HeldAnswers(world.ollama, "/api/chat");
    const messages = [{ role: "user", content: "hi" }];
    const chat = world.gateway.post("/api/v1/chat", { model: "fake", messages });
    const first = await held.next();
    const reader = new EventReader(await world.run({ stream: true }));
    const seen: Record<string, unknown>[] = [];
    while (!seen.some((event) => event["shared_ollama"])) {
      seen.push((await within(reader.next(), "an event of ours")) as Record<string, unknown>);
    }
    expect(seen.at(-1)).toMatchObject({
      type: "keepalive",
      shared_ollama: { event: "queue", waiting_for: "place", position: 1 },
    });
    first.json({ message: { role: "assistant", content: "" }, done: true });
    await chat;
    const turn = await held.next();
    turn.piece("Hello");
    turn.finish();
    expect((await reader.rest()).at(-1)).toMatchObject({ type: "response.completed" });
  });

  it("ends as incomplete or failed, and says why", async () => {
    const world = await startAgents();
    await world.create({ max_steps: 1 });
    world.model(() => ({ calls: [["say", {}]] }));
    const cut = (await eventsOf(await world.run({ stream: true }))).at(-1);
    expect(cut).toMatchObject({
      type: "response.incomplete",
      response: { status: "incomplete", incomplete_details: { reason: "max_steps" } },
    });
    world.ollama.script("/api/chat", (_request, response) => void response.destroy());
    const failed = (await eventsOf(await world.run({ stream: true }))).at(-1);
    expect(failed).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "upstream_unavailable" } },
    });
  });
});

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

describe("an approval", () => {
  async function withApproval() {
    const world = await withTool({ require_approval: "always" });
    return { world, openai: connect(world) };
  }

  it("is asked for and given in OpenAI's way", async () => {
    const { world, openai } = await withApproval();
    const first = await openai.responses
      .stream({ model: "agent:helper", input: "hi" })
      .finalResponse();
    expect(first.status).toBe("completed");
    const request = first.output.at(-1);
    if (request?.type !== "mcp_approval_request") throw new Error("nothing is asked");
    expect(request).toMatchObject({ name: "say", arguments: '{"text":"42"}', server_label: "own" });
    expect(world.gateway.service.load()).toMatchObject({ text: 0, mcpServers: 0, tenants: 0 });
    const yes = {
      type: "mcp_approval_response" as const,
      approval_request_id: request.id,
      approve: true,
    };
    const second = await openai.responses
      .stream({ model: "agent:helper", previous_response_id: first.id, input: [yes] })
      .finalResponse();
    expect(second.output).toMatchObject([
      { type: "mcp_call", approval_request_id: request.id, output: "42" },
      { type: "message", content: [{ text: "It is 42." }] },
    ]);
    // It was taken; and the conversation goes on.
    await expect(
      openai.responses.create({ model: "agent:helper", input: [yes] }),
    ).rejects.toMatchObject({ status: 409, code: "approval_mismatch" });
    world.model(() => ({ text: "Bye" }));
    const third = await openai.responses.create({
      model: "agent:helper",
      previous_response_id: second.id,
      input: "thanks",
    });
    expect(third.output_text).toBe("Bye");
    await nothingIsHeld(world);
  });

  it("is given by its owner only, for the arguments that were shown", async () => {
    const { world } = await withApproval();
    const body = await jsonOf(await world.run());
    expect(body).toMatchObject({ status: "waiting_for_approval", response: "Let me see." });
    const id = String(body["run_id"]);
    const [approval] = body["approvals"] as Record<string, string>[];
    const facts = await jsonOf(await world.gateway.get(`/api/v1/agents/runs/${id}`, as("acme")));
    expect(facts["approvals"]).toEqual(body["approvals"]);
    const path = `/api/v1/agents/runs/${id}/approve`;
    const { call_id, arguments_sha256 } = approval ?? {};
    const yes = { call_id, approve: true, arguments_sha256 };
    const other = await world.gateway.post(path, yes, as("other"));
    expect(other.status).toBe(404);
    const bare = await world.gateway.post(path, { call_id, approve: true }, as("acme"));
    expect(bare.status).toBe(422);
    const changed = await world.gateway.post(
      path,
      { call_id, approve: true, arguments: '{"text":"43"}' },
      as("acme"),
    );
    expect([changed.status, (await jsonOf(changed))["code"]]).toEqual([409, "approval_mismatch"]);
    const given = await world.gateway.post(path, yes, as("acme"));
    expect(await jsonOf(given)).toEqual({ run_id: id, agent: "helper", status: "running" });
    await runIs(world, id, "completed");
    const events = await (
      await world.gateway.get(`/api/v1/agents/runs/${id}/events`, as("acme"))
    ).text();
    expect(events.match(/^event: response\.created$/gm)).toHaveLength(2);
    expect(events).toMatch(/"approval_request_id":"mcpr_/);
  });

  it("may be a no, of which the model is told", async () => {
    const { world } = await withApproval();
    const body = await jsonOf(await world.run());
    const [approval] = body["approvals"] as Record<string, string>[];
    const path = `/api/v1/agents/runs/${String(body["run_id"])}/approve`;
    const no = { call_id: approval?.["call_id"], approve: false, arguments: '{"text":"42"}' };
    await world.gateway.post(path, no, as("acme"));
    const facts = await runIs(world, String(body["run_id"]), "completed");
    expect(facts["steps"]).toMatchObject([{}, { tool: "say", outcome: "refused" }, {}]);
  });

  it("is waited for by a chat, which holds nothing but its connection", async () => {
    const { world, openai } = await withApproval();
    const chat = openai.chat.completions.create({
      model: "agent:helper",
      messages: [{ role: "user", content: "hi" }],
    });
    let id = "";
    let approval: Record<string, unknown> = {};
    await within(
      (async () => {
        while (id === "") {
          const list = await jsonOf(await world.gateway.get("/api/v1/agents/runs", as("acme")));
          const [run] = list["running"] as { id: string; status: string }[];
          if (run?.status === "waiting_for_approval") id = run.id;
        }
        const run = await jsonOf(await world.gateway.get(`/api/v1/agents/runs/${id}`, as("acme")));
        [approval = {}] = run["approvals"] as Record<string, unknown>[];
      })(),
      "the run waits",
    );
    expect(world.gateway.service.load()).toMatchObject({ text: 0, mcpServers: 0, tenants: 0 });
    const { call_id, arguments_sha256 } = approval;
    const yes = { call_id, approve: true, arguments_sha256 };
    await world.gateway.post(`/api/v1/agents/runs/${id}/approve`, yes, as("acme"));
    expect((await chat).choices[0]?.message.content).toBe("Let me see.\n\nIt is 42.");
  });

  it("does not come to be where its run is cancelled", async () => {
    const { world } = await withApproval();
    const { run_id: id } = await jsonOf(await world.run());
    await world.gateway.post(`/api/v1/agents/runs/${String(id)}/cancel`, "", as("acme"));
    await runIs(world, String(id), "cancelled");
    await nothingIsHeld(world);
  });
});
