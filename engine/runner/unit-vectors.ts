import type { LlamaModel } from "node-llama-cpp";

type Facts = { readonly pooling_type?: number; readonly normalize_embeddings?: boolean };

const ifItEmbeds = ({ pooling_type: pooling }: Facts): boolean => pooling !== undefined;

/** Architectures that Ollama 0.13.5 computes itself, and which of their models it normalises. */
const NORMALISED = new Map<string, (facts: Facts) => boolean>([
  ["bert", ({ normalize_embeddings: own }) => own ?? true],
  ["nomic-bert", ({ normalize_embeddings: own }) => own ?? false],
  ["gemma3", ifItEmbeds],
  ["qwen3", ifItEmbeds],
]);

/**
 * Whether a model's vectors have length 1 under Ollama before any route changes them. llama.cpp
 * leaves vectors as they are; it computes all other architectures there, and every architecture
 * here.
 */
export function hasUnitVectors({ fileInfo }: Pick<LlamaModel, "fileInfo">): boolean {
  const { architecture } = fileInfo.metadata.general;
  const facts = (fileInfo.metadata[architecture] ?? {}) as Facts;
  return NORMALISED.get(architecture)?.(facts) ?? false;
}
