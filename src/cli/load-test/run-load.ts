import { pause } from "../../runtime/pause.ts";
import { UNREACHABLE, type LoadOutcome, type LoadPlan } from "./load-plan.ts";
import { Tally } from "./tally.ts";

interface RunOptions {
  plan: LoadPlan;
  /** Sends one request and reads its whole answer. What it throws after an abort is no failure. */
  send: (project: string, signal: AbortSignal) => Promise<LoadOutcome>;
  /** Ends the test at once: no further request is sent, and those under way are given up. */
  signal: AbortSignal;
  /** Told after each request, and each second while answers take longer. */
  onProgress?: (state: LoadState) => void;
  now?: () => number;
}

/** Where a load test stands. */
export interface LoadState {
  tally: Tally;
  elapsedMs: number;
}

/** What a load test has found. */
export interface LoadResult extends LoadState {
  startedAt: Date;
  /** Why it ended before it had done what it was asked to; undefined where it has done that. */
  endedEarly: "stopped" | "unreachable" | undefined;
}

/** So many requests in turn that reach no service end the test: the others would not either. */
const LOST_IN_TURN = 20;
/** Milliseconds between two looks at where it stands while nothing ends. */
export const TICK_MS = 1000;

/**
 * Sends requests, so many at a time, until they are all sent or the time is over, and waits for the
 * answers. After an abort it settles with what there is.
 */
export async function runLoad(options: RunOptions): Promise<LoadResult> {
  const { plan, send, signal, onProgress = () => {}, now = () => performance.now() } = options;
  const tally = new Tally(plan);
  const startedAt = new Date();
  const start = now();
  let sent = 0;
  let lost = 0;
  const elapsedMs = (): number => now() - start;
  const progress = (): void => onProgress({ tally, elapsedMs: elapsedMs() });
  const mayGoOn = (): boolean =>
    !signal.aborted &&
    lost < LOST_IN_TURN &&
    sent < (plan.requests ?? Number.POSITIVE_INFINITY) &&
    elapsedMs() < (plan.durationMs ?? Number.POSITIVE_INFINITY);
  const one = async (): Promise<void> => {
    const number = (sent += 1);
    const project = plan.projects[(number - 1) % plan.projects.length] ?? "";
    const [wallTime, sentAt] = [new Date(), now()];
    const outcome = await send(project, signal).catch((err: unknown) => {
      if (signal.aborted) return undefined;
      throw err;
    });
    if (!outcome) {
      tally.cancelled += 1;
      return;
    }
    const latencyMs = now() - sentAt;
    lost = !outcome.ok && outcome.error === UNREACHABLE ? lost + 1 : 0;
    tally.add({ number, project, startedAt: wallTime, latencyMs, outcome });
    progress();
  };
  const worker = async (): Promise<void> => {
    while (mayGoOn()) {
      await one();
      if (plan.delayMs > 0 && mayGoOn()) await pause(plan.delayMs, signal);
    }
  };
  const ticking = setInterval(progress, TICK_MS);
  try {
    await Promise.all(Array.from({ length: plan.atOnce }, worker));
  } finally {
    clearInterval(ticking);
  }
  const endedEarly = signal.aborted ? "stopped" : lost >= LOST_IN_TURN ? "unreachable" : undefined;
  return { tally, startedAt, elapsedMs: elapsedMs(), endedEarly };
}
