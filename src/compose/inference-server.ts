import { join } from "node:path";
import { usualOrigin } from "../../config/usual-origin.ts";
import { entryFile, projectRoot } from "../runtime/paths.ts";
import { BoundedLines } from "../logs/bounded-lines.ts";
import { OutsideLogs } from "../logs/outside-logs.ts";
import type { LogFiles } from "../logs/service-log.ts";
import type { Base } from "./base.ts";
import { findOrStartServer } from "../hosts/start-server.ts";
import { ChildRecordFile } from "../hosts/child-record.ts";
import { probeLiveness } from "../hosts/client.ts";
import { EngineEvents } from "../hosts/engine-events.ts";
import { findOllama } from "../hosts/find-ollama.ts";
import { watchByConnection } from "../hosts/idle-connection.ts";
import { cutsInSilence } from "../hosts/ollama-version.ts";
import type { RunningServer } from "../hosts/server.ts";
import { Upstream, type RestartPauses } from "../hosts/upstream.ts";

interface InferenceServerParts extends Base {
  ownOrigins: () => string[];
  /** Whether requests hold places at the server. */
  isBusy: () => boolean;
  restartPauses: RestartPauses | undefined;
  /** A server is there, perhaps another one than before. */
  onReset: () => void;
  /** Requests can be admitted. */
  onReady: () => void;
  onDown: (reason: string) => void;
}

/** A child is given this long on top of its own grace before it is left behind. */
const STOP_MARGIN_MS = 3000;

/** Builds the inference server's supervisor from the settings. */
export function composeInferenceServer(parts: InferenceServerParts): Upstream {
  const { settings, logs, home } = parts;
  const record = new ChildRecordFile(join(home, "data", "child.json"));
  const events = new EngineEvents();
  const base = serverOptions(parts, { record, events });
  // Once a running server was adopted, its return is waited for: nobody expects another one.
  let adopted = settings.ollamaBaseUrl;
  return new Upstream({
    stopDeadlineMs: settings.childStopTimeoutMs + STOP_MARGIN_MS,
    findOrStart: async (signal) => {
      const engine = { ...base.engine, warm: events.takeHasLoaded() };
      const server = await findOrStartServer({ ...base, engine, baseUrl: adopted }, signal);
      if (server.kind === "external") adopted = server.origin;
      if (server.kind === "ollama") return withSmallLogs(server, base.logFiles, logs);
      return { ...server, gone: server.gone.then((how) => events.stuck ?? how) };
    },
    probe: (origin) => probeLiveness(origin, settings.probeTimeoutMs),
    isBusy: parts.isBusy,
    watch: ({ kind, origin }, onDoubt) =>
      kind === "external" ? watchByConnection({ origin, onDoubt }) : () => {},
    pauses: parts.restartPauses,
    onReady: ({ kind, origin, version }) => {
      parts.onReset();
      logs.service.info({ kind, origin }, "inference server is up");
      if (cutsInSilence(version)) parts.terminal.say(silentCuts(version));
    },
    onChange: parts.onReady,
    onDown: (reason) => {
      logs.service.error({ reason }, "inference server is down");
      parts.onDown(reason);
    },
  });
}

function silentCuts(version: string): string {
  return `Ollama ${version} cuts prompts that do not fit without saying so, and so they are not told; 0.12.6 and later ones say it.`;
}

/** A server that writes to log files by itself, which are kept small while it runs. */
function withSmallLogs(
  server: RunningServer,
  files: { stdout: string; stderr: string },
  { service }: LogFiles,
): RunningServer {
  const outside = new OutsideLogs({
    paths: [files.stdout, files.stderr],
    onFault: (err) => service.warn({ err }, "a log of the inference server cannot be set aside"),
  });
  void outside.rotate();
  return {
    ...server,
    stop: async () => {
      await server.stop();
      await outside.stop();
    },
  };
}

function serverOptions(
  parts: InferenceServerParts,
  { record, events }: { record: ChildRecordFile; events: EngineEvents },
) {
  const { settings, env, home, logs, terminal } = parts;
  const lines = { stdout: new BoundedLines(), stderr: new BoundedLines() };
  return {
    mode: settings.inferenceServer,
    usualOrigin: usualOrigin(settings),
    ownOrigins: parts.ownOrigins,
    plans: {
      env,
      keepAlive: settings.ollamaKeepAlive,
      numParallel: settings.ollamaNumParallel,
      maxLoadedModels: settings.ollamaMaxLoadedModels,
      profile: parts.profile,
      cloud: settings.allowCloudModels || settings.allowExternalRoutes,
      modelsFolder: settings.ollamaModels,
    },
    engine: {
      runtime: process.execPath,
      entry: entryFile("engine/main.ts"),
      defaultModelsFolder: join(home, "models"),
      shippedModelsFolder: join(projectRoot, "models"),
    },
    findOllama: () => findOllama(env["PATH"]),
    record,
    startTimeoutMs: settings.startTimeoutMs,
    stopTimeoutMs: settings.childStopTimeoutMs,
    probeTimeoutMs: settings.probeTimeoutMs,
    logFiles: {
      stdout: join(home, "logs", "ollama.log"),
      stderr: join(home, "logs", "ollama.error.log"),
    },
    onOutput: (chunk: string, stream: "stdout" | "stderr") => {
      (stream === "stdout" ? logs.server : logs.serverErrors).write(lines[stream].cut(chunk));
      if (stream === "stdout") events.read(chunk);
    },
    say: terminal.say,
  };
}
