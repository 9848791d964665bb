import { setTimeout as delay } from "node:timers/promises";
import { awakeNow } from "../runtime/awake-clock.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import type { ChildRecordFile } from "./child-record.ts";
import { probeVersion } from "./client.ts";
import { ollamaVersion } from "./ollama-version.ts";
import { enginePlan, ollamaFigures, ollamaPlan, type PlanSettings } from "./plans.ts";
import {
  externalServer,
  freePort,
  startServer,
  takeOver,
  type ChildPlan,
  type RunningServer,
} from "./server.ts";

interface FindOrStartOptions {
  mode: "auto" | "external" | "ollama" | "engine";
  /** OLLAMA_BASE_URL: given, nothing else is tried. */
  baseUrl: string | undefined;
  /** The address where a running Ollama is looked for. */
  usualOrigin: string;
  /** Addresses the service itself answers at; a server found there would be ourselves. */
  ownOrigins: () => string[];
  plans: PlanSettings;
  engine: Omit<Parameters<typeof enginePlan>[0], "port">;
  findOllama: () => Promise<string | undefined>;
  record: ChildRecordFile;
  startTimeoutMs: number;
  stopTimeoutMs: number;
  probeTimeoutMs: number;
  onOutput: (chunk: string, stream: "stdout" | "stderr") => void;
  logFiles: { stdout: string; stderr: string };
  /** Says what is done, for the terminal. */
  say: (line: string) => void;
}

/**
 * Finds or starts the inference server: the one that OLLAMA_BASE_URL names or that answers on
 * its usual port, one of an earlier run, `ollama serve`, the embedded engine – in this order.
 * @throws Error that says what was tried.
 */
export async function findOrStartServer(
  options: FindOrStartOptions,
  signal: AbortSignal,
): Promise<RunningServer> {
  const { mode, baseUrl, usualOrigin, say } = options;
  if (baseUrl) return adopt(options, baseUrl, signal);
  if (mode === "external") return adopt(options, usualOrigin, signal);
  if (mode === "engine") return startEngine(options, signal);

  const earlier = await takeOverEarlier(options);
  if (earlier) return earlier;
  // Listening on Ollama's usual port is fine: there is no other server there then.
  const isOwn = options.ownOrigins().includes(usualOrigin);
  const running = isOwn ? undefined : await probed(options, usualOrigin, signal);
  if (running) {
    say(`Found a running Ollama ${running.version} at ${usualOrigin}; using it.`);
    return externalServer(usualOrigin, running.version);
  }
  const program = await options.findOllama();
  if (program) return startOllama(options, program, signal);
  if (mode === "ollama") throw new Error("no `ollama` program was found in PATH or its folders");
  say("No Ollama runs or is installed here; starting the embedded engine.");
  return startEngine(options, signal);
}

async function adopt(
  options: FindOrStartOptions,
  origin: string,
  signal: AbortSignal,
): Promise<RunningServer> {
  if (options.ownOrigins().includes(origin)) {
    throw new Error(
      `${origin} is this service itself: set OLLAMA_BASE_URL to the inference server's address`,
    );
  }
  options.say(`Waiting for the inference server at ${origin}.`);
  const until = awakeNow() + options.startTimeoutMs;
  for (;;) {
    const found = await probed(options, origin, signal);
    if (found) {
      options.say(`Using the inference server at ${origin} (version ${found.version}).`);
      return externalServer(origin, found.version);
    }
    if (awakeNow() > until) throw new Error(`nothing answers at ${origin}`);
    await delay(250, undefined, { signal });
  }
}

/** One that is there is taken over also where the service is to stop: it ends with that. */
async function takeOverEarlier(options: FindOrStartOptions): Promise<RunningServer | undefined> {
  const { record, plans } = options;
  const earlier = await record.readLiving();
  const alive = earlier && (await probeVersion(earlier.origin, options.probeTimeoutMs));
  if (!earlier || !alive) return undefined;
  options.say(`Taking over the Ollama (process ${earlier.pid}) that an earlier run started.`);
  return takeOver(
    earlier,
    // As it was started: the settings may be others by now.
    { version: alive.version, capacity: undefined, ...(earlier.figures ?? ollamaFigures(plans)) },
    { stopTimeoutMs: options.stopTimeoutMs, clearRecord: () => record.clear() },
  );
}

/** The server of others at an address, if one answers. A stop does not wait for that. */
function probed(
  { probeTimeoutMs }: FindOrStartOptions,
  origin: string,
  signal: AbortSignal,
): ReturnType<typeof probeVersion> {
  return unlessAborted(probeVersion(origin, probeTimeoutMs), signal);
}

async function startOllama(
  options: FindOrStartOptions,
  program: string,
  signal: AbortSignal,
): Promise<RunningServer> {
  const port = await freePort(Number(new URL(options.usualOrigin).port) || 11_434);
  options.say(`Starting ${program} serve on 127.0.0.1:${port}.`);
  const { plans } = options;
  const version = await ollamaVersion({ program, port, env: plans.env, signal });
  return start(ollamaPlan({ program, port, version }, plans), options, signal);
}

async function startEngine(
  options: FindOrStartOptions,
  signal: AbortSignal,
): Promise<RunningServer> {
  const port = await freePort(0);
  return start(enginePlan({ ...options.engine, port }, options.plans), options, signal);
}

async function start(
  plan: ChildPlan,
  options: FindOrStartOptions,
  signal: AbortSignal,
): Promise<RunningServer> {
  const server = await startServer(plan, { ...options, signal });
  options.say(`${plan.kind === "engine" ? "Embedded engine" : "Ollama"} ${server.version} is up.`);
  return server;
}
