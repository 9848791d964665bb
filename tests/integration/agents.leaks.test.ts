import { describe, expect, it } from "vitest";
import { as, startAgents } from "../support/agents.ts";
import { until } from "../support/deadline.ts";
import { liveHeapBytes } from "../support/heap.ts";
import { jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MIB = 1_048_576;

/** A third is cancelled in its tool, a third has its tool's server die, a third completes. */
async function runMany(world: Awaited<ReturnType<typeof startAgents>>, count: number) {
  const outcomes: unknown[] = [];
  for (let i = 0; i < count; i += 1) {
    const tenant = `tenant-${i % 5}`;
    const kind = i % 3;
    const prompt = ["hang", "die", "say"][kind];
    if (kind !== 0) {
      outcomes.push((await jsonOf(await world.run({ prompt }, tenant)))["status"]);
      continue;
    }
    const { run_id: id } = await jsonOf(await world.run({ prompt, background: true }, tenant));
    if (i % 2 === 0) await until(() => world.gateway.service.load().mcpCalls > 0, "its tool runs");
    const path = `/api/v1/agents/runs/${String(id)}/cancel`;
    outcomes.push((await jsonOf(await world.gateway.post(path, "", as(tenant))))["status"]);
  }
  return outcomes;
}

describe("many runs", () => {
  it("leave memory, places, listeners and processes where they were", async () => {
    const world = await startAgents({}, { server: { scope: "run" } });
    await world.create({ visibility: "everyone" });
    world.model(({ messages }) => {
      if (messages.at(-1)?.role === "tool") return { text: "Done" };
      const [, user] = messages;
      if (user?.content === "hang") return { calls: [["never", {}]] };
      return { calls: [[user?.content === "die" ? "exit" : "say", {}]] };
    });
    await runMany(world, 15);
    await nothingIsHeld(world);
    const before = await liveHeapBytes();
    const outcomes = await runMany(world, 60);
    await nothingIsHeld(world);
    expect(new Set(outcomes)).toEqual(new Set(["cancelled", "completed"]));
    // Ended runs stay for a while, and the fake keeps what it was asked.
    expect((await liveHeapBytes()) - before).toBeLessThan(12 * MIB);
    const { running } = await jsonOf(await world.gateway.get("/api/v1/agents/runs"));
    expect(running).toEqual([]);
  });
});
