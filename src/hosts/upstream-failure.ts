import type { ErrorCode } from "../errors/codes.ts";
import { ServerFailure } from "../errors/server-failure.ts";
import type { ServiceError } from "../errors/service-error.ts";
import { overflowIn, promptDoesNotFit } from "./context-overflow.ts";
import { jsonBody, MAX_REPORT_BYTES } from "./lines.ts";

/** An answer as far as a failure is read from it. */
interface FailedAnswer {
  status: number;
  body: AsyncIterable<Uint8Array> | null;
}

/**
 * The server's statuses that are about the client's request. The others (401, 403, 405, 413, 422 …)
 * are about the service's call, which is ours and the operator's to mend.
 */
const CODE_OF_STATUS: ReadonlyMap<number, ErrorCode> = new Map([
  [400, "invalid_request"],
  [404, "model_not_found"],
  [408, "upstream_timeout"],
  [504, "upstream_timeout"],
]);

/** An answer of the inference server that is no success, as an error of the service's own. */
export function upstreamFailure(status: number, body: Record<string, unknown>): ServiceError {
  const said = messageOf(body);
  // 400; 500 from the runner for MLX, and where it is a line of a stream.
  const overflow = status === 400 || status === 500 ? said && overflowIn(said) : undefined;
  if (overflow) return promptDoesNotFit(overflow);
  const message = said ?? `The inference server answered with status ${status}`;
  const code = CODE_OF_STATUS.get(status) ?? "upstream_unavailable";
  return new ServerFailure(status, {
    code,
    message,
    ...(code === "model_not_found" ? { param: "model" } : {}),
  });
}

/** The same, with the server's message from the answer's body, if that can be read. */
export async function failureOf({ status, body }: FailedAnswer): Promise<ServiceError> {
  const report = await jsonBody(body, { maxBytes: MAX_REPORT_BYTES }).catch(() => ({}));
  return upstreamFailure(status, report);
}

function messageOf(body: Record<string, unknown>): string | undefined {
  const { error } = body;
  if (typeof error === "string") return error;
  if (typeof error === "object" && error !== null && "message" in error) {
    return String(error.message);
  }
  return undefined;
}
