import { describe, expect, it } from "vitest";
import { CalledOff } from "../../../src/errors/abort-reasons.ts";
import { ToolNames } from "../../../src/agents/tool-names.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { within } from "../../support/deadline.ts";
import { steppedClock } from "../../support/stepped-clock.ts";
import {
  eventsOfRun,
  newHead,
  type SaidTurn,
  ScriptedRuns,
  tool,
  toolMessages,
} from "../../support/scripted-run.ts";

describe("a call that waits for an approval", () => {
  const script = {
    agent: { requireApproval: "always" as const },
    tools: [tool("erase")],
    turns: [{ calls: [["erase", { id: 7 }] as const] }, { text: "Done" }],
  };

  async function waiting(world: ScriptedRuns) {
    const run = world.begin(script);
    await within(run.paused(), "the run waits");
    const { approval } = run;
    if (!approval) throw new Error("nothing waits");
    return { run, approval };
  }

  const decision = () => ({ head: newHead(), isDetached: true });

  it("holds nothing, and is made once a person has said yes", async () => {
    const world = new ScriptedRuns();
    const { run, approval } = await waiting(world);
    expect(run.status).toBe("waiting_for_approval");
    expect([world.openBoxes, world.calls.length]).toEqual([0, 0]);
    expect(world.runs.counts).toEqual({ running: 0, waiting: 1 });
    expect(approval).toMatchObject({ tool: "erase", args: '{"id":7}' });
    expect(run.writer.response?.status).toBe("completed");
    world.runs.answer(run, {
      callId: approval.callId,
      approve: true,
      args: '{"id":7}',
      ...decision(),
    });
    await within(run.ended(), "the run ends");
    expect([run.status, run.text]).toEqual(["completed", "Done"]);
    expect(world.calls).toEqual([{ name: "erase", args: { id: 7 } }]);
    const call = run.writer.response?.output[0];
    expect(call).toMatchObject({ type: "mcp_call", approval_request_id: approval.callId });
    expect(world.deadlines.size).toBe(0);
  });

  it("is not made where a person has said no; the model is told", async () => {
    const world = new ScriptedRuns();
    const { run, approval } = await waiting(world);
    const { callId, argsSha256 } = approval;
    world.runs.answer(run, {
      callId,
      approve: false,
      argsSha256,
      reason: "too much",
      ...decision(),
    });
    await within(run.ended(), "the run ends");
    expect(run.status).toBe("completed");
    expect(world.calls).toEqual([]);
    expect(toolMessages(world.asked[1])).toEqual([
      "A person has denied this call: too much. Do not make it again.",
    ]);
    expect(run.steps[1]).toMatchObject({ tool: "erase", outcome: "refused" });
  });

  it("is not approved with other arguments than those that were shown, nor twice", async () => {
    const world = new ScriptedRuns();
    const { run, approval } = await waiting(world);
    const { callId } = approval;
    const mismatch = expect.objectContaining({ code: "approval_mismatch" });
    for (const shown of [{ args: '{"id":8}' }, { argsSha256: "0".repeat(64) }]) {
      const answer = { callId, approve: true, ...shown, ...decision() };
      expect(() => world.runs.answer(run, answer)).toThrow(mismatch);
    }
    expect(() =>
      world.runs.answer(run, { callId: "mcpr_other", approve: true, args: "{}", ...decision() }),
    ).toThrow(mismatch);
    expect(run.status).toBe("waiting_for_approval");
    const right = { callId, approve: true, args: '{"id":7}', ...decision() };
    world.runs.answer(run, right);
    expect(() => world.runs.answer(run, right)).toThrow(mismatch);
    await within(run.ended(), "the run ends");
    expect(world.calls).toHaveLength(1);
  });

  it("is not approved any more once its run is called off, also at the same moment", async () => {
    const world = new ScriptedRuns();
    const { run, approval } = await waiting(world);
    run.stop(new CalledOff());
    const answer = { callId: approval.callId, approve: true, args: '{"id":7}', ...decision() };
    expect(() => world.runs.answer(run, answer)).toThrow(
      expect.objectContaining({ code: "approval_mismatch" }),
    );
    await within(run.ended(), "the run ends");
    expect(world.calls).toEqual([]);
  });

  it("ends with its run when that is called off", async () => {
    const world = new ScriptedRuns();
    const { run } = await waiting(world);
    run.stop(new CalledOff());
    await within(run.ended(), "the run ends");
    expect([run.status, run.reason?.code]).toEqual(["cancelled", "cancelled"]);
    expect(eventsOfRun(run).filter(({ name }) => name === "response.completed")).toHaveLength(1);
    expect(world.runs.size).toBe(0);
  });

  it("lives on when the client leaves that has asked for it", async () => {
    const world = new ScriptedRuns();
    const { run } = await waiting(world);
    run.leave(run.writer);
    expect(run.status).toBe("waiting_for_approval");
  });

  it("leaves its run the time for which the machine has slept before", async () => {
    const { sleep } = steppedClock();
    const world = new ScriptedRuns();
    const slept = (): SaidTurn => {
      sleep();
      return { calls: [["erase", { id: 7 }]] };
    };
    // A deadline that is over is told before this one.
    const afterDeadlines = (): Promise<SaidTurn> =>
      new Promise((resolve) => {
        world.deadlines.after(0, () => resolve({ text: "Done" }));
      });
    const run = world.begin({ ...script, turns: [slept, afterDeadlines] });
    await within(run.paused(), "the run waits");
    const callId = run.approval?.callId ?? "";
    world.runs.answer(run, { callId, approve: true, args: '{"id":7}', ...decision() });
    await within(run.ended(), "the run ends");
    expect([run.status, run.text]).toEqual(["completed", "Done"]);
  });

  it("takes none of the tenant's places for runs, but one when it goes on", async () => {
    const world = new ScriptedRuns({ perTenant: 1 });
    const { run, approval } = await waiting(world);
    const hanging = deferred<{ text: string }>();
    const other = world.begin({ turns: [() => hanging.promise] });
    const answer = { callId: approval.callId, approve: true, args: '{"id":7}', ...decision() };
    const refused = expect.objectContaining({ code: "tenant_limit_exceeded", retryAfterSec: 5 });
    expect(() => world.runs.answer(run, answer)).toThrow(refused);
    expect(run.status).toBe("waiting_for_approval");
    other.stop(new CalledOff());
    await within(other.ended(), "the other one ends");
    world.runs.answer(run, answer);
    expect(run.status).toBe("running");
  });

  it("is one of a tool that may be named as its model knows it", async () => {
    const world = new ScriptedRuns();
    const odd = tool("files/erase");
    const [shown = ""] = new ToolNames({ mcp: [odd], allowed: undefined, client: [] }).offered.map(
      ({ function: { name } }) => name,
    );
    expect(shown).not.toBe("files/erase");
    const run = world.begin({
      agent: { requireApproval: [shown], allowedTools: [shown] },
      tools: [odd],
      turns: [{ calls: [[shown, {}]] }, { text: "Done" }],
    });
    await within(run.paused(), "the run pauses");
    expect([run.status, world.calls]).toEqual(["waiting_for_approval", []]);
    const listed = eventsOfRun(run).find(({ data: { item } }) => {
      const { type, tools = [] } = (item ?? {}) as { type?: string; tools?: unknown[] };
      return type === "mcp_list_tools" && tools.length > 0;
    });
    expect(listed?.data["item"]).toMatchObject({ tools: [{ name: "files/erase" }] });
  });
});
