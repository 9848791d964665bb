import { describe, expect, it } from "vitest";
import { OUTPUT, TYPES, withTool } from "../support/agent-streams.ts";
import { as, startAgents } from "../support/agents.ts";
import { within } from "../support/deadline.ts";
import { EventReader, eventsOf } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

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
