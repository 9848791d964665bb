import type { DayUsage } from "../protocol.ts";
import { threeDecimals } from "../../../src/runtime/three-decimals.ts";
import { groupedBy, modelName, total, totalMs } from "./sums.ts";

/** What a project used of a model on a day, as `/api/v1/usage` shows it. */
export type UsageRow = ReturnType<typeof usageRow>;

/** The fields of a row, in the order of a table's columns. */
export const USAGE_COLUMNS = [
  "day",
  "project",
  "model",
  "requests",
  "failed_requests",
  "input_tokens",
  "output_tokens",
  "inference_seconds",
  "saved_seconds",
  "share",
] as const satisfies readonly (keyof UsageRow)[];

/**
 * Usage of whole days as rows.
 * @param options.withShare whether each tells its share of what all used that day.
 */
export function usageRows(days: readonly DayUsage[], { withShare }: { withShare: boolean }) {
  // `other` and `system` may be names of clients' own, too.
  const parts = groupedBy(days, (day) =>
    JSON.stringify([day.startMs, day.project, modelName(day)]),
  );
  return [...parts.values()].map((alike) => usageRow(alike, withShare));
}

function usageRow(parts: DayUsage[], withShare: boolean) {
  const [{ startMs, project, model, dayInferenceMs } = NOBODY] = parts;
  const inferenceMs = totalMs(parts, "inferenceMs");
  const failed = total(parts, "failed");
  const share = dayInferenceMs === 0 ? 0 : inferenceMs / dayInferenceMs;
  return {
    day: new Date(startMs).toISOString().slice(0, 10),
    project,
    model: modelName({ model }),
    requests: total(parts, "requests"),
    failed_requests: failed,
    input_tokens: total(parts, "inputTokens"),
    output_tokens: total(parts, "outputTokens"),
    inference_seconds: seconds(inferenceMs),
    saved_seconds: seconds(totalMs(parts, "savedMs")),
    share: withShare ? Math.round(share * 1e6) / 1e6 : null,
  };
}

const NOBODY: Pick<DayUsage, "startMs" | "project" | "model" | "dayInferenceMs"> = {
  startMs: 0,
  project: "",
  model: undefined,
  dayInferenceMs: 0,
};

function seconds(ms: number): number {
  return threeDecimals(ms / 1000);
}
