import { expect, it } from "vitest";
import { contextLimits } from "../../../../src/models/lanes/context-limits.ts";
import { readFigures } from "../../../../src/models/model-figures.ts";

const GB = 2 ** 30;
const ROOM = { limitBytes: 20 * GB, weightBytes: 10 * GB, parallel: 1, cacheType: undefined };

/** 40 layers, 8 groups of 128 numbers, for keys and for values: 160 KiB a token. */
const INFO = {
  "general.architecture": "qwen3",
  "qwen3.context_length": 131_072,
  "qwen3.block_count": 40,
  "qwen3.embedding_length": 5120,
  "qwen3.attention.head_count": 40,
  "qwen3.attention.head_count_kv": 8,
};

const limitsOf = (info: unknown, room = ROOM): object =>
  contextLimits(readFigures({ model_info: info }), room);

it("is the model's own maximum, and what memory has room for beside the weights", () => {
  expect(limitsOf(INFO)).toEqual({ own: 131_072, fits: 65_536 });
  expect(limitsOf(INFO, { ...ROOM, parallel: 4 })).toEqual({ own: 131_072, fits: 16_384 });
  const wide = { ...INFO, "qwen3.attention.key_length": 384 };
  expect(limitsOf(wide)).toEqual({ own: 131_072, fits: 32_768 });
  expect(limitsOf(INFO, { ...ROOM, weightBytes: 30 * GB })).toEqual({ own: 131_072, fits: 0 });
});

it.each<[info: unknown, limits: object]>([
  [undefined, {}],
  [null, {}],
  ["text", {}],
  [{}, {}],
  [{ ...INFO, "general.architecture": 7 }, {}],
  [{ ...INFO, "general.architecture": "other" }, {}],
  [{ ...INFO, "qwen3.block_count": null }, { own: 131_072 }],
  [{ ...INFO, "qwen3.attention.head_count": [40, 8] }, { own: 131_072 }],
  [{ ...INFO, "qwen3.context_length": -1, "qwen3.block_count": 0 }, {}],
])("of %j it says only %j", (info, limits) => {
  expect(limitsOf(info)).toEqual(limits);
});
