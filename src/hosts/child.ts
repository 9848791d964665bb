import { spawn as nodeSpawn, type ChildProcess } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { LOG_LIMIT_BYTES, nextOldLog } from "../logs/old-logs.ts";
import { awakeTimeout } from "../runtime/awake-timeout.ts";
import { endGroup } from "./process-group.ts";

/** How a child ended. */
export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of its error output, at most 2 000 characters. */
  stderrTail: string;
}

interface ChildOptions {
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
  output: ChildOutput;
  spawn?: typeof nodeSpawn;
}

/**
 * Where a child's output goes. One that writes to a callback ends with this process; one that
 * writes to files lives on when this process is killed (a pipe without reader would end it with
 * its next line).
 */
export type ChildOutput =
  | { kind: "callback"; onOutput: (chunk: string, stream: "stdout" | "stderr") => void }
  | { kind: "files"; stdout: string; stderr: string };

const STDERR_TAIL_CHARS = 2000;

/**
 * A child process with one owner. Its error output is remembered for messages; `exited` settles
 * when it has ended, however that came about. Whatever it has started and left behind is ended
 * then, too: an `ollama serve` that was killed leaves its runners, with the models in memory.
 */
export class Child {
  readonly exited: Promise<ChildExit>;
  readonly #process: ChildProcess;
  #stderrTail = "";
  #stopping: Promise<ChildExit> | undefined;
  #group: Promise<void> | undefined;

  constructor({ command, args, env, output, spawn = nodeSpawn }: ChildOptions) {
    const files = output.kind === "files" ? openFiles(output) : undefined;
    this.#process = spawn(command, args, {
      env,
      // The open standard input tells the engine that its parent lives.
      stdio: files ? ["ignore", files.stdout, files.stderr] : ["pipe", "pipe", "pipe"],
      // A group of its own: Ctrl-C at the terminal is the service's to answer, which drains first.
      detached: true,
    });
    // Not at `close`: what is left of the group can hold the child's output open.
    this.#process.once("exit", () => {
      if (this.pid !== undefined) this.#group = endGroup(this.pid);
    });
    if (output.kind === "callback") this.#listen(output.onOutput);
    this.exited = new Promise((resolve) => {
      let known = false;
      const ended = (code: number | null, signal: NodeJS.Signals | null, error = ""): void => {
        if (known) return;
        known = true;
        const tail = (files ? files.stderrTail() : this.#stderrTail) + error;
        resolve({ code, signal, stderrTail: tail.trim() });
      };
      this.#process.once("error", (err) => ended(null, null, err.message));
      this.#process.once("close", (code, signal) => ended(code, signal));
    });
  }

  #listen(onOutput: (chunk: string, stream: "stdout" | "stderr") => void): void {
    this.#process.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      onOutput(chunk, "stdout");
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#stderrTail = (this.#stderrTail + chunk).slice(-STDERR_TAIL_CHARS);
      onOutput(chunk, "stderr");
    });
    // A child that is gone when its input is closed is no error.
    this.#process.stdin?.on("error", () => {});
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Asks the child to end, kills it after `graceMs`, and waits for its end and that of its group.
   * Idempotent.
   */
  stop(graceMs: number): Promise<ChildExit> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<ChildExit> {
    this.#process.kill("SIGTERM");
    const callOff = awakeTimeout(graceMs, () => void this.#process.kill("SIGKILL"));
    try {
      const exit = await this.exited;
      await this.#group;
      return exit;
    } finally {
      callOff();
    }
  }
}

/** Opens the files of a child that outlives this process. */
function openFiles({ stdout, stderr }: { stdout: string; stderr: string }) {
  mkdirSync(dirname(stderr), { recursive: true, mode: 0o700 });
  for (const path of [stdout, stderr]) setAside(path);
  const out = openSync(stdout, "a", 0o600);
  const err = openSync(stderr, "a+", 0o600);
  const from = fstatSync(err).size;
  return {
    stdout: out,
    stderr: err,
    /** What the child has written to its error output since; closes the files. */
    stderrTail: (): string => {
      const end = fstatSync(err).size;
      // A log that was cut meanwhile is shorter than it was.
      const start = Math.max(end < from ? 0 : from, end - STDERR_TAIL_CHARS);
      const bytes = Buffer.alloc(end - start);
      readSync(err, bytes, 0, bytes.length, start);
      closeSync(out);
      closeSync(err);
      return bytes.toString("utf8");
    },
  };
}

/** A log that has grown large makes way, also where a server ends each time before it is ready. */
function setAside(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(path, nextOldLog(path));
}
