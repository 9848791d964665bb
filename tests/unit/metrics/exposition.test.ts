import { Counter, Gauge, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { Exposition } from "../../../src/metrics/exposition.ts";
import { samplesOf } from "../../support/exposition.ts";

function project(name: string, value: number): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ project: name });
  const registers = [registry];
  new Counter({ name: "asked_total", help: "Requests", registers }).inc(value);
  const empty = new Counter({ name: "empty_total", help: "Nothing", labelNames: ["a"], registers });
  empty.reset();
  return registry;
}

describe("the exposition", () => {
  it("says once what a metric is that several registries have", async () => {
    const alike = [project("one", 1), project("two", 2), project('"three"\n\\', 3)];
    const text = await new Exposition(() => [alike]).read();
    expect(text).toBe(
      [
        "# HELP asked_total Requests",
        "# TYPE asked_total counter",
        'asked_total{project="one"} 1',
        'asked_total{project="two"} 2',
        String.raw`asked_total{project="\"three\"\n\\"} 3`,
        "# HELP empty_total Nothing",
        "# TYPE empty_total counter",
        "",
      ].join("\n"),
    );
    expect(samplesOf(text)[2]?.labels).toEqual({ project: '"three"\n\\' });
  });

  it("is written once for those who ask at the same time, and anew afterwards", async () => {
    const registry = new Registry();
    let reads = 0;
    const gauge = new Gauge({
      name: "reads",
      help: "How often it was read",
      registers: [registry],
      collect() {
        reads += 1;
        this.set(reads);
      },
    });
    const exposition = new Exposition(() => [[registry]]);
    const texts = await Promise.all([exposition.read(), exposition.read(), exposition.read()]);
    expect(new Set(texts).size).toBe(1);
    expect(await exposition.read()).toContain("reads 2");
    expect((await gauge.get()).values[0]?.value).toBe(3);
  });

  it("lets other work pass between its metrics", async () => {
    const registry = new Registry();
    const order: string[] = [];
    for (const name of ["first", "second"]) {
      const gauge = new Gauge({
        name,
        help: name,
        registers: [],
        collect() {
          order.push(name);
          const until = performance.now() + 5;
          while (performance.now() < until);
        },
      });
      registry.registerMetric(gauge);
    }
    const reading = new Exposition(() => [[registry]]).read();
    setImmediate(() => order.push("other work"));
    await reading;
    expect(order).toEqual(["first", "other work", "second"]);
  });

  it("fails for those who asked where a figure cannot be read, and not for the next", async () => {
    const registry = new Registry();
    let fails = true;
    registry.registerMetric(
      new Gauge({
        name: "shaky",
        help: "Fails once",
        registers: [],
        collect() {
          if (fails) throw new Error("not now");
          this.set(1);
        },
      }),
    );
    const exposition = new Exposition(() => [[registry]]);
    await expect(exposition.read()).rejects.toThrow("not now");
    fails = false;
    expect(await exposition.read()).toContain("shaky 1");
  });
});
