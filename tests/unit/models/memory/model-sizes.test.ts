import { expect, it } from "vitest";
import { GB, setUpMemory } from "./memory-set-up.ts";

/** Takes half a GB for each 4096 tokens of context. */
const LLAMA = {
  "general.architecture": "llama",
  "llama.block_count": 32,
  "llama.embedding_length": 4096,
  "llama.attention.head_count": 32,
  "llama.attention.head_count_kv": 8,
};

function setUp() {
  const memory = setUpMemory();
  memory.world.installed.set("a:1", { sizeGb: 4, info: LLAMA, parameters: "num_ctx 8192" });
  return memory;
}

it("is worked out before the first load, and learnt from it, by context", async () => {
  const { world, sizes, view } = setUp();
  expect(await sizes.needOf("a:1", 4096)).toEqual({
    bytes: 4.5 * GB,
    context: 4096,
    isLearnt: false,
  });
  world.loaded.set("a:1", { expiresAt: 0, gb: 6, context: 4096 });
  await view.models();
  expect(await sizes.needOf("a:1", 4096)).toMatchObject({ bytes: 6 * GB, isLearnt: true });
  expect(await sizes.needOf("a:1", undefined)).toMatchObject({ bytes: 5 * GB, context: 8192 });
  expect([sizes.loadedContext("a:1"), sizes.loadedBytes("a:1")]).toEqual([4096, 6 * GB]);
  expect(sizes.learntOf("a:1")).toEqual([{ context: 4096, bytes: 6 * GB }]);
});

it("asks the server once for each model", async () => {
  const { world, sizes } = setUp();
  await Promise.all([sizes.needOf("a:1", 1), sizes.needOf("a:1", 2)]);
  await sizes.needOf("a:1", 3);
  expect(world.shows).toBe(1);
});

it("is unknown of a model that is not there, or of an unknown architecture", async () => {
  const { world, sizes } = setUp();
  world.installed.set("odd:1", { sizeGb: 4 });
  expect(await sizes.needOf("none:1", undefined)).toBeUndefined();
  expect(await sizes.needOf("odd:1", undefined)).toBeUndefined();
  expect(sizes.known("odd:1")).toBeUndefined();
});

it("is known for decisions that cannot wait, as far as it was asked for or seen", async () => {
  const { world, sizes, view } = setUp();
  expect(sizes.known("a:1")).toBeUndefined();
  await sizes.needOf("a:1", 4096);
  expect(sizes.known("a:1")).toBe(4.5 * GB);
  world.loaded.set("a:1", { expiresAt: 0, gb: 6 });
  await view.models();
  expect(sizes.known("a:1")).toBe(6 * GB);
});

it("forgets what was learnt of another model of that name, and all with another server", async () => {
  const { sizes } = setUp();
  const listed = (digest: string, context_length: number) => [
    { name: "a:1", model: "a:1", size: 1, size_vram: 0, details: {}, expires_at: "", digest, context_length }, // oxfmt-ignore
  ];
  sizes.learn(listed("x", 1024));
  sizes.learn(listed("x", 2048));
  expect(sizes.learntOf("a:1")).toHaveLength(2);
  sizes.learn(listed("y", 4096));
  expect(sizes.learntOf("a:1")).toEqual([{ context: 4096, bytes: 1 }]);
  sizes.reset();
  expect([sizes.learntOf("a:1"), sizes.loadedCount]).toEqual([[], 0]);
});

it("remembers no more than some contexts of some models", () => {
  const { sizes } = setUp();
  const entry = { size: 1, size_vram: 0, details: {}, expires_at: "", digest: "x" };
  const learn = (name: string, context_length: number): void =>
    sizes.learn([{ ...entry, name, model: name, context_length }]);
  for (let context = 1; context <= 100; context += 1) learn("a:1", context);
  expect(sizes.learntOf("a:1").map(({ context }) => context)).toEqual(
    Array.from({ length: 16 }, (_value, i) => 85 + i),
  );
  for (let i = 0; i < 1000; i += 1) learn(`m${i}:1`, 1);
  expect(sizes.learntOf("a:1")).toEqual([]);
});
