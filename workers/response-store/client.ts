import { LightSignal } from "../../src/runtime/light-signal.ts";
import type { Refused, StoreFault, StoreTasks } from "./protocol.ts";
import { ServiceError } from "../../src/errors/service-error.ts";
import type { ThreadCalls } from "../thread-calls.ts";
import { Turnstile } from "../../src/runtime/turnstile.ts";

interface StoreClientOptions {
  /** The database file. */
  file: string;
  /** The thread that owns it. */
  thread: Pick<ThreadCalls<StoreTasks>, "run" | "destroy">;
  /** What was stored up to then is removed when the file is opened. */
  expiredAt: () => number;
  /** Told of another name that a file was given which could not be used. */
  onSetAside: (name: string) => void;
}

type Output<K extends keyof StoreTasks> = Exclude<StoreTasks[K]["output"], Refused>;

/** Why the file cannot be used any more; `thread`: it has ended again and again. */
export type FinalFault = Exclude<StoreFault, "not_open"> | "thread";

/** A thread that was lost is started again so often. */
const MOST_RESTARTS = 3;

/** The database cannot do it. */
class StoreRefusal extends Error {
  readonly fault: StoreFault;

  constructor({ fault, code }: Refused) {
    super(`the response store: ${fault}${code === undefined ? "" : ` (${code})`}`);
    this.fault = fault;
  }
}

/**
 * Asks the thread that owns the database, one thing after the other. The file is opened with the
 * first; a thread that was lost is started again and asked again, and a damaged file is replaced
 * once.
 */
export class StoreClient {
  readonly #options: StoreClientOptions;
  readonly #turns = new Turnstile({ atOnce: 1 });
  readonly #ended = new LightSignal();
  #isOpen = false;
  #isHeldByOther = false;
  #wasDamaged = false;
  #starts = 0;

  constructor(options: StoreClientOptions) {
    this.#options = options;
  }

  /** Whether another process had the file from the first. */
  get isHeldByOther(): boolean {
    return this.#isHeldByOther;
  }

  /** @throws an Error, after which there is no use in asking again; `faultOf` tells which. */
  ask<K extends "read" | "write" | "drop">(
    name: K,
    input: StoreTasks[K]["input"],
  ): Promise<Output<K>> {
    return this.#turns.run({ signal: this.#ended }, async () => {
      for (;;) {
        try {
          if (!this.#isOpen) await this.#open(false);
          return unlessRefused<K>(await this.#options.thread.run(name, input));
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
    this.#ended.abort(new ServiceError("shutting_down", "The response store has ended"));
    await this.#options.thread.destroy();
  }

  /** Which fault an error of `ask` is. */
  faultOf(err: unknown): FinalFault {
    const fault = err instanceof StoreRefusal ? err.fault : "not_open";
    return fault === "not_open" ? "thread" : fault;
  }

  /** Makes another attempt worth while. @throws what it was given when there is no use in one. */
  async #mend(name: keyof StoreTasks, err: unknown): Promise<void> {
    if (err instanceof ServiceError) throw err;
    if (!(err instanceof StoreRefusal) || err.fault === "not_open") {
      this.#isOpen = false;
      if (this.#starts > MOST_RESTARTS) throw err;
      return;
    }
    // A damaged file under another name would still hold what is to be dropped.
    if (err.fault !== "damaged" || this.#wasDamaged || name === "drop") throw err;
    this.#wasDamaged = true;
    await this.#open(true);
  }

  async #open(isDamaged: boolean): Promise<void> {
    const { file, thread, expiredAt, onSetAside } = this.#options;
    const isFirst = this.#starts === 0;
    this.#starts += 1;
    const opened = await thread.run("open", { file, isDamaged, expiredAt: expiredAt() });
    if (!opened.ok) {
      this.#isHeldByOther = isFirst && opened.fault === "locked";
      throw new StoreRefusal(opened);
    }
    this.#isOpen = true;
    if (opened.setAside !== undefined) onSetAside(opened.setAside);
  }
}

function unlessRefused<K extends keyof StoreTasks>(output: StoreTasks[K]["output"]): Output<K> {
  if (!output.ok) throw new StoreRefusal(output);
  return output as Output<K>;
}
