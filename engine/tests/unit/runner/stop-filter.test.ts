import { describe, expect, it } from "vitest";
import { StopFilter } from "../../../runner/stop-filter.ts";

function run(stops: string[], pieces: string[]) {
  const holder = new StopFilter(stops);
  const out: string[] = [];
  for (const piece of pieces) {
    const { text, stopped } = holder.push(piece);
    out.push(text);
    if (stopped) return { out, stopped };
  }
  return { out: [...out, holder.flush()], stopped: false };
}

describe("StopFilter", () => {
  it("bears any number of stop sequences", () => {
    const stops = Array.from({ length: 300_000 }, (_, at) => `${at}!`);
    expect(run(stops, ["a", " 7!"])).toEqual({ out: ["a", " "], stopped: true });
  });

  it("cuts at a stop sequence that arrives over several pieces", () => {
    expect(run(["END"], ["a E", "N", "D b"])).toEqual({ out: ["a ", "", ""], stopped: true });
  });

  it("holds back only what may become one, and lets it go when it does not", () => {
    expect(run(["END"], ["a E", "N", "X"])).toEqual({ out: ["a ", "", "ENX", ""], stopped: false });
  });

  it("gives the held end when the text is over", () => {
    expect(run(["END"], ["a EN"])).toEqual({ out: ["a ", "EN"], stopped: false });
  });

  it("takes the earliest of several", () => {
    expect(run(["yy", "x"], ["abxyy"])).toEqual({ out: ["ab"], stopped: true });
  });

  it("lets everything through without stop sequences", () => {
    expect(run([""], ["a", "b"])).toEqual({ out: ["a", "b", ""], stopped: false });
  });
});
