import type { CallRecord } from "../inference/call-record.ts";
import type { BodyFacts } from "./inspect-body.ts";
import type { InferenceRequest } from "../inference/pipeline.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import { unloads } from "../models/keep-alive.ts";

interface PassedRequest {
  path: string;
  tenant: string;
  facts: BodyFacts;
  background: boolean;
  /** As PlaceRequest. */
  maxExpectedMs: number | undefined;
  record: CallRecord;
}

/**
 * Whether a body may be passed on, as far as its facts tell.
 * @throws ServiceError `invalid_request` for a body that is not read at all or, where models are
 * restricted, that does not name its model for certain; `model_not_allowed`.
 */
export function assertPassable(
  { refusal, models, modelIsCertain, isUnread }: BodyFacts,
  catalog: Pick<ModelCatalog, "assertAllowed" | "isRestricted" | "allowsRemote">,
): void {
  if (refusal !== undefined) throw new ServiceError("invalid_request", refusal);
  for (const model of models) if (model !== "") catalog.assertAllowed(model);
  if (catalog.isRestricted && !modelIsCertain) {
    const message = "The body has to be one plain JSON object, or form, that names its model once";
    throw new ServiceError("invalid_request", message);
  }
  if (isUnread && !catalog.allowsRemote) {
    const message =
      "The body is no plain form or zstd, and could ask for a model on another machine, " +
      "of which none is allowed here (ALLOW_CLOUD_MODELS)";
    throw new ServiceError("invalid_request", message);
  }
}

/** What the pipeline is told of a request that is passed through in its own dialect. */
export function passedRequest(passed: PassedRequest): InferenceRequest {
  const { path, tenant, facts, background, maxExpectedMs, record } = passed;
  const { model, keepAlive } = facts;
  const kind = path.includes("embed") ? "embed" : "generate";
  return {
    line: facts.hasImages ? "vision" : "text",
    tenant,
    model,
    hints: {
      kind,
      options: facts.loadOptions,
      shift: facts.shift,
      keepAlive,
    },
    isUnload: unloads(keepAlive) && !facts.hasWork,
    // Embeddings read all of their texts anew.
    prefix: kind === "generate" ? facts.prefix : undefined,
    background,
    maxExpectedMs,
    record,
  };
}
