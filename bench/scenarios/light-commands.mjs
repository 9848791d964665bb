import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { startFakeOllama } from "../lib/fake-ollama.mjs";
import { projectRoot, startService } from "../lib/service.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const ROUNDS = 11;
/** More than the bare runtime takes. */
const HELP_GOAL_MS = 200;
const STATUS_GOAL_MS = 300;

/**
 * What somebody waits for who types a command: from its start to its end, beside a runtime that has
 * nothing to do, in turns.
 */
export async function lightCommands() {
  const fake = startFakeOllama({ models: "fake" });
  let service;
  try {
    service = await startService({ OLLAMA_BASE_URL: await fake.listening() });
    const program = join(projectRoot, "src", "cli.mjs");
    const calls = {
      "the runtime alone": ["-e", "0"],
      "shared-ollama --help": [program, "--help"],
      "shared-ollama status": [program, "status", "--url", service.url],
    };
    const times = Object.fromEntries(Object.keys(calls).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, args] of Object.entries(calls)) times[name].push(await timed(args));
    }
    return reported(times);
  } finally {
    await service?.stop();
    await fake.stop();
  }
}

/** @param {Record<string, number[]>} times by call, in ms */
function reported(times) {
  const [bare, help, status] = Object.values(times).map(median);
  return {
    title: `Commands that ask the service, ${ROUNDS} rounds in turn`,
    table: markdownTable(
      ["call", "ms, median", "ms, least", "more than the runtime alone"],
      Object.entries(times).map(([name, each]) => [
        name,
        figure(median(each), 0),
        figure(Math.min(...each), 0),
        figure(median(each) - bare, 0),
      ]),
    ),
    goal: `--help ${HELP_GOAL_MS} ms more than the runtime alone at most, status ${STATUS_GOAL_MS} ms in all`,
    isMet: help - bare < HELP_GOAL_MS && status < STATUS_GOAL_MS,
  };
}

/** How long one call takes, in ms. @param {string[]} args */
async function timed(args) {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.resume();
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
  return performance.now() - begun;
}
