import { spawn as nodeSpawn, type ChildProcess } from "node:child_process";

/** How a child ended. */
export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines it wrote to its error output. */
  lastWords: string;
}

interface ChildOptions {
  command: string;
  args: string[];
  env: Record<string, string | undefined>;
  /** Receives the child's output as it comes. */
  onOutput: (chunk: string, stream: "stdout" | "stderr") => void;
  /** The child lives on when this process is killed. */
  survives: boolean;
  spawn?: typeof nodeSpawn;
}

const LAST_WORDS_CHARS = 2000;

/**
 * A child process with one owner. Its error output is remembered for messages; `exited` settles
 * when it has ended, however that came about.
 */
export class Child {
  readonly exited: Promise<ChildExit>;
  readonly #process: ChildProcess;
  #lastWords = "";
  #stopping: Promise<ChildExit> | undefined;

  constructor({ command, args, env, onOutput, survives, spawn = nodeSpawn }: ChildOptions) {
    this.#process = spawn(command, args, {
      env: env,
      // The open standard input tells the engine that its parent lives.
      stdio: [survives ? "ignore" : "pipe", "pipe", "pipe"],
      detached: survives,
    });
    this.#process.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      onOutput(chunk, "stdout");
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#lastWords = (this.#lastWords + chunk).slice(-LAST_WORDS_CHARS);
      onOutput(chunk, "stderr");
    });
    // A child that is gone when its input is closed is no error.
    this.#process.stdin?.on("error", () => {});
    this.exited = new Promise((resolve) => {
      this.#process.once("error", (err) => {
        this.#lastWords += err.message;
        resolve({ code: null, signal: null, lastWords: this.#lastWords.trim() });
      });
      this.#process.once("close", (code, signal) => {
        resolve({ code, signal, lastWords: this.#lastWords.trim() });
      });
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Asks the child to end, kills it after `graceMs`, and waits for its end. Idempotent. */
  stop(graceMs: number): Promise<ChildExit> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<ChildExit> {
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }
}
