import { ServiceError } from "../../errors/service-error.ts";
import { unreachable } from "../../errors/unreachable.ts";
import { jsonLines } from "../../hosts/lines.ts";
import { failureOf, upstreamFailure } from "../../hosts/upstream-failure.ts";
import type { Transport } from "../../http/transport.ts";
import type { Signal } from "../../runtime/light-signal.ts";
import { assertModelName } from "../model-name.ts";
import type { ModelfileFields } from "../modelfile/fields.ts";

interface CreateOptions {
  transport: Transport;
  /** The inference server's address. */
  origin: string;
  /** The new model's name; a model that has it already is replaced. */
  name: string;
  fields: ModelfileFields;
  onProgress?: (progress: CreateProgress) => void;
  signal: Signal;
}

/** A step of the server's work, in its own words. */
export interface CreateProgress {
  status: string;
  /** Bytes, where the step has so many to do: a base that is missing is pulled first. */
  completed?: number;
  total?: number;
}

/**
 * Has the inference server create a model. Settles when the model is there.
 * @throws ServiceError with the server's own message, also for one in the middle of the answer;
 * the signal's reason.
 */
export async function createModel(options: CreateOptions): Promise<void> {
  const { transport, origin, name, fields, onProgress, signal } = options;
  assertModelName(name);
  const answer = await transport.call({
    origin,
    method: "POST",
    path: "/api/create",
    body: JSON.stringify(createRequest(name, fields)),
    signal,
  });
  if (answer.status !== 200) throw await failureOf(answer);
  let last: string | undefined;
  try {
    // A pull of many hours has no last line to wait for.
    for await (const line of jsonLines(answer.body, { maxBytes: Infinity })) {
      if (line["error"] !== undefined) throw upstreamFailure(500, line);
      const progress = progressOf(line);
      last = progress.status;
      onProgress?.(progress);
    }
  } catch (err) {
    signal.throwIfAborted();
    throw err instanceof ServiceError ? err : unreachable(err);
  }
  signal.throwIfAborted();
  if (last === "success") return;
  const message = "The inference server ended before the model was created";
  throw new ServiceError("upstream_unavailable", message);
}

/** The fields as the request has them: blobs with a file's name, which says what they hold. */
function createRequest(name: string, { adapter, draft, ...fields }: ModelfileFields): object {
  return {
    model: name,
    ...fields,
    ...(adapter === undefined
      ? {}
      : { adapters: { "adapter.gguf": digestOf(adapter, "ADAPTER") } }),
    ...(draft === undefined ? {} : { draft_files: { "draft.gguf": digestOf(draft, "DRAFT") } }),
  };
}

function digestOf(named: string, what: string): string {
  if (/^sha256:[\da-f]{64}$/.test(named)) return named;
  const message =
    `${what} '${named}' is no digest of a blob, sha256:…: ` +
    "upload the file with POST /api/blobs first, or use `ollama create`";
  throw new ServiceError("invalid_request", message, { param: "modelfile" });
}

function progressOf({ status, completed, total }: Record<string, unknown>): CreateProgress {
  return {
    status: typeof status === "string" ? status : "",
    ...(typeof completed === "number" ? { completed } : {}),
    ...(typeof total === "number" ? { total } : {}),
  };
}
