import { describe, expect, it } from "vitest";
import type { PlaceReport } from "../../../watch/place-report.ts";
import { Progress } from "../../../watch/progress.ts";
import { Watchdog } from "../../../watch/watchdog.ts";

/** More looks than any stretch of an idle engine has. */
const MANY = 20;
const IDLE: PlaceReport = { what: "a sequence", waiting: 0, free: true, abandoned: 0 };
const LOST: PlaceReport = { what: "a sequence", waiting: 2, free: false, abandoned: 1 };

function setUp(report: PlaceReport) {
  const progress = new Progress();
  const stuck: string[] = [];
  let places = [IDLE, report];
  const watchdog = new Watchdog({
    stuckAfterMs: 30_000,
    progress,
    places: () => places,
    onStuck: (reason) => void stuck.push(reason),
  });
  return {
    progress,
    stuck,
    watchdog,
    report: (next: PlaceReport) => {
      places = [IDLE, next];
    },
    look: (times: number, meanwhile = () => {}) => {
      for (let count = 0; count < times; count += 1) {
        meanwhile();
        watchdog.look();
      }
    },
  };
}

describe("Watchdog", () => {
  it("says once that requests wait for what a request holds that is over", () => {
    const { look, stuck, watchdog } = setUp(LOST);
    expect(watchdog.health()).toMatchObject({ status: "ok" });
    look(MANY);
    const reason =
      "stuck: 2 requests wait for a sequence, which is held for 1 that are over, and nothing is computed";
    expect(stuck).toEqual([reason]);
    expect(watchdog.health()).toMatchObject({ status: "stuck", reason });
  });

  it("says that requests wait for what is free", () => {
    const { look, stuck } = setUp({ ...LOST, abandoned: 0, free: true });
    look(MANY);
    expect(stuck).toEqual([expect.stringContaining("which is free")]);
  });

  it.each([
    ["whose holders are there", { ...LOST, abandoned: 0 }],
    ["that nobody waits for", { ...LOST, waiting: 0 }],
  ])("leaves places alone %s", (_, report) => {
    const { look, stuck } = setUp(report);
    look(MANY);
    expect(stuck).toEqual([]);
  });

  it("leaves an engine alone that gets on, however slowly", () => {
    const { look, stuck, progress } = setUp(LOST);
    for (let tokens = 0; tokens < MANY; tokens += 1) {
      look(5);
      progress.began(1);
      progress.ended(1);
    }
    expect(stuck).toEqual([]);
  });

  it("gives a block under way another stretch, and not for ever", () => {
    const { look, stuck, progress } = setUp(LOST);
    progress.began(64);
    look(12);
    expect(stuck).toEqual([]);
    look(2);
    expect(stuck).toHaveLength(1);
  });

  it("begins anew when the state has passed", () => {
    const { look, stuck, report } = setUp(LOST);
    look(5);
    report(IDLE);
    look(1);
    report(LOST);
    look(5);
    expect(stuck).toEqual([]);
  });
});
