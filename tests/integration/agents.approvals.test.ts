import { describe, expect, it } from "vitest";
import { connect, withTool } from "../support/agent-streams.ts";
import { as, runIs } from "../support/agents.ts";
import { within } from "../support/deadline.ts";
import { jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

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
