import { defineCommand } from "../command.ts";
import { homeOf } from "../home.ts";
import { refuseUrl } from "./local-service.ts";
import { secondsOf } from "../seconds-of.ts";
import { stopService } from "./stop-service.ts";

interface Stopped {
  stopped: boolean;
  /** Null where nothing ran. */
  pid: number | null;
}

export const STOP_ARGS = {
  force: { type: "boolean", description: "After the wait, end it although answers are under way" },
  wait: {
    type: "string",
    valueHint: "SECONDS",
    default: "60",
    description: "How long answers under way are waited for",
  },
} as const;

export const stop = defineCommand({
  about:
    "Answers under way may end; then the service ends, and the Ollama that it has started. An Ollama that it found running stays. Models and logs stay, too. Where nothing runs, that is said, and the exit code is 0.",
  args: STOP_ARGS,
  examples: [
    { line: "shared-ollama stop", about: "Let answers end, then stop" },
    { line: "shared-ollama stop --wait 5 --force", about: "Give them five seconds" },
  ],
  json: {
    schema: {
      type: "object",
      required: ["stopped", "pid"],
      additionalProperties: false,
      properties: {
        stopped: { type: "boolean", description: "false: nothing ran" },
        pid: { type: ["integer", "null"] },
      },
    },
  },
  run: async (cli, args) => {
    refuseUrl(cli, "stop");
    const home = homeOf(cli.env);
    const patienceMs = secondsOf("--wait", args.wait) * 1000;
    const service = await stopService(cli, { home, patienceMs, force: args.force === true });
    const found: Stopped = { stopped: service !== undefined, pid: service?.pid ?? null };
    cli.show(found, ({ pid }, out) => {
      out.line(pid === null ? `Nothing runs in ${home}` : `Stopped (process ${pid})`);
    });
  },
});
