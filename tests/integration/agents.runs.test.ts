import { describe, expect, it } from "vitest";
import { as, bodyOf, runIs, startAgents, toolTexts } from "../support/agents.ts";
import { until, within } from "../support/deadline.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { expectNativeError, idOf, jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const SLOW = { calls: [["slow", { ms: 60_000 }]] } as const;

describe("POST /api/v1/agents/{name}/run", () => {
  it("runs the tools of an MCP server, and answers with the contract's form", async () => {
    const world = await startAgents();
    await world.create();
    world.model(({ messages }) =>
      messages.length === 2
        ? { text: "Let me see.", calls: [["say", { text: "42" }]] }
        : { text: "It is 42." },
    );
    const answer = await world.run();
    const body = await jsonOf(answer);
    expect(body).toMatchObject({
      agent: "helper",
      status: "completed",
      response: "It is 42.",
      message: { role: "assistant", content: "It is 42.", tool_calls: null, tool_call_id: null },
      model: "fake",
      request_id: idOf(answer),
      prompt_eval_count: 40,
      generation_eval_count: 8,
      model_warm_start: true,
      steps: [
        { kind: "model", outcome: "completed", input_tokens: 20 },
        { kind: "tool", server: "own", tool: "say", outcome: "completed" },
        { kind: "model", outcome: "completed" },
      ],
    });
    const asked = world.ollama.to("/api/chat").map(bodyOf);
    expect(asked[0]?.messages).toEqual([
      { role: "system", content: "You help." },
      { role: "user", content: "hi" },
    ]);
    expect(asked[1] && toolTexts(asked[1])).toEqual(["42"]);
    await nothingIsHeld(world);
  });

  it("gives each turn a record of its own, beside that of the request", async () => {
    const world = await startAgents();
    await world.create();
    world.model((_asked, count) => (count === 1 ? { calls: [["say", {}]] } : { text: "Done" }));
    const answer = await world.run();
    const { steps, run_id: id } = (await jsonOf(answer)) as {
      steps: { request_id?: string }[];
      run_id: string;
    };
    const uuid = id.slice("run_".length);
    const turns = steps.flatMap(({ request_id }) => request_id ?? []);
    expect(turns).toEqual([`${uuid}-1`, `${uuid}-2`]);
    for (const turn of turns) {
      expect(await loggedEventOf(world.gateway, turn)).toMatchObject({
        event: "agent_turn",
        tenant: "acme",
        operation: "agent",
        model: "fake",
        input_tokens: 20,
      });
    }
    expect(await loggedEventOf(world.gateway, idOf(answer))).toMatchObject({
      event: "http_request",
      operation: "run_agent",
      model: "agent:helper",
    });
  });

  it("sends the agent's options, over which those of the run win", async () => {
    const world = await startAgents();
    await world.create({ options: { temperature: 0.5, num_ctx: 2048 } });
    world.model(() => ({ text: "Hi" }));
    await world.run({ options: { temperature: 1, seed: 7 } });
    const [asked] = world.ollama.to("/api/chat").map(bodyOf);
    expect(asked?.options).toMatchObject({ temperature: 1, seed: 7, num_ctx: 2048 });
    await world.run({ options: { num_keep: 5 } });
    const second = world.ollama.to("/api/chat").map(bodyOf).at(-1);
    expect(second?.options).toMatchObject({ temperature: 0.5, num_ctx: 2048, num_keep: 5 });
  });

  it("goes on from messages, also with what functions of the client's have answered", async () => {
    const world = await startAgents();
    await world.create({ mcp: [] });
    const tool = { type: "function", function: { name: "ask_user", parameters: {} } };
    world.model(({ messages }) =>
      messages.at(-1)?.role === "tool" ? { text: "Blue" } : { calls: [["ask_user", { q: "?" }]] },
    );
    const first = await jsonOf(await world.run({ tools: [tool] }));
    expect(first).toMatchObject({ status: "incomplete", reason: { code: "tool_calls" } });
    const [call] = first["tool_calls"] as { id: string }[];
    const messages = [
      { role: "user", content: "hi" },
      first["message"],
      { role: "tool", tool_call_id: call?.id, content: "blue" },
    ].map((message) => {
      const { tool_call_id: id, ...rest } = message as Record<string, unknown>;
      return id ? { ...rest, tool_call_id: id } : rest;
    });
    const second = await jsonOf(await world.run({ prompt: undefined, messages, tools: [tool] }));
    expect(second).toMatchObject({ status: "completed", response: "Blue" });
  });

  it("holds the last answer to the agent's form, and the others to none", async () => {
    const world = await startAgents();
    const schema = { type: "object", required: ["sum"], properties: { sum: { type: "integer" } } };
    await world.create({
      response_format: { type: "json_schema", json_schema: { name: "sum", schema, strict: true } },
    });
    world.model(({ format, messages }) => {
      if (format) return { text: '{"sum": 3}' };
      return messages.length === 2 ? { calls: [["say", { text: "3" }]] } : { text: "It is 3" };
    });
    const body = await jsonOf(await world.run());
    expect(body).toMatchObject({ status: "completed", response: '{"sum": 3}' });
    const asked = world.ollama.to("/api/chat").map(bodyOf);
    expect(asked.map(({ format }) => format !== undefined)).toEqual([false, false, true]);
  });

  it("needs a prompt or messages, an agent that the tenant sees, and no images", async () => {
    const world = await startAgents();
    await world.create();
    const nothing = await world.run({ prompt: undefined });
    await expectNativeError(nothing, {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
    });
    const other = await world.run({}, "other");
    await expectNativeError(other, { status: 404, code: "agent_not_found", type: "NotFoundError" });
    const broken = await world.run({ options: { temperatur: 1 } });
    expect(broken.status).toBe(422);
  });

  it("lets a tenant have as many at once as are set", async () => {
    const world = await startAgents({ AGENT_RUNS_PER_TENANT: "1" });
    await world.create({ visibility: "everyone" });
    const held = new HeldAnswers(world.ollama, "/api/chat");
    const first = world.run();
    const turn = await held.next();
    const second = await world.run();
    expect(second.headers.get("retry-after")).toBe("5");
    await expectNativeError(second, {
      status: 429,
      code: "tenant_limit_exceeded",
      type: "RateLimitExceeded",
      more: { limit: 1, retry_after: 5 },
    });
    turn.finish();
    expect((await first).status).toBe(200);
  });

  it("goes on without its client in the background", async () => {
    const world = await startAgents();
    await world.create();
    const held = new HeldAnswers(world.ollama, "/api/chat");
    const answer = await jsonOf(await world.run({ background: true }));
    expect(answer).toEqual({ agent: "helper", run_id: expect.any(String), status: "running" });
    const turn = await held.next();
    const id = String(answer["run_id"]);
    const { running } = (await jsonOf(
      await world.gateway.get("/api/v1/agents/runs", as("acme")),
    )) as { running: object[] };
    expect(running).toMatchObject([{ id, status: "running", agent: "helper" }]);
    turn.piece("Hello");
    turn.finish();
    await runIs(world, id, "completed");
  });

  it("says what has ended it, with its id: a server that is away, or dies mid-turn", async () => {
    const world = await startAgents();
    await world.create();
    const held = new HeldAnswers(world.ollama, "/api/chat");
    const run = world.run();
    const turn = await held.next();
    turn.piece("Hel");
    turn.crash();
    const answer = await run;
    expect(answer.status).toBe(503);
    const body = await jsonOf(answer);
    expect(body).toMatchObject({ code: "upstream_unavailable", run_id: expect.any(String) });
    await runIs(world, String(body["run_id"]), "failed");
    await nothingIsHeld(world);
  });

  it("tells the model of a tool whose server dies in the call, and goes on", async () => {
    const world = await startAgents();
    await world.create();
    world.model((_asked, count) => (count === 1 ? { calls: [["exit", {}]] } : { text: "Sorry" }));
    const body = await jsonOf(await world.run());
    expect(body).toMatchObject({
      status: "completed",
      response: "Sorry",
      steps: [{}, { kind: "tool", tool: "exit", outcome: "error" }, {}],
    });
    await nothingIsHeld(world);
  });

  it("is refused where its MCP server does not come up", async () => {
    const world = await startAgents({}, { server: { command: "false" } });
    await world.create();
    const answer = await world.run();
    expect(answer.status).toBe(503);
    expect(await jsonOf(answer)).toMatchObject({
      code: "mcp_unavailable",
      error: expect.stringContaining("own") as string,
      run_id: expect.stringMatching(/^run_/) as string,
    });
    await nothingIsHeld(world);
  });
});

