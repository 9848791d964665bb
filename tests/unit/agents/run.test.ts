import { describe, expect, it } from "vitest";
import { deferred } from "../../../src/runtime/deferred.ts";
import type { McpOutcome } from "../../../src/mcp/mcp-tools.ts";
import { until, within } from "../../support/deadline.ts";
import { AGENT, eventsOfRun, newHead, ScriptedRuns, tool } from "../../support/scripted-run.ts";

describe("a run", () => {
  it("ends with the answer of a model that calls nothing", async () => {
    const world = new ScriptedRuns();
    const run = await world.toEnd({ turns: [{ text: "Hello" }] });
    expect([run.status, run.reason, run.text]).toEqual(["completed", undefined, "Hello"]);
    expect(world.openBoxes).toBe(0);
    expect(world.saved.at(-1)).toMatchObject({ id: run.id, status: "completed" });
    expect(world.deadlines.size).toBe(0);
  });

  it("ends, and says so, also where what is told of its end cannot be kept", async () => {
    const world = new ScriptedRuns();
    const keep = (): never => {
      throw new Error("no room");
    };
    const about = {
      owner: { tenant: "acme", project: "acme", client: undefined, route: undefined },
    };
    const run = world.begin({
      turns: [{ text: "Hello" }],
      plan: {
        run: {
          ...about,
          agent: AGENT,
          model: "fake",
          head: { ...newHead(), keep },
          isDetached: false,
        },
      },
    });
    await within(run.ended(), "the run ends");
    expect([run.status, run.log.isOver]).toEqual(["completed", true]);
    expect(eventsOfRun(run).at(-1)?.name).toBe("shared_ollama:run_ended");
    expect(world.faults).toMatchObject([{ message: "no room" }]);
  });

  it("ends where the model has had as many turns as it may", async () => {
    const world = new ScriptedRuns();
    let count = 0;
    const run = await world.toEnd({
      agent: { maxSteps: 4 },
      tools: [tool("add")],
      turns: [() => ({ calls: [["add", { count: (count += 1) }]] })],
    });
    expect([run.status, run.reason?.code, world.asked.length]).toEqual([
      "incomplete",
      "max_steps",
      4,
    ]);
    // Those of the last turn would be for nobody.
    expect(world.calls).toHaveLength(3);
    expect(world.openBoxes).toBe(0);
  });

  it("ends when its time is over, whatever it does", async () => {
    const world = new ScriptedRuns();
    const hanging = deferred<McpOutcome>();
    const run = await world.toEnd({
      agent: { timeoutSec: 0.02 },
      tools: [tool("wait")],
      turns: [{ calls: [["wait", {}]] }],
      answer: () => hanging.promise,
    });
    expect([run.status, run.reason?.code]).toEqual(["incomplete", "timeout"]);
    expect(run.steps.at(-1)).toMatchObject({ kind: "tool", outcome: "cancelled" });
    await until(() => world.openBoxes === 0, "the tools are given back");
    expect(world.deadlines.size).toBe(0);
  });

  it("fails where its servers do not come up", async () => {
    const world = new ScriptedRuns();
    const run = world.begin({ turns: [{ text: "Hi" }] }, { tenant: "broken" });
    await within(run.ended(), "the run ends");
    expect([run.status, run.reason?.code]).toEqual(["failed", "internal_error"]);
    expect(eventsOfRun(run).map(({ name }) => name)).toContain("response.mcp_list_tools.failed");
    expect(world.faults).toHaveLength(1);
  });

  it("has the answer made once more in its form where tools were offered", async () => {
    const world = new ScriptedRuns();
    const run = await world.toEnd({
      tools: [tool("add")],
      plan: { form: { format: "json", strict: undefined } },
      turns: [
        ({ form }) => ({ text: form ? "wrong" : "Let me add.", calls: [["add", {}]] }),
        ({ form }) => ({ text: form ? "wrong" : "a draft" }),
        ({ form, tools }) => ({ text: form && tools.length === 0 ? '{"sum":3}' : "wrong" }),
      ],
    });
    expect([run.status, run.text]).toEqual(["completed", '{"sum":3}']);
    expect(JSON.stringify(world.asked[2])).not.toContain("a draft");
    expect(JSON.stringify(eventsOfRun(run))).not.toContain("a draft");
  });
});
