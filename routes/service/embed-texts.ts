import type { AppContext } from "../../middleware/env.ts";
import type { Embedded, EmbedRequest } from "../../src/embeddings/embedder.ts";
import { callerOf } from "../caller-of.ts";
import { tellOfLoad } from "../load-header.ts";
import { maxWaitMs } from "../max-wait-header.ts";
import { isBackground } from "../priority-header.ts";
import { tellOfTruncation } from "../truncation-header.ts";
import type { PromptLimit } from "../../src/dialects/prompt-limit.ts";
import type { Embedder } from "../../src/embeddings/embedder.ts";
import type { ModelCatalog } from "../../src/models/catalog.ts";

/** What vectors of texts are made with. */
export interface TextEmbedding {
  catalog: Pick<ModelCatalog, "assertAllowed">;
  promptLimit: PromptLimit;
  embedder: Pick<Embedder, "embed">;
}

/**
 * The vectors of a request's texts, for as long as its client is there; the answer's head is told how
 * long the model's load was waited for, and that texts were cut.
 * @throws ServiceError also `model_not_allowed` and, for a text that is too long,
 * `prompt_too_large`; ClientLeft.
 */
export async function embedTexts(
  c: AppContext,
  { catalog, promptLimit, embedder }: TextEmbedding,
  texts: string[],
  options: Pick<EmbedRequest, "model" | "dimensions" | "mayTruncate">,
): Promise<Embedded> {
  const record = c.get("record");
  catalog.assertAllowed(options.model);
  for (const text of texts) promptLimit.check(options.model, [text]);
  record.model = options.model;
  const { elapsedMs, call } = record;
  const background = isBackground(c);
  const given = { background, maxExpectedMs: maxWaitMs(c), elapsedMs, record: call };
  const wanted = { ...options, ...callerOf(c), ...given };
  const embedded = await embedder.embed(texts, wanted);
  tellOfLoad(c);
  tellOfTruncation(c, embedded.truncated);
  return embedded;
}
