import { spawn as nodeSpawn, type ChildProcess } from "node:child_process";
import { delimiter } from "node:path";
import { awakeNow } from "./awake-clock.ts";
import type { Part } from "./lifecycle.ts";

interface KeepAwakeOptions {
  /** Whether the machine has something to do that a sleep would stop. */
  isBusy: () => boolean;
  /** Told once why the machine cannot be kept awake. */
  onFault: (err: Error) => void;
  /** Where the program is looked for, beside the folder in which a Mac has it. */
  path: string | undefined;
  /** Milliseconds on a clock that stands still while the machine sleeps. */
  now?: () => number;
  spawn?: typeof nodeSpawn | undefined;
}

const PROGRAM = "caffeinate";
const USUAL_FOLDER = "/usr/bin";

const EVERY_MS = 1000;
/** So long after the last request it is held on, so that not each one starts a program. */
const LINGER_MS = 10_000;
/** So long after a failure it is tried again. */
const RETRY_MS = 60_000;

/**
 * Keeps a Mac from falling asleep for want of a user while there is work, with the system's own
 * program. It ends with this process whatever becomes of that: so it was told. Whether there is work
 * is looked at every second, so that a request costs nothing; a Mac takes a minute at least to fall
 * asleep. A closed lid, an empty battery and the menu have it sleep all the same.
 */
export class KeepAwake implements Part {
  readonly name = "keeping the machine awake";
  readonly #options: KeepAwakeOptions;
  readonly #now: () => number;
  readonly #spawn: typeof nodeSpawn;
  #timer: NodeJS.Timeout | undefined;
  #program: ChildProcess | undefined;
  #busyAt = Number.NEGATIVE_INFINITY;
  #retryAt = Number.NEGATIVE_INFINITY;
  #hasTold = false;

  constructor(options: KeepAwakeOptions) {
    this.#options = options;
    this.#now = options.now ?? awakeNow;
    this.#spawn = options.spawn ?? nodeSpawn;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#letGo();
  }

  #look(): void {
    const now = this.#now();
    if (this.#options.isBusy()) this.#busyAt = now;
    if (now - this.#busyAt >= LINGER_MS) this.#letGo();
    else if (!this.#program && now >= this.#retryAt) this.#hold();
  }

  #hold(): void {
    const { path } = this.#options;
    try {
      const program = this.#spawn(PROGRAM, ["-i", "-w", String(process.pid)], {
        env: { PATH: path ? path + delimiter + USUAL_FOLDER : USUAL_FOLDER },
        stdio: "ignore",
        // A Ctrl-C is for the service, which may have answers to end.
        detached: true,
      });
      this.#program = program;
      program.unref();
      program.once("error", (err) => this.#lost(program, err));
      program.once("exit", (code, signal) =>
        this.#lost(program, new Error(`${PROGRAM} has ended by itself (${signal ?? code})`)),
      );
    } catch (err) {
      this.#failed(err as Error);
    }
  }

  #letGo(): void {
    const program = this.#program;
    this.#program = undefined;
    program?.kill();
  }

  #lost(program: ChildProcess, err: Error): void {
    if (this.#program !== program) return;
    this.#program = undefined;
    this.#failed(err);
  }

  #failed(err: Error): void {
    this.#retryAt = this.#now() + RETRY_MS;
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#options.onFault(err);
  }
}
