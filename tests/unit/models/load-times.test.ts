import { expect, it } from "vitest";
import { LoadTimes } from "../../../src/models/load-times.ts";

it("knows a model's load by the shortest of its last five", () => {
  const times = new LoadTimes();
  for (const ms of [100, 900, 800, 700, 950]) times.learn("a", ms);
  expect(times.of("a")).toBe(100);
  times.learn("a", 990);
  expect(times.of("a")).toBe(700);
});

it("takes an unknown model to load as another one did, and at first in five seconds", () => {
  const times = new LoadTimes();
  expect(times.of("a")).toBe(5000);
  times.learn("b", 300);
  expect(times.of("a")).toBe(300);
});
