import { defineCommand } from "../command.ts";
import { homeOf } from "../home.ts";
import { secondsOf } from "../seconds-of.ts";
import { refuseUrl } from "./local-service.ts";
import { startAndWait } from "./start-and-wait.ts";
import { STARTED_SHAPE } from "./start-report.ts";
import { STOP_ARGS } from "./stop.ts";
import { stopService } from "./stop-service.ts";

/** How long it may take to be ready, in milliseconds. */
const START_MS = 30_000;

export const restart = defineCommand({
  about:
    "Lets answers under way end, stops, and starts in the background with the settings of now; where nothing runs it only starts.",
  args: {
    ...STOP_ARGS,
    "skip-verify": {
      type: "boolean",
      alias: "no-verify",
      description: "Return when it answers, ready or not",
    },
  },
  rest: "--SETTING VALUE...",
  examples: [
    { line: "shared-ollama restart", about: "With the settings of now" },
    { line: "shared-ollama stop", about: "And stop it again" },
  ],
  json: { schema: STARTED_SHAPE },
  run: async (cli, args, settings) => {
    refuseUrl(cli, "restart");
    const home = homeOf(cli.env, settings);
    const patienceMs = secondsOf("--wait", args.wait) * 1000;
    await stopService(cli, { home, patienceMs, force: args.force === true });
    const untilItAnswers = args["skip-verify"] === true;
    return startAndWait(cli, { home, settings, untilItAnswers, patienceMs: START_MS });
  },
});
