import { describe, expect, it } from "vitest";
import { as, bodyOf, startAgents } from "../support/agents.ts";
import { until, within } from "../support/deadline.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const messages = [{ role: "user", content: "hi" }];

describe("runs of agents", () => {
  it("hold no place while their tools run: another tenant's request starts at once", async () => {
    const world = await startAgents(
      { UPSTREAM_PARALLEL: "1" },
      { server: { scope: "shared", calls_at_once: 20 } },
    );
    await world.create({ visibility: "everyone" });
    world.model(() => ({ calls: [["slow", { ms: 10_000 }]] }));
    const tenants = Array.from({ length: 10 }, (_, i) => `tenant-${i}`);
    const begun = tenants.flatMap((tenant) => [1, 2].map(() => ({ tenant })));
    const ids: { id: string; tenant: string }[] = [];
    for (const { tenant } of begun) {
      const answer = await jsonOf(await world.run({ background: true }, tenant));
      ids.push({ id: String(answer["run_id"]), tenant });
    }
    const { load } = world.gateway.service;
    await until(() => load().mcpCalls === 20, "all wait for their tools");
    expect(load()).toMatchObject({ agentRuns: 20, text: 0, vision: 0, tenants: 0 });
    world.ollama.script("/api/chat", undefined);
    const chat = await within(
      world.gateway.post("/api/v1/chat", { model: "fake", messages }, as("bystander")),
      "the chat of another tenant",
    );
    expect(chat.status).toBe(200);
    expect(load()).toMatchObject({ agentRuns: 20, mcpCalls: 20 });
    // It has waited for nobody.
    expect(chat.headers.get("x-shared-ollama-queue-position")).toBeNull();
    for (const { id, tenant } of ids) {
      const path = `/api/v1/agents/runs/${id}/cancel`;
      expect((await world.gateway.post(path, "", as(tenant))).status).toBe(200);
    }
    await nothingIsHeld(world);
  });

  it("wait in the fair queue like chats: a flood of them costs another tenant one turn", async () => {
    const world = await startAgents({ UPSTREAM_PARALLEL: "1", AGENT_RUNS_PER_TENANT: "20" });
    await world.create({ mcp: [] });
    const held = new HeldAnswers(world.ollama, "/api/chat");
    const runs = Array.from({ length: 20 }, () => world.run());
    const first = await held.next();
    await until(() => world.gateway.service.load().text === 20, "all wait for a place");
    const chat = world.gateway.post("/api/v1/chat", { model: "fake", messages }, as("other"));
    await until(() => world.gateway.service.load().text === 21, "the chat waits");
    first.piece("Hello");
    first.finish();
    const second = await held.next();
    // After the turn that was running comes the other tenant's chat, before 19 runs of the first.
    expect(bodyOf(second.request).messages).toEqual(messages);
    second.json({ message: { role: "assistant", content: "Hi" }, done: true });
    expect((await chat).status).toBe(200);
    for (let i = 0; i < 19; i += 1) {
      const turn = await held.next();
      turn.piece("Hello");
      turn.finish();
    }
    for (const run of await Promise.all(runs)) expect(run.status).toBe(200);
    await nothingIsHeld(world);
  });
});
