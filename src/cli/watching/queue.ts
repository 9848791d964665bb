import { setTimeout as pause } from "node:timers/promises";
import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { defineCommand } from "../command.ts";
import type { Output } from "../output/output.ts";
import { wholeNumber } from "../whole-number.ts";
import { queueLines } from "./queue-screen.ts";

/** Home, then clear from there to the end: nothing flickers, as nothing is cleared before it is drawn. */
const TO_TOP = "\u001B[H";
const CLEAR_LINE = "\u001B[K";
const CLEAR_BELOW = "\u001B[J";
/** The screen of its own that full-screen programs have: what was there comes back afterwards. */
const OWN_SCREEN = "\u001B[?1049h\u001B[?25l";
const BACK = "\u001B[?25h\u001B[?1049l";
const DEFAULT_SECONDS = 2;
const MAX_SECONDS = 3600;

export const queue = defineCommand({
  about:
    "Who runs and who waits, and for how long still. In a terminal it is drawn again every two seconds until Ctrl-C; with --once, --json or piped it is written once. A client without a name is its address in brackets, as in status: places are given out by that; figures such as those of usage and analytics have them all as unknown. Others' names are shown only to who may manage.",
  args: {
    once: { type: "boolean", description: "Write it once, also in a terminal" },
    every: {
      type: "string",
      description: "Seconds between two looks",
      valueHint: "SECONDS",
      required: false,
    },
  },
  examples: [
    { line: "shared-ollama queue --once", about: "As it is now" },
    { line: "shared-ollama queue --json | head -c 500", about: "For a program" },
  ],
  json: { operation: "queue" },
  run: async (cli, args) => {
    const seconds =
      args.every === undefined
        ? DEFAULT_SECONDS
        : wholeNumber("every", args.every, { min: 1, max: MAX_SECONDS });
    const isLive = cli.out.isTerminal && !cli.flags.json && !args.once;
    if (isLive) await follow(cli, seconds);
    else
      cli.show(await look(cli), (found, out) => queueLines(found, out).forEach((l) => out.line(l)));
  },
});

function look({ api }: Cli, signal?: AbortSignal) {
  return answered(api.GET("/api/v1/queue", signal ? { signal } : {}));
}

async function follow(cli: Cli, seconds: number): Promise<never> {
  const { out, signal } = cli;
  // What cannot be reached is said on the screen that was there.
  let found = await look(cli, signal);
  const draw = (): void => void out.stdout.write(screenOf(queueLines(found, out), seconds, out));
  out.stdout.write(OWN_SCREEN);
  out.stdout.on("resize", draw);
  try {
    for (;;) {
      draw();
      await pause(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
      found = await look(cli, signal);
    }
  } finally {
    out.stdout.off("resize", draw);
    out.stdout.write(BACK);
  }
}

/** As many of the lines as the terminal has room for, and how it goes on. */
function screenOf(lines: string[], seconds: number, { stdout, style }: Output): string {
  const below = ["", style.dim(`Every ${seconds} s, until Ctrl-C`)];
  const room = (stdout.rows || 24) - 1 - below.length;
  const shown = lines.length > room ? [...lines.slice(0, room - 1), style.dim("…")] : lines;
  const drawn = [...shown, ...below].map((line) => `${line}${CLEAR_LINE}\n`).join("");
  return `${TO_TOP}${drawn}${CLEAR_BELOW}`;
}
