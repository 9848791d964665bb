import { describe, expect, it } from "vitest";
import type { LoadedModel } from "../../../../src/hosts/client.ts";
import type { MemoryRules } from "../../../../src/models/memory/memory-view.ts";
import { ModelUse } from "../../../../src/models/memory/model-use.ts";
import { StuckModels } from "../../../../src/models/memory/stuck-models.ts";

const NOON = Date.UTC(2026, 10, 21, 12);
const EXPIRED = "2026-11-21T12:00:00.123456789Z";

/** A server's models, looked at on a clock that starts at noon. */
function setUp(rules: MemoryRules = "all") {
  const clock = { ms: 100_000, sleptMs: 0 };
  const now = (): number => clock.ms;
  const found: string[] = [];
  const use = new ModelUse({ now });
  const stuck = new StuckModels({
    rules: () => rules,
    use,
    remedy: () => "restart it",
    onStuck: (model) => void found.push(model),
    now,
    unixNow: () => NOON + clock.ms - 100_000 + clock.sleptMs,
  });
  /** Looks so many seconds after noon. */
  const lookAt = (seconds: number, expiresAt: string | undefined = EXPIRED): string[] => {
    clock.ms = 100_000 + seconds * 1000;
    stuck.seen([{ name: "m", expires_at: expiresAt } as LoadedModel]);
    return stuck.problems;
  };
  return { stuck, use, found, lookAt, clock };
}

describe("a model that is in memory after its expiry", () => {
  it("is stuck after 30 s, until it has gone", () => {
    const { stuck, found, lookAt } = setUp();
    expect(lookAt(0)).toEqual([]);
    expect(lookAt(30)).toEqual([]);
    expect(() => stuck.assertWorks("m:latest")).not.toThrow();
    expect(lookAt(31)).toEqual([
      `The model 'm' hangs: it was to leave memory at ${EXPIRED}, is still there, and answers nothing; restart it`,
    ]);
    expect(() => stuck.assertWorks("m:latest")).toThrow("restart it");
    expect(() => stuck.assertWorks("other:latest")).not.toThrow();
    lookAt(32);
    expect(found, "it is told once").toEqual(["m:latest"]);
    stuck.seen([]);
    expect(stuck.problems).toEqual([]);
    expect(() => stuck.assertWorks("m:latest")).not.toThrow();
  });

  it("is not stuck by the hours that the machine has slept: its timer has slept, too", () => {
    const { clock, lookAt } = setUp();
    const inFiveMinutes = "2026-11-21T12:05:00Z";
    expect(lookAt(0, inFiveMinutes)).toEqual([]);
    clock.sleptMs = 3 * 3_600_000;
    expect(lookAt(60, inFiveMinutes)).toEqual([]);
    expect(lookAt(329, inFiveMinutes)).toEqual([]);
    expect(lookAt(331, inFiveMinutes)).toHaveLength(1);
  });

  it("recovers when its expiry moves, or the server was replaced", () => {
    const { stuck, lookAt } = setUp();
    expect(lookAt(60)).toHaveLength(1);
    expect(lookAt(61, "2026-11-21T12:06:00Z")).toEqual([]);
    expect(lookAt(62)).toHaveLength(1);
    stuck.reset();
    expect(stuck.problems).toEqual([]);
  });

  it("is not stuck while a request runs on it, nor within 30 s after", () => {
    const { use, lookAt } = setUp();
    const end = use.begin("m:latest", undefined);
    expect(lookAt(600)).toEqual([]);
    end();
    expect(lookAt(629)).toEqual([]);
    expect(lookAt(630)).toHaveLength(1);
  });

  it("may run a request of others on a shared server: its expiry must not have moved for 30 s", () => {
    const { lookAt } = setUp("seen");
    expect(lookAt(100)).toEqual([]);
    expect(lookAt(129)).toEqual([]);
    expect(lookAt(129, "2026-11-21T12:01:00Z"), "it has moved").toEqual([]);
    expect(lookAt(158, "2026-11-21T12:01:00Z")).toEqual([]);
    expect(lookAt(159, "2026-11-21T12:01:00Z")).toHaveLength(1);
  });

  it("is not judged on another machine, nor by what is no expiry", () => {
    const { lookAt } = setUp("none");
    lookAt(100);
    expect(lookAt(600)).toEqual([]);
    const { lookAt: look } = setUp();
    for (const none of ["0001-01-01T00:00:00Z", "", "soon"]) expect(look(600, none)).toEqual([]);
    const { stuck } = setUp();
    stuck.seen([{ name: "m" } as LoadedModel]);
    expect(stuck.problems).toEqual([]);
  });
});
