import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { Tallies } from "../../../src/metrics/tallies.ts";

function setUp() {
  const registry = new Registry();
  const tallies = new Tallies({
    name: "answers_total",
    help: "Answers",
    labelNames: ["model", "outcome"],
    registers: [registry],
  });
  const read = async (): Promise<string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line.startsWith("answers_total"));
  return { tallies, read };
}

describe("tallies", () => {
  it("show all that was added by then, each time that they are read", async () => {
    const { tallies, read } = setUp();
    const one = tallies.labels("m", "completed");
    one.add(2);
    tallies.labels("m", "completed").add(0.5);
    tallies.labels("n", "failed").add(1);
    const shown = [
      'answers_total{model="m",outcome="completed"} 2.5',
      'answers_total{model="n",outcome="failed"} 1',
    ];
    expect(await read()).toEqual(shown);
    expect(await read()).toEqual(shown);
    one.add(1);
    expect((await read())[0]).toBe('answers_total{model="m",outcome="completed"} 3.5');
  });

  it("show no series before something was added, nor one that was removed", async () => {
    const { tallies, read } = setUp();
    tallies.labels("m", "completed").add(1);
    tallies.labels("m", "failed").add(0);
    expect(await read()).toHaveLength(1);
    tallies.labels("m", "completed").add(1);
    tallies.remove("m", "completed");
    expect(await read()).toEqual([]);
    tallies.labels("m", "completed").add(3);
    expect(await read()).toEqual(['answers_total{model="m",outcome="completed"} 3']);
  });
});
