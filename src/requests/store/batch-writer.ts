import type { FinalFault } from "../../../workers/database/client.ts";

/** What operators are told; it never quotes what is stored. */
export interface WriterReport {
  /** Nothing is stored from now on. */
  failed: (fault: FinalFault, cause: unknown) => void;
  /** The file cannot be written now: it is tried again. */
  waiting: (fault: FinalFault) => void;
  /** It can be written again. */
  writing: () => void;
  /** What comes is not kept, since too much waits. Called once. */
  losing: () => void;
  /** So many were given up: they cannot be written, or could not when the service stopped. */
  lost: (count: number) => void;
}

/** What waits to be written, in batches. */
interface Pending {
  /** How many wait, with those of the batch that is being written. */
  readonly size: number;
  /** How many were dropped. */
  readonly lost: number;
  /** Whether there is a full batch, which waits for no others. */
  readonly isLarge?: boolean;
  /** The oldest batch, the same until it is dropped; undefined where nothing waits. */
  peek(): string | undefined;
  /** The oldest batch is written. */
  drop(): void;
  /** The oldest batch will never be written. @returns how many it had. */
  giveUp(): number;
  /** Gives all of them up. */
  clear(): void;
}

interface BatchWriterOptions {
  pending: Pending;
  /** The way to the thread that owns the database. */
  client: {
    close: () => Promise<unknown>;
    end: () => Promise<unknown>;
    faultOf: (err: unknown) => FinalFault;
  };
  /** Has the thread write a batch. */
  write: (batch: string) => Promise<void>;
  tending: {
    /** How often it is looked whether something is due; milliseconds. */
    everyMs: number;
    isDue: () => boolean;
    /** Has the thread do some of it. @returns whether there is more. */
    tend: () => Promise<{ more: boolean }>;
  };
  /** How long `stop` may go on writing; milliseconds. */
  stopMs: number;
  report: WriterReport;
}

/** Faults that may pass. */
const PASSING: ReadonlySet<FinalFault> = new Set(["locked", "full", "failed"]);

/** How long something waits for others at most. */
const GATHER_MS = 200;

/** A file that could not be written is tried again after this. */
const RETRY_MS = 1000;

/** A batch that fails so often for no known reason is given up: it may be to blame itself. */
const MOST_TRIES = 10;

/** Writes what waits to a file of the store's thread, in batches, again where that fails for now. */
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

  /** Whether what comes is still taken. */
  get isOpen(): boolean {
    return this.#state !== "failed" && !this.#stopping;
  }

  /** Has the thread do what is due, now and from time to time, in the background. */
  start(): void {
    if (this.#tender || this.#stopping) return;
    const { everyMs } = this.#options.tending;
    this.#tender = setInterval(() => void this.#tend(), everyMs).unref();
    void this.#tend();
  }

  /** Something was put to what waits: a full batch is written at once, less after a moment. */
  added({ hadRoom }: { hadRoom: boolean }): void {
    if (!hadRoom && !this.#isLosing) {
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

  /** Its state, for operators. */
  stats() {
    const { size, lost } = this.#options.pending;
    return {
      state: this.#state,
      ...(this.#fault === undefined ? {} : { reason: this.#fault }),
      pending: size,
      lost,
    };
  }

  /** Writes what waits, for at most `stopMs`, and closes the file; all callers await the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

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
    const batch = pending.peek();
    if (batch === undefined) return;
    try {
      await write(batch);
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
    this.#state = "failed";
    const { pending, report, client } = this.#options;
    pending.clear();
    clearInterval(this.#tender);
    report.failed(fault, err);
    client.end().catch(() => {});
  }

  async #tend(): Promise<void> {
    const { tending, client } = this.#options;
    if (this.#isTending || this.#state === "failed" || !tending.isDue()) return;
    this.#isTending = true;
    try {
      while ((await tending.tend()).more && !this.#stopping);
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
    this.#send();
    await this.#sending;
    await this.writeAll();
    // A file that could not be closed is whole all the same.
    await this.#options.client.close().catch(() => {});
  }
}
