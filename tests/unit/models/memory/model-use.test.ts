import { expect, it } from "vitest";
import { ModelUse } from "../../../../src/models/memory/model-use.ts";

function setUp() {
  const clock = { now: 0 };
  return { clock, use: new ModelUse({ now: () => clock.now }) };
}

it("counts requests, and notes when the last one ended and what it asked for", () => {
  const { clock, use } = setUp();
  const first = use.begin("a", 1000);
  const second = use.begin("a", undefined);
  expect(use.of("a")?.running).toBe(2);
  clock.now = 5;
  first();
  expect(use.of("a")).toMatchObject({ running: 1, lastUsedAt: 5, keptUntil: 1005 });
  clock.now = 9;
  second();
  expect(use.of("a")).toEqual({ running: 0, lastUsedAt: 9, keptUntil: undefined });
  expect(use.of("b")).toBeUndefined();
});

it("counts a load of the service's own as a use", () => {
  const { clock, use } = setUp();
  clock.now = 5;
  use.loaded("a");
  expect(use.of("a")).toEqual({ running: 0, lastUsedAt: 5, keptUntil: undefined });
  const end = use.begin("a", undefined);
  use.loaded("a");
  expect(use.of("a")?.running).toBe(1);
  end();
});

it("keeps what the operator wants kept, unless a request says otherwise", () => {
  const use = new ModelUse({
    now: () => 100,
    keepMs: (model) => (model === "warm" ? 1000 : undefined),
  });
  use.begin("warm", undefined)();
  expect(use.of("warm")?.keptUntil).toBe(1100);
  use.begin("warm", 0)();
  expect(use.of("warm")?.keptUntil).toBe(100);
  use.begin("other", undefined)();
  expect(use.of("other")?.keptUntil).toBeUndefined();
});

it("forgets the models that were used longest ago, and none that runs", () => {
  const { use } = setUp();
  use.begin("runs", undefined);
  for (let i = 0; i < 2000; i += 1) use.begin(`m${i}`, undefined)();
  expect(use.of("runs")?.running).toBe(1);
  expect(use.of("m0")).toBeUndefined();
  expect(use.of("m1999")).toBeDefined();
});

it("forgets all that do not run when the server was replaced", () => {
  const { use } = setUp();
  const end = use.begin("runs", undefined);
  use.begin("idle", undefined)();
  use.reset();
  expect([use.of("runs")?.running, use.of("idle")]).toEqual([1, undefined]);
  end();
});
