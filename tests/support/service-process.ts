import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { entryFile } from "../../src/runtime/paths.ts";
import { until, within } from "./deadline.ts";

/** How a process ended. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The service as a process of its own, as users start it. */
export class ServiceProcess {
  stdout = "";
  stderr = "";
  readonly #process: ChildProcess;
  readonly #exited: Promise<ProcessEnd>;

  constructor(args: string[], env: Record<string, string>, program = entryFile("src/main.ts")) {
    this.#process = spawn(process.execPath, [program, ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.#exited = new Promise((resolve) => {
      this.#process.once("close", (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Where it listens. */
  get url(): string {
    return /Listening on (\S+)/.exec(this.stdout)?.[1] ?? "";
  }

  /** Waits until its terminal shows this. */
  async said(words: string | RegExp, ms?: number): Promise<void> {
    const shows = (): boolean =>
      typeof words === "string" ? this.stdout.includes(words) : words.test(this.stdout);
    try {
      await until(shows, `the service says ${words}`, ms);
    } catch (cause) {
      throw new Error(`it said:\n${this.stdout}${this.stderr}`, { cause });
    }
  }

  async listening(): Promise<void> {
    await this.said("Listening on");
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Waits for its end. */
  exited(ms?: number): Promise<ProcessEnd> {
    return within(this.#exited, "the end of the service", ms);
  }

  /** Waits for its end, which has to come by itself and with this code. */
  async endsWith(code: number, ms?: number): Promise<void> {
    const end = await this.exited(ms);
    expect(end, `${this.stdout}${this.stderr}`).toEqual({ code, signal: null });
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path);
  }

  post(path: string, body: unknown): Promise<Response> {
    return fetch(this.url + path, { method: "POST", body: JSON.stringify(body) });
  }
}

/** Makes a folder for a service's data and logs; it goes with the test. */
export async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-home-"));
  // A service whose terminal was closed may still write its last lines.
  const retries = { maxRetries: 10, retryDelay: 100 };
  onTestFinished(() => rm(home, { recursive: true, force: true, ...retries }));
  return home;
}

interface ProcessOptions {
  home: string;
  env?: Record<string, string>;
  args?: string[];
  /** Another program than the service's own. */
  program?: string | undefined;
}

/** Starts the service; whatever becomes of the test, it ends with it. */
export function startServiceProcess({
  home,
  env = {},
  args = [],
  program,
}: ProcessOptions): ServiceProcess {
  const inherited = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    API_PORT: "0",
    SHARED_OLLAMA_HOME: home,
    ...env,
  };
  const service = new ServiceProcess(args, inherited, program);
  onTestFinished(async () => {
    service.signal("SIGKILL");
    await service.exited();
  });
  return service;
}
