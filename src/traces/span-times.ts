import type { HrTime } from "@opentelemetry/api";
import type { RequestRecord } from "../requests/request-record.ts";

type Clock = Pick<RequestRecord, "startedAt" | "startedAtMs">;

/**
 * A moment of a request as spans have it. The wall clock is read with its first byte only: what
 * comes later goes by the other one, which nobody sets.
 * @param at on the clock of `awakeNow`.
 */
export function spanTime({ startedAt, startedAtMs }: Clock, at: number): HrTime {
  const ms = startedAtMs % 1000;
  const nanos = Math.round(ms * 1e6 + (at - startedAt) * 1e6);
  const carry = Math.floor(nanos / 1e9);
  return [(startedAtMs - ms) / 1000 + carry, nanos - carry * 1e9];
}
