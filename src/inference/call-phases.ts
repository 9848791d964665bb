import type { Interval } from "../runtime/interval.ts";

/** A part of a call's time. */
export interface CallPhase extends Interval {
  name: "queue" | "load" | "upstream";
}

/** The phase in which something is waited for; `preparation` is none and has no beginning. */
export const PHASES = {
  preparation: "queue",
  place: "queue",
  model: "load",
  answer: "upstream",
} as const satisfies Record<string, CallPhase["name"]>;

/** How long the parts of a call took, in milliseconds; undefined where they have not ended. */
interface CallTimes {
  queueMs: number | undefined;
  loadMs: number | undefined;
  firstMs: number | undefined;
  bodyMs: number | undefined;
  /** Undefined where no server was called. */
  host: string | undefined;
}

/** When its steps were, on the clock of `awakeNow`; 0 where they were not. */
interface CallMoments {
  readyAt: number;
  sentAt: number;
  beganAt: number;
}

/** The phases of a call that took time, in their order; one that has not ended has no end. */
export function phasesOf(
  { queueMs = 0, loadMs = 0, firstMs = 0, bodyMs, host }: CallTimes,
  moments: CallMoments,
): CallPhase[] {
  const sentAt = moments.sentAt || moments.beganAt - firstMs;
  const readyAt = moments.readyAt || sentAt;
  const loadAt = readyAt - loadMs;
  const phases: CallPhase[] = [];
  if (queueMs > 0) phases.push({ name: "queue", from: loadAt - queueMs, to: loadAt });
  if (loadMs > 0) phases.push({ name: "load", from: loadAt, to: readyAt });
  if (host !== undefined) {
    const to = bodyMs === undefined ? undefined : sentAt + firstMs + bodyMs;
    phases.push({ name: "upstream", from: sentAt, to });
  }
  return phases;
}