/** What a run is doing, and how a test brings it there. */
const PHASES = {
  "waits for a place": async (world: Awaited<ReturnType<typeof startAgents>>) => {
    const held = new HeldAnswers(world.ollama, "/api/chat");
    const other = world.gateway.post("/api/v1/chat", {
      model: "fake",
      messages: [{ role: "user", content: "hi" }],
    });
    // Where the service stops, it has no answer.
    other.catch(() => {});
    const first = await held.next();
    return {
      isThere: () => world.gateway.service.load().text === 2,
      after: async () => {
        first.json({ message: { role: "assistant", content: "" }, done: true });
        await other;
      },
    };
  },
  "has its model answer": async (world: Awaited<ReturnType<typeof startAgents>>) => {
    const held = new HeldAnswers(world.ollama, "/api/chat");
    return {
      isThere: async () => {
        const [turn] = held.all;
        if (turn && !turn.response.headersSent) turn.piece("Hel");
        return turn !== undefined;
      },
      after: async () => held.all[0]?.sawCancel(),
    };
  },
  "has a tool run": async (world: Awaited<ReturnType<typeof startAgents>>) => {
    world.model(() => SLOW);
    return {
      isThere: () => world.gateway.service.load().mcpCalls === 1,
      after: async () => {},
    };
  },
};

