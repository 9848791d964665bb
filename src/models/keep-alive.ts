import { spanMs } from "../../config/go-values.ts";
import { TEXT_LIMITS } from "../runtime/text-limits.ts";

/** No time at all, as Go writes durations: `0`, `0s`, `-0m`, `0h0m`, `.0ms`. */
const NO_TIME = /^[-+]?(?:0|(?:(?:0+\.?0*|\.0+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** Whether a keep_alive ends the model's stay in memory with this request. */
export function unloads(keepAlive: string | number | undefined): boolean {
  if (typeof keepAlive === "string")
    return keepAlive.length <= TEXT_LIMITS.duration && NO_TIME.test(keepAlive);
  return keepAlive === 0;
}

/**
 * How long a keep_alive keeps a model in memory, in milliseconds: for ever below 0. Undefined where
 * there is none, or none that can be read.
 */
export function keepAliveMs(keepAlive: string | number | undefined): number | undefined {
  const isText = typeof keepAlive === "string";
  if (isText && keepAlive.length > TEXT_LIMITS.duration) return undefined;
  const ms = isText ? spanMs(keepAlive) : keepAlive === undefined ? undefined : keepAlive * 1000;
  return ms !== undefined && ms < 0 ? Number.POSITIVE_INFINITY : ms;
}
