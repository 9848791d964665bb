import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Child, type ChildExit, type ChildOutput } from "./child.ts";
import type { ChildRecordFile } from "./child-record.ts";
import { probeVersion } from "./client.ts";
import { endGroup, signalProcess } from "./process-group.ts";

/** Where the inference server comes from. */
export type ServerKind = "external" | "ollama" | "engine";

/** A server that answers. */
export interface RunningServer {
  kind: ServerKind;
  origin: string;
  version: string;
  pid?: number | undefined;
  /** Requests it decodes side by side for one model. */
  parallel: number;
  /** Models it holds at once, where that is known. */
  capacity: number | undefined;
  /** Settles with the reason when the server has gone. Never for an external one. */
  gone: Promise<string>;
  /** Ends what the service started; leaves alone what it did not. */
  stop(): Promise<void>;
}

/** What is needed to start a server as a child. */
export interface ChildPlan {
  kind: "ollama" | "engine";
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
  origin: string;
  parallel: number;
  capacity: number | undefined;
}

interface StartOptions {
  startTimeoutMs: number;
  stopTimeoutMs: number;
  /** Receives the output of a child that ends with this process. */
  onOutput: (chunk: string, stream: "stdout" | "stderr") => void;
  /** Take the output of a child that outlives it. */
  logFiles: { stdout: string; stderr: string };
  record: ChildRecordFile;
  signal: AbortSignal;
}

/**
 * Starts a server and waits until it answers, races that against its exit and the deadline.
 * @throws Error with the end of the child's error output when it ended or stayed silent.
 */
export async function startServer(plan: ChildPlan, options: StartOptions): Promise<RunningServer> {
  const { startTimeoutMs, stopTimeoutMs, onOutput, logFiles, record, signal } = options;
  const survives = plan.kind === "ollama";
  const output: ChildOutput = survives
    ? { kind: "files", ...logFiles }
    : { kind: "callback", onOutput };
  const child = new Child({ ...plan, output });
  const giveUp = new AbortController();
  const outcome = await Promise.race([
    answered(plan.origin, AbortSignal.any([giveUp.signal, signal])),
    child.exited,
    delay(startTimeoutMs, "silent" as const, { signal: giveUp.signal, ref: false }),
  ])
    .catch(() => "called off" as const)
    .finally(() => giveUp.abort());
  if (typeof outcome === "object" && "version" in outcome) {
    if (survives && child.pid !== undefined) await record.write(child.pid, plan);
    return {
      kind: plan.kind,
      origin: plan.origin,
      version: outcome.version,
      pid: child.pid,
      parallel: plan.parallel,
      capacity: plan.capacity,
      gone: child.exited.then(describeExit),
      stop: async () => {
        await child.stop(stopTimeoutMs);
        await record.clear();
      },
    };
  }
  const exit = await child.stop(stopTimeoutMs);
  const reason =
    outcome === "silent"
      ? `did not answer within ${startTimeoutMs / 1000} s`
      : outcome === "called off"
        ? "was called off while it started"
        : describeExit(exit);
  throw new Error(`${plan.command} ${reason}${exit.stderrTail ? `:\n${exit.stderrTail}` : ""}`);
}

/** A server of an earlier run that outlived it, supervised again. */
export function takeOver(
  record: { pid: number; origin: string },
  facts: { version: string; parallel: number; capacity: number | undefined },
  options: { stopTimeoutMs: number; clearRecord: () => Promise<void> },
): RunningServer {
  const watching = new AbortController();
  const ended = endOf(record, watching.signal);
  // It was started as the leader of a group of its own; what it has started is in there.
  const groupEnded = ended.then(() => endGroup(record.pid));
  return {
    kind: "ollama",
    origin: record.origin,
    pid: record.pid,
    ...facts,
    gone: ended.then(() => "the Ollama of an earlier run ended"),
    stop: async () => {
      signalProcess(record.pid, "SIGTERM");
      const timer = setTimeout(() => signalProcess(record.pid, "SIGKILL"), options.stopTimeoutMs);
      await ended;
      clearTimeout(timer);
      await groupEnded;
      watching.abort();
      await options.clearRecord();
    },
  };
}

/** A server that the service has not started. */
export function externalServer(origin: string, version: string): RunningServer {
  return {
    kind: "external",
    origin,
    version,
    parallel: 1,
    capacity: undefined,
    gone: new Promise(() => {}),
    stop: () => Promise.resolve(),
  };
}

/** A free port of 127.0.0.1: the wanted one, else one that the system picks. */
export async function freePort(wanted: number): Promise<number> {
  const tryPort = (port: number): Promise<number | undefined> =>
    new Promise((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(undefined));
      probe.listen({ host: "127.0.0.1", port }, () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === "object" ? address?.port : undefined));
      });
    });
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

async function answered(origin: string, signal: AbortSignal): Promise<{ version: string }> {
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const probe = await probeVersion(origin, 1000);
    if (probe) return probe;
    await delay(pauseMs, undefined, { signal });
  }
}

async function endOf(record: { pid: number }, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && signalProcess(record.pid, 0)) {
    await delay(250, undefined, { ref: false });
  }
}

function describeExit({ code, signal }: ChildExit): string {
  return signal ? `was ended by ${signal}` : `ended with code ${code ?? "unknown"}`;
}
