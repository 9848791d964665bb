import { ServiceError } from "../errors/service-error.ts";

/** An answer of the inference server that is no success, as an error of the service's own. */
export function upstreamFailure(status: number, body: Record<string, unknown>): ServiceError {
  const message = messageOf(body) ?? `The inference server answered with status ${status}`;
  if (status === 404) return new ServiceError("model_not_found", message, { param: "model" });
  if (status >= 400 && status < 500 && status !== 429) {
    return new ServiceError("invalid_request", message);
  }
  return new ServiceError("upstream_unavailable", message);
}

function messageOf(body: Record<string, unknown>): string | undefined {
  const { error } = body;
  if (typeof error === "string") return error;
  if (typeof error === "object" && error !== null && "message" in error) {
    return String(error.message);
  }
  return undefined;
}
