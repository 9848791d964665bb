import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { inTerminal } from "./cli.ts";
import { until } from "./deadline.ts";

interface Shell {
  shell: string;
  /** The program, without anybody's own settings. */
  start: string[];
  /** What has it complete. */
  source: string;
}

export const SHELLS: Shell[] = [
  {
    shell: "bash",
    start: ["bash", "--norc", "--noprofile"],
    source: "source <(shared-ollama complete bash)",
  },
  { shell: "zsh", start: ["zsh", "-f"], source: "source <(shared-ollama complete zsh)" },
  {
    shell: "fish",
    start: ["fish", "--no-config"],
    source: "shared-ollama complete fish | source",
  },
];

/** On a busy machine the service may not have answered in the time that completion has for it. */
const TRIES = "1 2 3 4 5 6 7 8";

/**
 * Starts a shell that completes words of `shared-ollama`, in a folder of its own; it ends with the
 * test. All other calls of the program are only noted.
 * @param url where the program asks for names
 */
export async function startCompletingShell({ start, source }: Omit<Shell, "shell">, url: string) {
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-path-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const notes = join(home, "calls");
  await writeFile(join(home, "shared-ollama"), programNoting(notes));
  await chmod(join(home, "shared-ollama"), 0o755);
  const path = `${home}:${process.env["PATH"]}`;
  const env = { PATH: path, HOME: home, SHARED_OLLAMA_URL: url, LANG: "C.UTF-8" };
  const terminal = inTerminal(start, { env });
  // A word that the line itself does not have says that the script is read.
  terminal.type(`${source}; echo rea''dy\r`);
  await terminal.shows(/^ready/m);
  let seen = 0;
  return {
    home,
    ...terminal,
    /** Waits for the next call. @returns its words */
    nextCall: async (what: string): Promise<string[]> => {
      const calls = async (): Promise<string[][]> => callsIn(await read(notes));
      await until(async () => (await calls()).length > seen, what);
      seen += 1;
      return (await calls())[seen - 1] ?? [];
    },
  };
}

/** `shared-ollama`: it completes as it does, again where nothing has come, and notes all else. */
function programNoting(notes: string): string {
  const real = `${process.execPath} ${join(projectRoot, "src", "cli.mjs")}`;
  return `#!/bin/sh
if [ "$1" = complete ]; then
  for try in ${TRIES}; do
    answers=$(${real} "$@")
    case $answers in :4) ;; *) break ;; esac
  done
  printf '%s\\n' "$answers"
  exit
fi
{ printf '%s\\0' "$@"; printf '\\001\\n'; } >> '${notes}'
`;
}

const read = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "");

/** The words of each call; one that is being written has no end yet. */
function callsIn(notes: string): string[][] {
  const calls = notes.split("\u0001\n").slice(0, -1);
  return calls.map((call) => call.split("\u0000").slice(0, -1));
}
