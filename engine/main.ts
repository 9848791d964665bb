import { createEngine } from "./engine.ts";
import { createEmit } from "./events.ts";
import { readSettings } from "./settings.ts";

/** Freeing the models should take no longer. What is left the operating system frees. */
const STOP_WITHIN_MS = 1_500;

/** The exit code of a stuck engine: "try again", as sysexits.h calls it. */
const EXIT_STUCK = 75;

const settings = readSettings(process.env);
const emit = createEmit((line) => process.stdout.write(line));
const warn = (message: string) => process.stderr.write(`${message}\n`);
const engine = createEngine({
  settings,
  environment: process.env,
  emit,
  warn,
  onStuck: () => stop(EXIT_STUCK),
});

let stopping = false;
function stop(code: number): void {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(code), STOP_WITHIN_MS).unref();
  engine.stop().then(
    () => process.exit(code),
    () => process.exit(code),
  );
}

process.on("SIGTERM", () => stop(0));
process.on("SIGINT", () => stop(0));
if (settings.exitOnStdinEnd) {
  process.stdin.on("end", () => stop(0));
  process.stdin.on("error", () => stop(0));
  process.stdin.resume();
  // Events go to the same parent, which may end before they are written.
  process.stdout.on("error", () => stop(0));
}

try {
  emit("listening", { url: await engine.start() });
} catch (err) {
  warn(`cannot start: ${err instanceof Error ? err.message : String(err)}`);
  stop(1);
}
