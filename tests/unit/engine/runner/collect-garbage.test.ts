import { expect, it } from "vitest";
import { collectGarbage } from "../../../../src/engine/runner/collect-garbage.ts";

const COUNT = 1_000;

it.runIf(process.versions["bun"])("frees what nothing holds any more, on Bun", async () => {
  const made = Array.from({ length: COUNT }, (_, index) => new WeakRef({ index }));
  // What a task has made or looked at stays until it ends.
  await new Promise(setImmediate);
  collectGarbage();
  const left = made.filter((ref) => ref.deref() !== undefined);
  expect(left.length).toBeLessThan(COUNT / 10);
});
