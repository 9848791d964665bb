import { expect, it } from "vitest";
import { Pins } from "../../../../src/models/memory/pins.ts";
import { setUpMemory } from "./memory-set-up.ts";

it("knows a model by any of its names, until it is taken out", () => {
  const pins = new Pins();
  pins.add("A");
  expect([pins.has("a:latest"), pins.has("b:latest"), pins.isEmpty]).toEqual([true, false, false]);
  expect([pins.remove("a:latest"), pins.remove("a")]).toEqual([true, false]);
  expect(pins.isEmpty).toBe(true);
});

it("forgets models that are gone from the list, with the next look, on any server", async () => {
  const { world, pins, manager } = setUpMemory({ rules: "none" });
  world.installed.set("a:latest", { sizeGb: 1 });
  world.installed.set("b:latest", { sizeGb: 1 });
  pins.add("a");
  pins.add("b");
  world.installed.delete("a:latest");
  await manager.check();
  expect([pins.has("a:latest"), pins.has("b:latest")]).toEqual([false, true]);
});
