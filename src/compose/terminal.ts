import { createInterface } from "node:readline/promises";
import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../models/provision/reports.ts";
import { wrap } from "../runtime/wrap-words.ts";

const KB = 1000;
const MB = 1_000_000;

/** For a line that a moving bar stands in; the bar's next step draws it again below. */
const CLEAR_LINE = "\r\u001B[K";

/** Columns of a line with a bar that the bar has not: a part's name, percent, MB, the time left. */
const BESIDE_BAR = 70;

/** What the service says on the terminal while it starts and stops. */
export interface Terminal {
  say: (line: string) => void;
  progress: () => Progress;
  /** Asks a yes-or-no question; no one at the terminal means no. */
  ask: (question: string) => Promise<boolean>;
}

/** A terminal on a pair of streams: a moving bar for people, a line now and then for files. */
export function openTerminal(
  output: NodeJS.WriteStream = process.stdout,
  input: NodeJS.ReadStream = process.stdin,
): Terminal {
  // A terminal that was closed must not end the service, which its SIGHUP stops in order.
  output.on("error", () => {});
  let bars = 0;
  const withBar = (bar: Progress): Progress => {
    bars += 1;
    return {
      update: (...figures) => bar.update(...figures),
      end: () => {
        bars -= 1;
        bar.end();
      },
    };
  };
  return {
    say: (line) => {
      output.write(`${bars > 0 ? CLEAR_LINE : ""}${fitted(line, output)}\n`);
    },
    progress: () => (output.isTTY ? withBar(barProgress(output)) : lineProgress(output)),
    ask: async (question) => {
      if (!output.isTTY || !input.isTTY) return false;
      // Not as a terminal's keys, one by one: Ctrl-C would be readline's then, and stop nothing.
      const lines = createInterface({ input, output, terminal: false });
      const closed = new Promise<undefined>((resolve) => {
        lines.once("close", () => resolve(undefined));
      });
      input.once("error", () => lines.close());
      const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
      lines.close();
      if (answer === undefined) {
        // Ctrl-D ends no line.
        output.write("\n");
        return false;
      }
      return /^y(es)?$/i.test(answer.trim());
    },
  };
}

/** For a terminal, broken between words; what is indented is to be copied, and stays whole. */
function fitted(line: string, output: NodeJS.WriteStream): string {
  if (!output.isTTY || line.startsWith(" ")) return line;
  const lines = line.split("\n").flatMap((part) => wrap(part, output.columns || 80));
  return lines.join("\n");
}

function barProgress(output: NodeJS.WriteStream): Progress {
  const format = "  {what} [{bar}] {percentage}% | {amounts} | {eta_formatted} left";
  const barsize = Math.min(Math.max((output.columns || 80) - BESIDE_BAR, 8), 40);
  const options = { format, barsize, stream: output, hideCursor: true };
  const bar = new SingleBar(options, Presets.shades_classic);
  let started = false;
  return {
    update: (what, completed, total) => {
      const payload = { what, amounts: amounts(completed, total) };
      if (!started) bar.start(total, completed, payload);
      started = true;
      bar.setTotal(total);
      bar.update(completed, payload);
    },
    end: () => {
      if (started) bar.stop();
    },
  };
}

/** Without a terminal to draw on: a line for each tenth. */
function lineProgress(output: NodeJS.WriteStream): Progress {
  let lastTenth = -1;
  return {
    update: (what, completed, total) => {
      const tenth = Math.floor((completed / total) * 10);
      if (tenth === lastTenth) return;
      lastTenth = tenth;
      output.write(`  ${what}: ${amounts(completed, total)}\n`);
    },
    end: () => {},
  };
}

/** `1000.0 of 4000.0 MB`: both in the unit of the whole. */
function amounts(completed: number, total: number): string {
  const [size, unit] = total < MB ? [KB, "KB"] : [MB, "MB"];
  return `${(completed / size).toFixed(1)} of ${(total / size).toFixed(1)} ${unit}`;
}
