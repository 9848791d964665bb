import type { AppContext } from "../../middleware/env.ts";
import type { RequestSource } from "../../src/access/manage-access.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import type { Exposition } from "../../src/metrics/exposition.ts";

interface MetricsOptions {
  exposition: Pick<Exposition, "contentType" | "read">;
  /** Whether a client may see what all projects do. */
  mayRead: (source: RequestSource) => boolean;
}

/** `GET /metrics`: all figures, for Prometheus. */
export function metrics({ exposition, mayRead }: MetricsOptions) {
  return async function metrics(c: AppContext): Promise<Response> {
    const record = c.get("record");
    record.operation = "metrics";
    record.route = "GET /metrics";
    if (!mayRead(c.get("exchange"))) throw refusal();
    const text = await exposition.read();
    record.bytes = Buffer.byteLength(text);
    return c.body(text, 200, { "Content-Type": exposition.contentType });
  };
}

function refusal(): ServiceError {
  return new ServiceError(
    "forbidden",
    "Only clients on the service's own machine may read this (METRICS_ALLOW_REMOTE=true lets others)",
  );
}
