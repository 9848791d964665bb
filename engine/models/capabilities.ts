import type { StoredModel } from "./stored-model.ts";

/** Architectures that pool their output: they give vectors and no text. */
const EMBEDDING_FAMILIES = new Set(["bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "gte"]);

/** Whether a model can only embed. */
export function isEmbeddingOnly({ config }: Pick<StoredModel, "config">): boolean {
  return EMBEDDING_FAMILIES.has(config.model_family);
}

/**
 * The capabilities in `/api/show`: only those that this engine offers. `tools` says whether the
 * model's template supports tools.
 */
export function capabilitiesOf(model: StoredModel, { tools }: { tools: boolean }): string[] {
  if (isEmbeddingOnly(model)) return ["embedding"];
  return tools ? ["completion", "tools"] : ["completion"];
}
