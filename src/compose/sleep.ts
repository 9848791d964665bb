import type { spawn } from "node:child_process";
import { keepsMachineAwake } from "../requests/inference-operations.ts";
import { awakeClock } from "../runtime/awake-clock.ts";
import { duration } from "../runtime/duration.ts";
import { KeepAwake } from "../runtime/keep-awake.ts";
import type { Part } from "../runtime/lifecycle.ts";
import type { Base } from "./base.ts";
import type { Inference } from "./inference.ts";
import type { ModelManagement } from "./model-management.ts";
import type { Requests } from "./requests.ts";

interface SleepParts {
  base: Base;
  requests: Pick<Requests, "live">;
  inference: Pick<Inference, "upstream" | "queue" | "loadedModels">;
  management: Pick<ModelManagement, "pulls">;
}

/** Facts that tests give in another way. */
export interface SleepOptions {
  /** The system that this runs on. */
  platform?: NodeJS.Platform | undefined;
  /** The shortest time that counts as a sleep, in milliseconds. */
  leastSleepMs?: number | undefined;
  /** Starts the program that keeps a Mac awake. */
  spawn?: typeof spawn | undefined;
}

/** What notices that the machine has slept, and keeps a Mac from it while there is work. */
export function composeSleep(parts: SleepParts, options: SleepOptions): Part[] {
  const { settings } = parts.base;
  const isMac = (options.platform ?? process.platform) === "darwin";
  const keepsAwake = isMac && settings.keepAwake === "auto";
  return [wakeWatch(parts, options), ...(keepsAwake ? [keepAwake(parts, options)] : [])];
}

function wakeWatch({ base, inference }: SleepParts, { leastSleepMs }: SleepOptions): Part {
  const { logs, terminal, events } = base;
  const onWake = (sleptMs: number): void => {
    const what = `machine slept for ${duration(sleptMs)}, or this process was stopped`;
    logs.service.warn({ slept_ms: Math.round(sleptMs) }, `the ${what}`);
    terminal.say(`The ${what}. Nothing of it counts as waiting; the inference server is probed.`);
    events.emit("machineSlept", sleptMs);
    inference.upstream.checkHealth();
  };
  let end = (): void => {};
  return {
    name: "watch for sleeps",
    start: () => {
      end = awakeClock.watch({ leastMs: leastSleepMs, onWake });
    },
    stop: () => end(),
  };
}

function keepAwake(
  { base, requests, inference, management }: SleepParts,
  { spawn }: SleepOptions,
): KeepAwake {
  const { logs, env } = base;
  const { queue, loadedModels } = inference;
  return new KeepAwake({
    spawn,
    path: env["PATH"],
    isBusy: () =>
      queue.isWorking ||
      loadedModels.isLoadingAny ||
      management.pulls.size > 0 ||
      requests.live.all().some(({ record }) => {
        // What waits for its client may do so for as long as that sleeps.
        return keepsMachineAwake(record.operation) && !record.call.heldUp.isNow;
      }),
    onFault: (err) =>
      logs.service.warn({ err }, "the machine may fall asleep while requests run (KEEP_AWAKE)"),
  });
}
