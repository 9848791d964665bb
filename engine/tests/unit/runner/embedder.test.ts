import type { LlamaModel } from "node-llama-cpp";
import { expect, it } from "vitest";
import { Cores } from "../../../runner/cores.ts";
import { Embedder } from "../../../runner/embedder.ts";

const COUNTS = { usual: 1, most: 2 };
const { signal } = new AbortController();

it("leaves other contexts a core while it reads a text, and takes it back after", async () => {
  const llama = { gpu: false as const, maxThreads: 0 };
  const cores = new Cores(llama, COUNTS);
  const limits: number[] = [];
  const context = {
    calculateInputLength: (tokens: readonly number[]) => tokens.length,
    getEmbeddingFor: () => {
      limits.push(llama.maxThreads);
      // Another context begins a round.
      cores.use(false);
      limits.push(llama.maxThreads);
      return Promise.resolve({ vector: [1, 0] });
    },
  };
  const model = {
    tokenize: ({ length }: string) => Array.from({ length }, (_, id) => id),
    tokens: { bos: null },
    fileInfo: { metadata: { tokenizer: { ggml: { tokens: ["a"] } } } },
    createEmbeddingContext: ({ threads }: { threads: number }) => {
      limits.push(threads);
      return Promise.resolve(context);
    },
  } as unknown as LlamaModel;
  const embedder = await Embedder.create(model, { contextLength: 8, cores });
  expect(await embedder.embed({ text: "abc", truncate: false, signal })).toEqual({
    vector: [1, 0],
    count: 3,
  });
  expect(limits).toEqual([COUNTS.usual, COUNTS.most, COUNTS.most]);
  expect(llama.maxThreads).toBe(COUNTS.usual);
});
