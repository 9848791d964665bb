import { ServiceError } from "../../src/errors/service-error.ts";
import { LightSignal } from "../../src/runtime/light-signal.ts";
import { Turnstile } from "../../src/runtime/turnstile.ts";
import type { ThreadCalls } from "../thread-calls.ts";
import type { DatabaseFault, DatabaseTasks, Refused, SetAside } from "./protocol.ts";

type Tasks<T> = { [K in keyof T]: { input: unknown; output: unknown } };

/** What a thread with a database does: its own tasks beside opening and closing. */
type DatabaseThreadTasks<T> = DatabaseTasks & Tasks<T>;

interface DatabaseClientOptions<T extends DatabaseThreadTasks<T>> {
  /** What it is called in errors. */
  name: string;
  /** The database file. */
  file: string;
  /** The thread that owns it. */
  thread: Pick<ThreadCalls<T>, "run" | "destroy">;
  /** What `open` is told beside the file. */
  openWith: () => Omit<T["open"]["input"], "file" | "isDamaged">;
  /** Told of a file that could not be used and was given another name. */
  onSetAside: (aside: SetAside) => void;
  /** A task for which a damaged file is not replaced: it would still hold what is to be removed. */
  removes: OwnTask<T>;
}

/** A task of the thread's own. */
type OwnTask<T> = Exclude<keyof T, keyof DatabaseTasks> & string;

type Output<T extends Tasks<T>, K extends keyof T> = Exclude<T[K]["output"], Refused>;

/** Why the file cannot be used any more; `thread`: it has ended again and again. */
export type FinalFault = Exclude<DatabaseFault, "not_open"> | "thread";

/** A thread that was lost is started again so often. */
const MOST_RESTARTS = 3;

/** The database cannot do it. */
class DatabaseRefusal extends Error {
  readonly fault: DatabaseFault;

  constructor(name: string, { fault, code }: Refused) {
    super(`${name}: ${fault}${code === undefined ? "" : ` (${code})`}`);
    this.fault = fault;
  }
}

/**
 * Asks the thread that owns a database, one thing after the other. The file is opened with the
 * first; a thread that was lost is started again and asked again, and a damaged file is replaced
 * once.
 */
export class DatabaseClient<T extends DatabaseThreadTasks<T>> {
  readonly #options: DatabaseClientOptions<T>;
  readonly #turns = new Turnstile({ atOnce: 1 });
  readonly #ended = new LightSignal();
  #isOpen = false;
  #isHeldByOther = false;
  #wasDamaged = false;
  #starts = 0;

  constructor(options: DatabaseClientOptions<T>) {
    this.#options = options;
  }

  /** Whether another process had the file from the first. */
  get isHeldByOther(): boolean {
    return this.#isHeldByOther;
  }

  /** @throws an Error; `faultOf` tells which. */
  ask<K extends OwnTask<T>>(name: K, input: T[K]["input"]): Promise<Output<T, K>> {
    return this.#turns.run({ signal: this.#ended }, async () => {
      for (;;) {
        try {
          if (!this.#isOpen) await this.#open(false);
          return this.#unlessRefused<K>(await this.#options.thread.run(name, input));
        } catch (err) {
          await this.#mend(name, err);
        }
      }
    });
  }

  /** Moves everything into the one file, when it is open, and lets go of it. */
  close(): Promise<void> {
    return this.#turns.run({ signal: this.#ended }, async () => {
      if (this.#isOpen) await this.#options.thread.run("close", undefined);
      this.#isOpen = false;
    });
  }

  /** Ends the thread; what is under way or waits fails. */
  async end(): Promise<void> {
    const { name, thread } = this.#options;
    this.#ended.abort(new ServiceError("shutting_down", `The ${name} has ended`));
    await thread.destroy();
  }

  /** Which fault an error of `ask` is. */
  faultOf(err: unknown): FinalFault {
    const fault = err instanceof DatabaseRefusal ? err.fault : "not_open";
    return fault === "not_open" ? "thread" : fault;
  }

  /** Makes another attempt worth while. @throws what it was given when there is no use in one. */
  async #mend(name: OwnTask<T>, err: unknown): Promise<void> {
    if (err instanceof ServiceError) throw err;
    if (!(err instanceof DatabaseRefusal) || err.fault === "not_open") {
      this.#isOpen = false;
      if (this.#starts > MOST_RESTARTS) throw err;
      return;
    }
    if (err.fault !== "damaged" || this.#wasDamaged || name === this.#options.removes) throw err;
    this.#wasDamaged = true;
    await this.#open(true);
  }

  async #open(isDamaged: boolean): Promise<void> {
    const { name, file, thread, openWith, onSetAside } = this.#options;
    const isFirst = this.#starts === 0;
    this.#starts += 1;
    const input = { ...openWith(), file, isDamaged };
    const opened: DatabaseTasks["open"]["output"] = await thread.run("open", input);
    if (!opened.ok) {
      this.#isHeldByOther = isFirst && opened.fault === "locked";
      throw new DatabaseRefusal(name, opened);
    }
    this.#isOpen = true;
    if (opened.setAside !== undefined) onSetAside(opened.setAside);
  }

  #unlessRefused<K extends keyof T>(output: T[K]["output"]): Output<T, K> {
    if (isRefused(output)) throw new DatabaseRefusal(this.#options.name, output);
    return output as Output<T, K>;
  }
}

function isRefused(output: unknown): output is Refused {
  return typeof output === "object" && output !== null && "ok" in output && output.ok === false;
}
