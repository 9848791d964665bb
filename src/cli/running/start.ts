import { WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { homeOf } from "../home.ts";
import { secondsOf } from "../seconds-of.ts";
import { refuseUrl, serviceIn } from "./local-service.ts";
import { reportRunning, startAndWait } from "./start-and-wait.ts";
import { startInForeground } from "./start-foreground.ts";
import { STARTED_SHAPE } from "./start-report.ts";
import { stopService } from "./stop-service.ts";

/** How long answers of a service that is started again may take, in milliseconds. */
const STOP_MS = 60_000;

export const start = defineCommand({
  about:
    "In the foreground, until Ctrl-C; in the background it waits until the service is ready. Its process is noted in data/service.json, what it says goes to logs/background.log. Runs it already, that is said, and the exit code is 0. Every setting of docs/configuration.md is an option here: API_PORT is --api-port.",
  args: {
    background: { type: "boolean", alias: "b", description: "Return when it is ready" },
    foreground: { type: "boolean", description: "Stay until Ctrl-C (the default)" },
    restart: { type: "boolean", alias: "r", description: "Stop one that runs already" },
    wait: {
      type: "string",
      valueHint: "SECONDS",
      default: "30",
      description: "In the background: how long it may take to be ready",
    },
    "skip-verify": {
      type: "boolean",
      alias: "no-verify",
      description: "In the background: return when it answers, ready or not",
    },
  },
  rest: "--SETTING VALUE...",
  examples: [
    { line: "shared-ollama start --background", about: "Start it and go on" },
    {
      line: "shared-ollama start --background --restart --api-log-level debug",
      about: "Start it anew, with a setting",
    },
    { line: "shared-ollama stop", about: "And stop it again" },
  ],
  json: { schema: STARTED_SHAPE },
  run: async (cli, args, settings) => {
    refuseUrl(cli, "start");
    if (args.background && args.foreground) {
      throw new WrongUse("--background and --foreground exclude each other: leave one out");
    }
    const home = homeOf(cli.env, settings);
    if (args.restart) await stopService(cli, { home, patienceMs: STOP_MS, force: false });
    const running = await serviceIn(cli, home);
    if (running) return reportRunning(cli, home, running);
    if (args.background) {
      const untilItAnswers = args["skip-verify"] === true;
      const patienceMs = secondsOf("--wait", args.wait) * 1000;
      return startAndWait(cli, { home, settings, untilItAnswers, patienceMs });
    }
    if (cli.flags.json) throw new WrongUse("--json goes with --background");
    return startInForeground(cli, settings);
  },
});
