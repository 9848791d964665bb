import type { FinalFault } from "./client.ts";

/** What waits to be written, batch by batch. */
interface PendingBatches {
  /** How much waits, with the batch that is being written. */
  readonly size: number;
  /** Whether there is a full batch, which does not wait for more. */
  readonly isLarge?: boolean;
  /** The oldest batch as JSON, the same until it is dropped; undefined where nothing waits. */
  peek(): string | undefined;
  /** The oldest batch is written. */
  drop(): void;
  /** The oldest batch will never be written. @returns how much it had. */
  giveUp(): number;
  clear(): void;
}

/** What operators are told; it never quotes what is stored. */
export interface WriterReport {
  /** Nothing is stored from now on. */
  failed: (fault: FinalFault, cause: unknown) => void;
  /** The file cannot be written now: it is tried again. */
  waiting: (fault: FinalFault) => void;
  /** It can be written again. */
  writing: () => void;
  /** Some is not kept, since too much waits. Called once. */
  losing: () => void;
  /** So much was given up: it cannot be written, or could not when the service stopped. */
  lost: (count: number) => void;
}

interface BatchWriterOptions {
  client: {
    close: () => Promise<void>;
    end: () => Promise<void>;
    faultOf: (err: unknown) => FinalFault;
  };
  pending: PendingBatches;
  /** Has the thread write a batch. */
  write: (json: string) => Promise<void>;
  /**
   * What the thread has to do beside writing.
   * @returns how to have it do a part of that; undefined where nothing is due.
   */
  due: () => (() => Promise<{ more: boolean }>) | undefined;
  /** How often that is asked; milliseconds. */
  tendMs: number;
  /** How long `stop` may go on writing; milliseconds. */
  stopMs: number;
  report: WriterReport;
}

/** Faults that may pass. */
const PASSING: ReadonlySet<FinalFault> = new Set(["locked", "full", "failed"]);

/** How long what is added waits for more at most. */
const GATHER_MS = 200;

/** A file that could not be written is tried again after this. */
const RETRY_MS = 1000;

/** A batch that fails so often for no known reason is given up: it may be to blame itself. */
const MOST_TRIES = 10;

/**
 * Has what is gathered written by the thread that owns a database, in batches and one after the
 * other. A file that cannot be written for a while is tried again; one that never will be ends it.
 */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  #state: "writing" | "waiting" | "failed" | "stopped" = "writing";
  #fault: FinalFault | undefined;
  /** How often the batch has failed for no known reason. */
  #tries = 0;
  #isLosing = false;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #tender: NodeJS.Timeout | undefined;
  #isTending = false;
  #stopping: Promise<void> | undefined;

  constructor(options: BatchWriterOptions) {
    this.#options = options;
  }

  get state(): "writing" | "waiting" | "failed" | "stopped" {
    return this.#state;
  }

  /** Why nothing can be written, now or any more. */
  get fault(): FinalFault | undefined {
    return this.#fault;
  }

  /** Whether anything may be added. */
  get isOpen(): boolean {
    return this.#state !== "failed" && !this.#stopping;
  }

  /** Has what is due done, in the background, now and from time to time. */
  start(): void {
    if (this.#tender || this.#stopping) return;
    this.#tender = setInterval(() => void this.#tend(), this.#options.tendMs).unref();
    void this.#tend();
  }

  /** Something was added. @param isKept false: there was no room for it. */
  added(isKept: boolean): void {
    if (!isKept && !this.#isLosing) {
      this.#isLosing = true;
      this.#options.report.losing();
    }
    this.#schedule();
  }

  /** Writes what waits now, if that can be done now. */
  async writeAll(): Promise<void> {
    while (this.#options.pending.size > 0 && this.#state === "writing") {
      this.#send();
      await this.#sending;
    }
  }

  /** Writes what waits, for at most `stopMs`, and closes the file; all callers await the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Writes what waits: a full batch at once, less after a moment. */
  #schedule(): void {
    const { pending } = this.#options;
    if (this.#sending || this.#state !== "writing" || pending.size === 0) return;
    if (pending.isLarge || this.#stopping) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), GATHER_MS);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendBatch().finally(() => {
      this.#sending = undefined;
      this.#schedule();
    });
  }

  async #sendBatch(): Promise<void> {
    const { pending, write, report } = this.#options;
    const json = pending.peek();
    if (json === undefined) return;
    try {
      await write(json);
    } catch (err) {
      this.#notWritten(err);
      return;
    }
    this.#tries = 0;
    pending.drop();
    if (this.#state !== "waiting") return;
    this.#state = "writing";
    this.#fault = undefined;
    report.writing();
  }

  #notWritten(err: unknown): void {
    if (this.#state === "stopped") return;
    const { report, client, pending } = this.#options;
    const fault = client.faultOf(err);
    this.#fault = fault;
    if (!PASSING.has(fault)) return this.#fail(fault, err);
    if (this.#state === "writing") report.waiting(fault);
    this.#state = "waiting";
    this.#tries = fault === "failed" ? this.#tries + 1 : 0;
    if (this.#tries === MOST_TRIES) {
      this.#tries = 0;
      report.lost(pending.giveUp());
    }
    this.#timer ??= setTimeout(() => this.#send(), RETRY_MS);
  }

  #fail(fault: FinalFault, err: unknown): void {
    if (this.#state === "failed" || this.#state === "stopped") return;
    const { report, client, pending } = this.#options;
    this.#state = "failed";
    pending.clear();
    clearInterval(this.#tender);
    report.failed(fault, err);
    client.end().catch(() => {});
  }

  async #tend(): Promise<void> {
    if (this.#isTending || this.#state === "failed") return;
    const { due, client } = this.#options;
    const tendOnce = due();
    if (!tendOnce) return;
    this.#isTending = true;
    try {
      while ((await tendOnce()).more && !this.#stopping);
    } catch (err) {
      // What was not done is done the next time; a batch that cannot be written tells of the fault.
      const fault = client.faultOf(err);
      if (!PASSING.has(fault) && !this.#stopping) this.#fail(fault, err);
    } finally {
      this.#isTending = false;
    }
  }

  async #stop(): Promise<void> {
    clearInterval(this.#tender);
    const { stopMs, report, client, pending } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopMs);
    });
    await Promise.race([this.#writeAndClose(), late]);
    clearTimeout(timer);
    clearTimeout(this.#timer);
    if (this.#state !== "failed" && pending.size > 0) report.lost(pending.size);
    this.#state = "stopped";
    await client.end();
  }

  async #writeAndClose(): Promise<void> {
    if (this.#state === "failed") return;
    await this.#sending;
    // What could not be written a moment ago is tried once more.
    if (this.#options.pending.size > 0) this.#send();
    await this.#sending;
    await this.writeAll();
    // A file that could not be closed is whole all the same.
    await this.#options.client.close().catch(() => {});
  }
}
