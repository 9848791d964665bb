import { describe, expect, it } from "vitest";
import { readFigures } from "../../../../src/models/model-figures.ts";
import { contextOf, estimatedBytes } from "../../../../src/models/memory/size-estimate.ts";

const GB = 2 ** 30;

/** What Ollama shows of qwen3:14b, as far as it matters. */
const QWEN3_14B = {
  "general.architecture": "qwen3",
  "general.parameter_count": 14_768_307_200,
  "qwen3.attention.head_count": 40,
  "qwen3.attention.head_count_kv": 8,
  "qwen3.attention.key_length": 128,
  "qwen3.attention.value_length": 128,
  "qwen3.block_count": 40,
  "qwen3.context_length": 40_960,
  "qwen3.embedding_length": 5120,
  "tokenizer.ggml.tokens": null,
};

/** Of a token in 40 layers: a key and a value of 128 numbers for each of 8 heads. */
const NUMBERS_OF_TOKEN = 2 * 128 * 8 * 40;

const bytes = (
  info: object,
  context: number,
  cache: { parallel?: number; cacheType?: string } = {},
): number | undefined =>
  estimatedBytes({ fileBytes: GB, figures: readFigures({ model_info: info }) }, context, {
    parallel: 1,
    cacheType: undefined,
    ...cache,
  });

describe("estimatedBytes", () => {
  it("is the file and two bytes for each number of the context", () => {
    expect(bytes(QWEN3_14B, 4096)).toBe(GB + 4096 * NUMBERS_OF_TOKEN * 2);
  });

  it("has a context for each request that is decoded side by side", () => {
    expect(bytes(QWEN3_14B, 4096, { parallel: 4 })).toBe(GB + 4 * 4096 * NUMBERS_OF_TOKEN * 2);
  });

  it.each([
    ["f16", 2],
    ["q8_0", 1],
    ["q4_0", 0.5],
    ["f32", 4],
    ["of a later version", 2],
  ])("has the numbers' type: %s", (cacheType, each) => {
    expect(bytes(QWEN3_14B, 4096, { cacheType })).toBe(GB + 4096 * NUMBERS_OF_TOKEN * each);
  });

  it("grows no further than what the model was made for", () => {
    expect(bytes(QWEN3_14B, 1_000_000)).toBe(bytes(QWEN3_14B, 40_960));
  });

  it("works lengths and heads out where they are not told", () => {
    const info = {
      "general.architecture": "llama",
      "llama.block_count": 32,
      "llama.embedding_length": 4096,
      "llama.attention.head_count": 32,
    };
    expect(bytes(info, 1024)).toBe(GB + 1024 * 2 * 128 * 32 * 32 * 2);
  });

  it("is the file alone for a model that keeps no context", () => {
    expect(bytes({ "general.architecture": "bert", "bert.block_count": 6 }, 4096)).toBe(GB);
  });

  it.each([
    ["an unknown architecture", { ...QWEN3_14B, "general.architecture": "new" }],
    ["none", {}],
    ["one of other lengths in each layer", { ...QWEN3_14B, "qwen3.block_count": null }],
    ["layers that keep a part", { ...QWEN3_14B, "qwen3.attention.sliding_window": 4096 }],
    ["layers that keep a state", { ...QWEN3_14B, "qwen3.ssm.state_size": 128 }],
    ["figures that cannot be", { ...QWEN3_14B, "qwen3.block_count": -1 }],
  ])("is unknown for %s", (_case, info) => {
    expect(bytes(info, 4096)).toBeUndefined();
  });
});

describe("contextOf", () => {
  const shown = readFigures({ model_info: QWEN3_14B, parameters: 'stop "a"\nnum_ctx   8192\n' });
  const plain = readFigures({ model_info: QWEN3_14B });

  it.each([
    ["what the request asks for", shown, 2048, 16_384, 2048],
    ["the model's own", shown, undefined, 16_384, 8192],
    ["the server's", plain, undefined, 16_384, 16_384],
    ["the least that any server takes", plain, undefined, undefined, 4096],
    ["no more than the model was made for", plain, 1_000_000, undefined, 40_960],
  ])("is %s", (_case, of, asked, usual, context) => {
    expect(contextOf(of, asked, usual)).toBe(context);
  });
});
