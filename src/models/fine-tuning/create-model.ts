import { ServiceError } from "../../errors/service-error.ts";
import { brokenOff } from "../../errors/unreachable.ts";
import type { Transport } from "../../http/transport.ts";
import type { Signal } from "../../runtime/light-signal.ts";
import { requestFields } from "../changes/create-request.ts";
import { progressOf, type ModelProgress } from "../changes/progress.ts";
import { assertModelName } from "../model-name.ts";
import type { ModelfileFields } from "../modelfile/fields.ts";

interface CreateOptions {
  transport: Pick<Transport, "call">;
  /** The inference server's address. */
  origin: string;
  /** The new model's name; a model that has it already is replaced. */
  name: string;
  fields: ModelfileFields;
  onProgress?: (progress: ModelProgress) => void;
  signal: Signal;
}

/**
 * Has the inference server create a model. Settles when the model is there.
 * @throws ServiceError with the server's own message, also for one in the middle of the answer;
 * the signal's reason.
 */
export async function createModel(options: CreateOptions): Promise<void> {
  const { transport, origin, name, fields, onProgress, signal } = options;
  assertModelName(name);
  const body = JSON.stringify({ model: name, ...requestFields(fields) });
  const call = { origin, method: "POST", path: "/api/create", body, signal };
  try {
    for await (const step of progressOf(await transport.call(call))) onProgress?.(step);
  } catch (err) {
    signal.throwIfAborted();
    throw err instanceof ServiceError ? err : brokenOff(err);
  }
  signal.throwIfAborted();
}
