import { describe, expect, it } from "vitest";
import { as, runIs, startAgents } from "../support/agents.ts";
import { until, within } from "../support/deadline.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

type World = Awaited<ReturnType<typeof startAgents>>;

async function withTool(env: Record<string, string>): Promise<World> {
  const world = await startAgents(env);
  await world.create();
  world.model(({ messages }) =>
    messages.at(-1)?.role === "tool"
      ? { text: "It is secret." }
      : { calls: [["say", { text: "a secret" }]] },
  );
  return world;
}

/** What is kept of a tenant's runs, on disk. */
async function keptRuns({ gateway }: World): Promise<Record<string, unknown>[]> {
  const list = await jsonOf(await gateway.get("/api/v1/agents/runs", as("acme")));
  return list["runs"] as Record<string, unknown>[];
}

describe("a run that has ended", () => {
  it("is kept with its steps, without a text", async () => {
    const world = await withTool({ AGENT_TRACE: "steps" });
    const { run_id: id } = await jsonOf(await world.run());
    await until(async () => (await keptRuns(world)).length === 1, "the run is kept");
    expect(await keptRuns(world)).toMatchObject([
      { id, agent: "helper", model: "fake", status: "completed", step_count: 3, tenant: "acme" },
    ]);
    const text = await (
      await world.gateway.get(`/api/v1/agents/runs/${String(id)}`, as("acme"))
    ).text();
    expect(text).toContain('"tool":"say"');
    expect(text).not.toContain("secret");
  });

  it("is gone from memory, too, once its project's records are forgotten", async () => {
    const world = await withTool({ AGENT_TRACE: "off" });
    const { run_id: id } = await jsonOf(await world.run());
    const path = `/api/v1/agents/runs/${String(id)}`;
    const statuses = () =>
      Promise.all(
        [path, `${path}/events`].map(
          async (at) => (await world.gateway.get(at, as("acme"))).status,
        ),
      );
    const forget = (project: string) =>
      fetch(`${world.gateway.url}/api/v1/requests?project=${project}`, { method: "DELETE" });
    await forget("other");
    expect(await statuses()).toEqual([200, 200]);
    await forget("acme");
    expect(await statuses()).toEqual([404, 404]);
    await nothingIsHeld(world);
  });

  it("is kept with its texts where the operator wants that", async () => {
    const world = await withTool({ AGENT_TRACE: "full" });
    const { run_id: id } = await jsonOf(await world.run());
    const run = await jsonOf(
      await world.gateway.get(`/api/v1/agents/runs/${String(id)}`, as("acme")),
    );
    expect(run["steps"]).toMatchObject([
      { kind: "model" },
      { kind: "tool", arguments: '{"text":"a secret"}', text: "a secret" },
      { kind: "model", text: "It is secret." },
    ]);
  });

  it("is counted, and told of to those who follow the events", async () => {
    const world = await withTool({});
    const events = await world.gateway.get("/api/v1/events", as("acme"));
    const { run_id: id } = await jsonOf(await world.run());
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("event: run_ended")) {
      const piece = await within(reader?.read() ?? Promise.reject(new Error("no body")), "events");
      text += piece.value ?? "";
    }
    await reader?.cancel();
    expect(text).toMatch(/event: run_started\ndata: [^\n]*"agent":"helper"/);
    const ended = /event: run_ended\ndata: ([^\n]*)/.exec(text)?.[1] ?? "";
    expect(JSON.parse(ended)).toMatchObject({ run_id: id, status: "completed", steps: 3 });
    const metrics = await (await world.gateway.get("/metrics")).text();
    expect(metrics).toContain('shared_ollama_agent_runs_total{outcome="completed"} 1\n');
    expect(metrics).toContain("shared_ollama_agent_turns_total 2\n");
    expect(metrics).toContain('shared_ollama_agent_tool_calls_total{outcome="completed"} 1\n');
    expect(metrics).toContain('shared_ollama_agent_runs{state="running"} 0\n');
  });
});

it("a turn is cancelled like any request, and its run with it", async () => {
  const world = await startAgents();
  await world.create({ mcp: [] });
  const held = new HeldAnswers(world.ollama, "/api/chat");
  const run = world.run();
  const turn = await held.next();
  const list = await jsonOf(await world.gateway.get("/api/v1/requests?project=acme"));
  const running = list["running"] as { request_id: string; kind: string; operation: string }[];
  expect(running.map(({ kind, operation }) => [kind, operation])).toEqual([
    ["item", "agent"],
    ["batch", "run_agent"],
  ]);
  const id = running[0]?.request_id ?? "";
  await world.gateway.get(`/api/v1/requests/${id}`, { method: "DELETE" });
  const answer = await run;
  expect([answer.status, await jsonOf(answer)]).toMatchObject([409, { code: "cancelled" }]);
  await turn.sawCancel();
  await runIs(world, `run_${id.replace(/-\d+$/, "")}`, "cancelled");
  await nothingIsHeld(world);
});
