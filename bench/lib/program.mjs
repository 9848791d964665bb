import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

/** A program that the bench has started. It ends with the bench at the latest. */
export class Program {
  /** What it has written to standard output so far. */
  stdout = "";
  #stderr = "";
  #child;
  /** @type {Promise<number | null>} */
  #exited;

  /**
   * @param {string} command
   * @param {string[]} args
   * @param {Record<string, string>} [env] set on top of the bare environment.
   */
  constructor(command, args, env = {}) {
    this.#child = spawn(command, args, {
      env: { ...bareEnvironment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const child = this.#child;
    running.add(child);
    child.stdout.setEncoding("utf8").on("data", (text) => {
      this.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#stderr += text;
    });
    this.#exited = new Promise((resolve) => {
      child.once("error", (err) => {
        this.#stderr += err.message;
        resolve(null);
      });
      child.once("close", resolve);
    });
    void this.#exited.then(() => running.delete(child));
  }

  get pid() {
    return this.#child.pid ?? 0;
  }

  /**
   * Waits until something holds while the program runs.
   * @template T
   * @param {() => T | undefined | Promise<T | undefined>} find
   * @param {string} what
   * @returns {Promise<T>}
   */
  async until(find, what) {
    const giveUpAt = performance.now() + START_LIMIT_MS;
    while (running.has(this.#child) && performance.now() < giveUpAt) {
      const found = await find();
      if (found !== undefined) return found;
      await delay(20);
    }
    throw new Error(`${what} did not come:\n${this.stdout}${this.#stderr}`);
  }

  /** The address that it says it is listening on. */
  listening() {
    return this.until(() => /Listening on (http:\/\/[\d.:]+)/.exec(this.stdout)?.[1], "an address");
  }

  /** Waits for its end. @throws Error with its own words when it failed. */
  async finished() {
    const code = await this.#exited;
    if (code !== 0) throw new Error(`a program of the bench failed:\n${this.#stderr}`);
    return this.stdout;
  }

  /** Asks it to end, kills it after a while, and waits for its end. */
  async stop() {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_LIMIT_MS);
    await this.#exited;
    clearTimeout(timer);
  }
}

/** Without the settings that a user may have in his environment. */
function bareEnvironment() {
  const kept = ["PATH", "HOME", "TMPDIR", "LANG"];
  return Object.fromEntries(kept.flatMap((name) => [[name, process.env[name] ?? ""]]));
}
