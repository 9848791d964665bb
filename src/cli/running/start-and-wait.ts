import type { Cli } from "../cli.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { oneLine } from "../output/text.ts";
import { ProgressLine } from "../output/progress-line.ts";
import { wholeSeconds } from "../output/units.ts";
import { serviceIn, type LocalService } from "./local-service.ts";
import { poll } from "./poll.ts";
import { EndedEarly, startInBackground, type Started } from "./start-background.ts";
import type { StartReport } from "./start-report.ts";
import { isUnderWay, waitUntilReady, type Health } from "./wait-until-ready.ts";

interface StartOptions {
  home: string;
  /** The service's own options. */
  settings: string[];
  /** Done as soon as it answers, ready or not. */
  untilItAnswers: boolean;
  /** How long it may take to be ready, once it listens. */
  patienceMs: number;
}

/** Until a service listens, in milliseconds. */
const LISTENS_MS = 30_000;

/** Starts the service in the background, and says how it is when it is ready, or time is up. */
export async function startAndWait(cli: Cli, options: StartOptions): Promise<ExitCode> {
  const { home, settings, untilItAnswers, patienceMs } = options;
  const line = new ProgressLine(cli.out);
  try {
    const started = await startOrFind(cli, { home, settings, line, patienceMs: LISTENS_MS });
    const { url } = started;
    const wait = { url, line, signal: cli.signal, untilItAnswers, patienceMs };
    const health = await waitUntilReady(wait);
    line.end();
    if (!health) throw new CliError(`${url} does not answer: see ${started.log ?? home}`);
    const code = report(cli, started, health);
    return untilItAnswers ? EXIT.ok : code;
  } finally {
    line.end();
  }
}

/** Says how a service is that runs already, once it listens. */
export async function reportRunning(
  cli: Cli,
  home: string,
  service: LocalService,
): Promise<ExitCode> {
  const line = new ProgressLine(cli.out);
  try {
    const url = service.url ?? (await whereItListens(cli, home, line));
    const wait = { url, line, signal: cli.signal, untilItAnswers: true, patienceMs: LISTENS_MS };
    const health = await waitUntilReady(wait);
    line.end();
    if (!health)
      throw new CliError(
        `Process ${service.pid} runs already, and ${url} does not answer. Start it anew: shared-ollama restart`,
      );
    report(cli, { pid: service.pid, url, log: null }, health);
    return EXIT.ok;
  } finally {
    line.end();
  }
}

type Found = Omit<Started, "log"> & { log: string | null };

/** Somebody else may start one in the same moment: then that one is it. */
async function startOrFind(
  cli: Cli,
  options: { home: string; settings: string[]; line: ProgressLine; patienceMs: number },
): Promise<Found> {
  try {
    return await startInBackground(cli, options);
  } catch (err) {
    const other = err instanceof EndedEarly ? await serviceIn(cli, options.home) : undefined;
    if (!other) throw err;
    const url = other.url ?? (await whereItListens(cli, options.home, options.line));
    return { pid: other.pid, url, log: null };
  }
}

async function whereItListens(cli: Cli, home: string, line: ProgressLine): Promise<string> {
  const url = await poll({
    look: async () => (await serviceIn(cli, home))?.url,
    patienceMs: LISTENS_MS,
    onWait: (passedMs) => line.show("Another start is under way", ` (${wholeSeconds(passedMs)})`),
    signal: cli.signal,
  });
  if (url === undefined)
    throw new CliError(`The service in ${home} does not listen: stop it first`);
  return url;
}

function report(cli: Cli, { pid, url, log }: Found, health: Health): ExitCode {
  const { status, ollama_status: server, missing_models: missing } = health;
  const isFetching = missing.some(isUnderWay);
  const found: StartReport = {
    started: log !== null,
    pid,
    url,
    status,
    log,
    missing_models: missing.map(({ name }) => name),
  };
  cli.show(found, (_found, out) => {
    const { style } = out;
    out.line(`${log === null ? "Runs already" : "Started"} at ${url} (process ${pid})`);
    if (status !== "healthy" && !isFetching) {
      out.line(
        `${style.bad("Not ready yet")}: ${oneLine(server)}. Look again: shared-ollama status`,
      );
    }
    for (const model of missing) {
      const next = isUnderWay(model) ? "is being fetched" : "is not there";
      out.line(`${style.warn(model.name)} is required and ${next}`);
    }
    if (missing.some((model) => !isUnderWay(model))) out.line("Fetch them: shared-ollama preload");
  });
  return status === "healthy" || isFetching ? EXIT.ok : EXIT.failed;
}
