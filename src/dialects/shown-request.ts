import type { CallRecord } from "../inference/call-record.ts";

/** What answers tell of the request that they are for. */
export interface ShownRequest {
  readonly id: string;
  readonly model: string | undefined;
  /** When it came: on the clock of `awakeNow`, and in milliseconds since 1970. */
  readonly startedAt: number;
  readonly startedAtMs: number;
  /** Milliseconds since it came. */
  readonly elapsedMs: number;
  /** The same with three decimals. */
  readonly latencyMs: number;
  /** Its stream began with notices that it waits: the head has nothing to tell of its call. */
  readonly hasWaitNotices: boolean;
  readonly call: Pick<CallRecord, "waiting" | "loadMs" | "context">;
}
