import { describe, expect, it } from "vitest";
import { StopSignals } from "../../../src/runtime/stop-signals.ts";

function setUp() {
  const seen: string[] = [];
  let at = 500;
  const signals = new StopSignals({
    onStop: (signal) => void seen.push(`stop on ${signal}`),
    onEnd: () => void seen.push("end at once"),
    now: () => at,
  });
  return { seen, signals, pass: (ms: number) => void (at += ms) };
}

describe("StopSignals", () => {
  it("takes what comes within a second of the first signal for the same wish", () => {
    const { seen, signals, pass } = setUp();
    signals.receive("SIGINT");
    signals.receive("SIGINT");
    pass(1000);
    signals.receive("SIGTERM");
    expect(seen).toEqual(["stop on SIGINT"]);
  });

  it("takes a later one for the wish to end at once", () => {
    const { seen, signals, pass } = setUp();
    signals.receive("SIGINT");
    pass(1001);
    signals.receive("SIGINT");
    expect(seen).toEqual(["stop on SIGINT", "end at once"]);
  });
});
