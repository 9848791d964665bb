import { describe, expect, it } from "vitest";
import { CalledOff } from "../../../src/errors/abort-reasons.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { until, within } from "../../support/deadline.ts";
import { ScriptedRuns } from "../../support/scripted-run.ts";

describe("runs", () => {
  it("are as many of a tenant at once as are set", async () => {
    const world = new ScriptedRuns();
    const hanging = deferred<{ text: string }>();
    const script = { turns: [() => hanging.promise] };
    const first = world.begin(script);
    world.begin(script);
    const refused = expect.objectContaining({ code: "tenant_limit_exceeded", retryAfterSec: 5 });
    expect(() => world.begin(script)).toThrow(refused);
    expect(() => world.begin(script, { tenant: "other" })).not.toThrow();
    first.stop(new CalledOff());
    await within(first.ended(), "the first ends");
    expect(() => world.begin(script)).not.toThrow();
  });

  it("are found by their tenant only, and forgotten once there are many", async () => {
    const world = new ScriptedRuns({ limits: { ended: 2 } });
    const all = [];
    for (let i = 0; i < 4; i += 1) all.push(await world.toEnd({ turns: [{ text: "Hi" }] }));
    await until(() => world.runs.size === 0, "all have ended");
    expect(all.map(({ id }) => world.runs.find(id, "acme") !== undefined)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(world.runs.find(all[3]?.id ?? "", "other")).toBeUndefined();
  });

  it("are interrupted when the service stops", async () => {
    const world = new ScriptedRuns();
    const hanging = deferred<{ text: string }>();
    const run = world.begin({ turns: [() => hanging.promise] });
    await within(world.runs.stop(), "all have stopped");
    expect([run.status, run.reason?.code]).toEqual(["interrupted", "shutting_down"]);
    expect(() => world.begin({ turns: [{}] })).toThrow(
      expect.objectContaining({ code: "shutting_down" }),
    );
  });
});
