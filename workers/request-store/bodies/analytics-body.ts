import type { Aggregate, FigureGroup, HourFigures } from "../protocol.ts";
import { countsOf, latenciesOf } from "./metrics-body.ts";
import {
  groupedBy,
  latency,
  mean,
  modelName,
  moment,
  operationName,
  requestsBy,
  sumOf,
  total,
  totalMs,
} from "./sums.ts";

/** The body of `/api/v1/analytics`. */
export function analyticsBody(figures: Aggregate) {
  const { total: all, groups, hours } = figures;
  const projects = groupedBy(groups, ({ project }) => project);
  return {
    ...countsOf(figures),
    success_rate: mean(all.requests - all.failed, all.requests),
    ...latenciesOf(figures),
    requests_by_model: requestsBy(groups, modelName),
    requests_by_operation: requestsBy(groups, operationName),
    requests_by_project: requestsBy(groups, ({ project }) => project),
    project_metrics: Object.fromEntries(
      [...projects].map(([name, ofProject]) => [name, projectMetrics(name, ofProject)]),
    ),
    hourly_metrics: [...groupedBy(hours, ({ startMs }) => String(startMs)).values()].map(
      hourMetrics,
    ),
    start_time: moment(all.firstAtMs),
    end_time: moment(all.lastAtMs),
    exact: figures.isExact,
  };
}

function projectMetrics(name: string, groups: FigureGroup[]) {
  const sum = sumOf(groups);
  return {
    project_name: name,
    total_requests: sum.requests,
    successful_requests: sum.requests - sum.failed,
    failed_requests: sum.failed,
    requests_by_model: requestsBy(groups, modelName),
    requests_by_operation: requestsBy(groups, operationName),
    average_latency_ms: latency(mean(sum.tookMs, sum.requests)),
    total_latency_ms: latency(sum.tookMs),
    first_request_time: moment(sum.firstAtMs),
    last_request_time: moment(sum.lastAtMs),
  };
}

/** The figures of an hour, of which there is a part for each model. */
function hourMetrics(parts: HourFigures[]) {
  const requests = total(parts, "requests");
  const failed = total(parts, "failed");
  return {
    timestamp: moment(parts[0]?.startMs),
    requests_count: requests,
    successful_count: requests - failed,
    failed_count: failed,
    average_latency_ms: latency(mean(totalMs(parts, "tookMs"), requests)),
    requests_by_model: requestsBy(parts, modelName),
  };
}
