import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort } from "../../src/hosts/server.ts";
import { until } from "./deadline.ts";

const PROGRAM = join(import.meta.dirname, "fake-server-program.mjs");

/** What the program is told to do; see its head. */
interface Switches {
  version?: string;
  neverReady?: boolean;
  lastWords?: string;
  ignoresSigterm?: boolean;
  hasRunner?: boolean;
  endless?: boolean;
}

/** A folder with a program named `ollama`, for PATH, and a port for it. */
export class FakeProgram {
  readonly folder: string;
  readonly port: number;

  constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** The settings that make a service look here, and nowhere where a real Ollama may run. */
  get env(): Record<string, string> {
    return { OLLAMA_PORT: String(this.port), ...this.processEnv };
  }

  /** What a service inherits, and hands on. */
  get processEnv(): Record<string, string> {
    return { PATH: [this.folder, process.env["PATH"]].join(delimiter) };
  }

  /** From its next start on the program behaves like this. */
  async behave(switches: Switches): Promise<void> {
    const { version, neverReady, lastWords, ignoresSigterm, hasRunner, endless } = switches;
    const path = join(this.folder, "ollama");
    const lines = [
      "#!/bin/sh",
      version ? `export FAKE_VERSION=${version}` : "",
      neverReady ? "export FAKE_NEVER_READY=1" : "",
      lastWords ? `export FAKE_LAST_WORDS='${lastWords}'` : "",
      ignoresSigterm ? "export FAKE_IGNORE_SIGTERM=1" : "",
      hasRunner ? "export FAKE_RUNNER=1" : "",
      endless ? "export FAKE_ENDLESS=1" : "",
      `exec '${process.execPath}' '${PROGRAM}' "$@"`,
      "",
    ];
    await writeFile(path, lines.join("\n"));
    await chmod(path, 0o755);
  }
}

/** Facts that the program tells of itself. */
export interface ProgramFacts {
  pid: number;
  /** The process that it has started, where it does. */
  runner?: number;
  args: string[];
  env: Record<string, string>;
}

/** Makes the program; its folder goes with the test. */
export async function makeFakeProgram(switches: Switches = {}): Promise<FakeProgram> {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-program-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = new FakeProgram(folder, await freePort(0));
  await program.behave(switches);
  return program;
}

/** What the running program tells of itself, asked through a service. It ends with the test. */
export async function factsThrough(url: string): Promise<ProgramFacts> {
  const answer = await fetch(`${url}/api/fake/facts`);
  const facts = (await answer.json()) as ProgramFacts;
  endsWithTest(facts.pid);
  if (facts.runner !== undefined) endsWithTest(facts.runner);
  return facts;
}

/** Whatever becomes of a test, this process does not outlive it. */
export function endsWithTest(pid: number): void {
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits for the end of a process. */
export function ended(pid: number, what: string, ms?: number): Promise<void> {
  return until(() => !isAlive(pid), `the end of ${what}`, ms);
}
