import type { LlamaModel } from "node-llama-cpp";
import { expect, it } from "vitest";
import { hasUnitVectors } from "../../../runner/unit-vectors.ts";

const model = (architecture: string, facts: object) =>
  ({
    fileInfo: { metadata: { general: { architecture }, [architecture]: facts } },
  }) as unknown as LlamaModel;

it.each([
  ["bert", { pooling_type: 1 }, true],
  ["bert", { pooling_type: 1, normalize_embeddings: false }, false],
  ["nomic-bert", { pooling_type: 1 }, false],
  ["nomic-bert", { pooling_type: 1, normalize_embeddings: true }, true],
  ["qwen3", { pooling_type: 3 }, true],
  ["gemma3", { pooling_type: 1 }, true],
  ["qwen3", {}, false],
  ["llama", {}, false],
  ["jina-bert-v2", { pooling_type: 1, normalize_embeddings: true }, false],
])("knows whose vectors have length 1 under Ollama: %s, %j", (architecture, facts, expected) => {
  expect(hasUnitVectors(model(architecture, facts))).toBe(expected);
});