const places = { UPSTREAM_PARALLEL: "1" };

describe.each(Object.entries(PHASES))("a run that %s", (_phase, bring) => {
  it("ends at once when it is cancelled, and holds nothing", async () => {
    const world = await startAgents(places);
    await world.create();
    const { isThere, after } = await bring(world);
    const { run_id: id } = await jsonOf(await world.run({ background: true }));
    await until(isThere, "it is there");
    const cancel = `/api/v1/agents/runs/${String(id)}/cancel`;
    expect((await world.gateway.post(cancel, "", as("other"))).status).toBe(404);
    const answer = await within(world.gateway.post(cancel, "", as("acme")), "the run is cancelled");
    expect(await jsonOf(answer)).toEqual({
      run_id: id,
      agent: "helper",
      status: "cancelled",
      reason: { code: "cancelled", message: "The request was cancelled" },
    });
    await after();
    await nothingIsHeld(world);
  });

  it.each([{ stream: true }, {}])("ends when its client leaves %j", async (body) => {
    const world = await startAgents(places);
    await world.create();
    const { isThere, after } = await bring(world);
    const client = new AbortController();
    const answer = world.run(body, "acme", { signal: client.signal });
    const gone = answer.then((streamed) => streamed.text()).catch(() => "gone");
    await until(isThere, "it is there");
    const list = await jsonOf(await world.gateway.get("/api/v1/agents/runs", as("acme")));
    const [running] = list["running"] as { id: string }[];
    client.abort();
    await gone;
    const facts = await runIs(world, running?.id ?? "", "cancelled");
    expect(facts["reason"]).toMatchObject({ code: "client_left" });
    await after();
    await nothingIsHeld(world);
  });

  it("is interrupted when the service stops", async () => {
    const world = await startAgents({ ...places, DRAIN_TIMEOUT: "0.2" });
    await world.create();
    const { isThere } = await bring(world);
    const { run_id: id } = await jsonOf(await world.run({ background: true }));
    await until(isThere, "it is there");
    const events = await world.gateway.get(`/api/v1/agents/runs/${String(id)}/events`, as("acme"));
    await within(world.gateway.stop(), "the service stops");
    const text = await events.text().catch(() => "");
    expect(text).toMatch(/shutting_down/);
    await nothingIsHeld(world);
  });
});
