import { answered, createApi } from "../api.ts";
import { NotRunning } from "../cli-error.ts";
import type { components } from "../api-types.d.ts";
import { wholeSeconds } from "../output/units.ts";
import type { ProgressLine } from "../output/progress-line.ts";
import { poll } from "./poll.ts";

export type Health = components["schemas"]["Health"];

interface WaitOptions {
  url: string;
  line: ProgressLine;
  signal: AbortSignal;
  /** Done as soon as it answers, whatever it says. */
  untilItAnswers: boolean;
  patienceMs: number;
}

const ANSWER_MS = 5000;

/** Waits for a service to be ready. @returns what it said last; undefined where it never answered */
export async function waitUntilReady(options: WaitOptions): Promise<Health | undefined> {
  const { url, line, signal, untilItAnswers, patienceMs } = options;
  const api = createApi({ url, project: undefined });
  let last: Health | undefined;
  await poll({
    look: async () => {
      last = (await healthOf(api, signal)) ?? last;
      return last && (untilItAnswers || isSettled(last)) ? last : undefined;
    },
    patienceMs,
    onWait: (passedMs) => line.show("Waiting until it is ready", ` (${wholeSeconds(passedMs)})`),
    signal,
  });
  return last;
}

/** Whether it is ready, or busy with what takes far longer than anybody waits: fetching models. */
function isSettled({ status, missing_models: missing }: Health): boolean {
  return status === "healthy" || (status === "starting" && missing.some(isUnderWay));
}

/** Whether a model is being fetched, or its turn comes. */
export function isUnderWay({ state }: Health["missing_models"][number]): boolean {
  return state === "waiting" || state === "fetching" || state === "retrying";
}

async function healthOf(
  api: ReturnType<typeof createApi>,
  interrupt: AbortSignal,
): Promise<Health | undefined> {
  const signal = AbortSignal.any([interrupt, AbortSignal.timeout(ANSWER_MS)]);
  try {
    return await answered(api.GET("/api/v1/health", { signal }));
  } catch (err) {
    interrupt.throwIfAborted();
    if (err instanceof NotRunning || signal.aborted) return undefined;
    throw err;
  }
}
