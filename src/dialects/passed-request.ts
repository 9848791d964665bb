import type { CallRecord } from "../inference/call-record.ts";
import type { BodyFacts } from "./inspect-body.ts";
import type { InferenceRequest } from "../inference/pipeline.ts";
import { unloads } from "../models/keep-alive.ts";

interface PassedRequest {
  path: string;
  tenant: string;
  facts: BodyFacts;
  record: CallRecord;
}

/** What the pipeline is told of a request that is passed through in its own dialect. */
export function passedRequest({ path, tenant, facts, record }: PassedRequest): InferenceRequest {
  const { model, keepAlive } = facts;
  return {
    line: facts.hasImages ? "vision" : "text",
    tenant,
    model,
    hints: {
      kind: path.includes("embed") ? "embed" : "generate",
      options: facts.loadOptions,
      shift: facts.shift,
      keepAlive,
    },
    isUnload: unloads(keepAlive) && !facts.hasWork,
    record,
  };
}
