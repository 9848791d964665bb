import { expect, it } from "vitest";
import { Cores, coreCounts } from "../../../runner/cores.ts";
import { within } from "../../../../tests/support/deadline.ts";

const FOUR = { usual: 3, most: 4 };

it("leaves one core free, if there is more than one", () => {
  expect([1, 2, 8].map((count) => coreCounts(count).usual)).toEqual([1, 1, 7]);
  expect([1, 2].map((count) => new Cores(onProcessor(), coreCounts(count)).hasSpare)).toEqual([
    false,
    true,
  ]);
});

it("has no core to spare beside a graphics card", () => {
  const cores = new Cores({ gpu: "metal", maxThreads: 4 }, FOUR);
  expect(cores.hasSpare).toBe(false);
  expect(cores.most).toBe(FOUR.usual);
});

it("limits what decodes use", () => {
  const llama = onProcessor();
  const cores = new Cores(llama, FOUR);
  cores.use(false);
  expect(llama.maxThreads).toBe(FOUR.usual);
  cores.use(true);
  expect(llama.maxThreads).toBe(FOUR.most);
});

it("never limits a context that is being made", async () => {
  const llama = onProcessor();
  const cores = new Cores(llama, FOUR);
  let finish = (_context: string) => {};
  const context = new Promise<string>((resolve) => (finish = resolve));
  const created = cores.whileUnlimited(() => context);
  cores.use(false);
  expect(llama.maxThreads).toBe(FOUR.most);
  finish("context");
  expect(await within(created, "the context")).toBe("context");
  expect(llama.maxThreads).toBe(FOUR.usual);
});

function onProcessor() {
  return { gpu: false as const, maxThreads: 0 };
}
