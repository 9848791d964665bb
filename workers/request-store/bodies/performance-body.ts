import type { Aggregate, Figures } from "../protocol.ts";
import { threeDecimals } from "../../../src/runtime/three-decimals.ts";
import { groupedBy, mean, modelName, total, totalMs } from "./sums.ts";

/** Sums over requests whose tokens a second are known. */
type Measured = Pick<Figures, "measured" | "tokensPerSecond" | "loadMs" | "generationMs">;

/** The body of `/api/v1/performance/stats`. */
export function performanceBody({ total: all, groups }: Aggregate) {
  const measured = groups.filter((group) => group.measured > 0);
  return {
    ...meansOf(all),
    total_requests: all.measured,
    by_model: Object.fromEntries(
      [...groupedBy(measured, modelName)].map(([name, ofModel]) => {
        const sum: Measured = {
          measured: total(ofModel, "measured"),
          tokensPerSecond: totalMs(ofModel, "tokensPerSecond"),
          loadMs: totalMs(ofModel, "loadMs"),
          generationMs: totalMs(ofModel, "generationMs"),
        };
        return [name, { ...meansOf(sum), request_count: sum.measured }];
      }),
    ),
  };
}

function meansOf({ measured, tokensPerSecond, loadMs, generationMs }: Measured) {
  const meanOf = (sum: number): number => threeDecimals(mean(sum, measured));
  return {
    avg_tokens_per_second: meanOf(tokensPerSecond),
    avg_load_time_ms: meanOf(loadMs),
    avg_generation_time_ms: meanOf(generationMs),
  };
}
