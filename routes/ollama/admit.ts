import { ClientLeft } from "../../src/errors/service-error.ts";
import type { BodyFacts } from "../../src/inference/inspect-body.ts";
import type { Audience } from "../../src/inference/runner.ts";
import { unloads } from "../../src/models/keep-alive.ts";
import { canonicalModel } from "../../src/models/model-name.ts";
import type { LoadHints } from "../../src/models/loaded-models.ts";
import type { Admitted } from "../../src/scheduling/admission.ts";
import type { LineName } from "../../src/scheduling/fair-queue.ts";
import type { RequestRecord } from "../../src/requests/request-record.ts";
import type { PassThroughServices } from "./services.ts";

/** A body of Ollama's or OpenAI's dialect that asks for inference. */
export interface Asking {
  path: string;
  record: RequestRecord;
  facts: BodyFacts;
}

/** Waits for a place and the model. @throws ServiceError; ClientLeft when the audience leaves. */
export async function admit(
  { admission, limits, upstream }: Pick<PassThroughServices, "admission" | "limits" | "upstream">,
  { path, record, facts }: Asking,
  audience: Audience,
): Promise<Admitted> {
  if (audience.hasLeft) throw new ClientLeft();
  // Nothing waits for a server that is away.
  void upstream.origin;
  const line: LineName = facts.hasImages ? "vision" : "text";
  const hints: LoadHints = {
    kind: path.includes("embed") ? "embed" : "generate",
    options: facts.loadOptions,
    shift: facts.shift,
    keepAlive: facts.keepAlive,
  };
  const admitted = await admission.admit(
    {
      line,
      tenant: record.tenant,
      // A mere unload must not load first.
      model: unloads(facts.keepAlive) && !facts.hasWork ? "" : canonicalModel(facts.model),
      maxWaitMs: limits.maxWaitMs[line],
      onLeave: (left) => audience.onLeave(left),
    },
    hints,
  );
  record.queueMs = admitted.queueMs;
  record.loadMs = admitted.loadMs;
  return admitted;
}

/** Notes what an answer says of whether its model is in memory. */
export function settleModel(
  { loadedModels }: Pick<PassThroughServices, "loadedModels">,
  { model: named, keepAlive }: BodyFacts,
  { status, complete }: { status: number; complete: boolean },
): void {
  const model = canonicalModel(named);
  if (status === 200 && complete && !unloads(keepAlive)) loadedModels.used(model);
  else if (status >= 500 || unloads(keepAlive)) loadedModels.forget(model);
}
