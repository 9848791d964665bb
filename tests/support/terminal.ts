import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { onBun } from "../../src/runtime/on-bun.ts";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until, within } from "./deadline.ts";
import { makeHome } from "./service-process.ts";

const PATIENCE_MS = 40_000;

/** Whether a terminal can be made here. */
export function hasTerminal(): boolean {
  try {
    execFileSync("python3", ["-c", "import pty"]);
    return true;
  } catch {
    return false;
  }
}

/** The ways in which people start the service on this runtime. */
export const START_COMMANDS = onBun
  ? [
      { name: "bun run start", command: [process.execPath, "run", "start"] },
      { name: "bun src/start.mjs", command: [process.execPath, "src/start.mjs"] },
    ]
  : [
      { name: "npm start", command: ["npm", "start"] },
      { name: "node src/start.mjs", command: [process.execPath, "src/start.mjs"] },
    ];

/** Starts the service in a terminal of its own, and waits until it listens. It ends with the test. */
export async function startInTerminal(command: string[], env: Record<string, string>) {
  const home = await makeHome();
  const terminal = spawn("python3", [join("tests", "support", "terminal.py"), ...command], {
    cwd: projectRoot,
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, API_PORT: "0", SHARED_OLLAMA_HOME: home, ...env },
  });
  let shown = "";
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  const closed = new Promise<void>((resolve) => terminal.once("close", () => resolve()));
  terminal.stdin.on("error", () => {});
  onTestFinished(async () => {
    // The program is stopped with its terminal.
    terminal.stdin.end("hangup\n");
    await within(closed, "the end of the terminal", PATIENCE_MS);
  }, PATIENCE_MS);
  const shows = (words: string | RegExp): Promise<void> =>
    until(() => shown.search(words) >= 0, `the terminal shows ${words}`, PATIENCE_MS).catch(
      (cause: unknown) => {
        throw new Error(`it showed:\n${shown}`, { cause });
      },
    );
  await shows(/Listening on \S+ /);
  return {
    url: /Listening on (\S+) /.exec(shown)?.[1] ?? "",
    shows,
    press: (key: "interrupt" | "hangup" | "yes" | "no") => void terminal.stdin.write(`${key}\n`),
    endsWith: (code: number) => shows(new RegExp(`ENDED ${code}\\n`)),
  };
}
