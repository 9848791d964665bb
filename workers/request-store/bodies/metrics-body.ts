import type { Aggregate } from "../protocol.ts";
import { latency, mean, modelName, moment, operationName, requestsBy } from "./sums.ts";

/** The body of `/api/v1/metrics`. */
export function metricsBody(figures: Aggregate) {
  const { total, groups } = figures;
  return {
    ...countsOf(figures),
    requests_by_model: requestsBy(groups, modelName),
    requests_by_operation: requestsBy(groups, operationName),
    errors_by_type: requestsBy(groups, ({ error }) => error),
    ...latenciesOf(figures),
    first_request_time: moment(total.firstAtMs),
    last_request_time: moment(total.lastAtMs),
    exact: figures.isExact,
  };
}

/** How many there were, and how they ended. */
export function countsOf({ total: { requests, failed } }: Pick<Aggregate, "total">) {
  return {
    total_requests: requests,
    successful_requests: requests - failed,
    failed_requests: failed,
  };
}

/** What they took. */
export function latenciesOf({ total, quantiles }: Pick<Aggregate, "total" | "quantiles">) {
  return {
    average_latency_ms: latency(mean(total.tookMs, total.requests)),
    p50_latency_ms: latency(quantiles?.p50Ms ?? 0),
    p95_latency_ms: latency(quantiles?.p95Ms ?? 0),
    p99_latency_ms: latency(quantiles?.p99Ms ?? 0),
  };
}
