import { ServiceError } from "../errors/service-error.ts";
import { withEarlyEnd } from "../http/early-end.ts";
import type { CallRecord } from "../inference/call-record.ts";
import { deferred } from "../runtime/deferred.ts";
import type { LightSignal, Signal } from "../runtime/light-signal.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import { Waiters } from "../runtime/waiters.ts";

/** What a run reads and notes in the record of a reader. */
interface ReaderRecord {
  /** On the clock of `awakeNow`. */
  readonly startedAt: number;
  readonly call: CallRecord;
  /** Adds something to do when the request has ended. */
  onEnd(action: () => void): void;
}

/** A request that reads a shared run. */
interface Reader {
  signal: Signal;
  record: ReaderRecord;
}

/** The position of a reader. */
interface Reading {
  /** The number of the line to read next. */
  at: number;
  /** Bytes read. */
  bytes: number;
}

interface SharedRunOptions<Line> {
  /** The record that the run fills: that of the request that started it. */
  record: ReaderRecord;
  /**
   * Starts the stream; its first line is there when it settles. The signal aborts when the last
   * reader has left.
   */
  start: (signal: LightSignal) => Promise<AsyncIterable<Line>>;
  /** Estimate of the memory that a line takes. */
  bytesOf(line: Line): number;
  /** Called with all lines after the last; undefined when they were too many to keep. */
  onWhole(lines: Line[] | undefined): void;
  /** Called once when the run has ended, however. */
  onEnd: () => void;
  /** Memory of the kept lines. Default 8 MiB: 30 000 lines with a token each. */
  maxBytes?: number;
}

const MAX_BYTES = 8 * 1_048_576;

/**
 * One run of the model that several identical requests read. A late reader has the lines so far at
 * once. A reader that leaves does not stop the others; the last one that leaves stops the run.
 *
 * Of an answer that grows too long only the last part is kept. Then no reader can join any more,
 * and the run goes no further ahead of its quickest reader than that; a reader further behind is
 * cut off.
 */
export class SharedRun<Line> {
  readonly #options: SharedRunOptions<Line>;
  readonly #maxBytes: number;
  readonly #waiters = new Waiters();
  readonly #readings = new Set<Reading>();
  readonly #started: Promise<void>;
  /** The lines that are kept, from the line with the number `#dropped`. */
  readonly #lines: Line[] = [];
  #dropped = 0;
  #keptBytes = 0;
  /** Of all lines that have come. */
  #bytes = 0;
  #hasEnded = false;
  /** The request that started it has ended before it was known what the run costs. */
  #isCostOpen = false;
  #failure: { reason: unknown } | undefined;
  /** Settles with the next change: a line has come, or a reader has left or read on. */
  #change = deferred<void>();

  constructor(options: SharedRunOptions<Line>) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    const end = (): void => {
      this.#waiters.end();
      options.onEnd();
    };
    const { record } = options;
    record.onEnd(() => (this.#isCostOpen = record.call.costMs === undefined));
    this.#started = options.start(this.#waiters.signal).then(
      (lines) => void this.#pump(lines).finally(end),
      (err: unknown) => {
        end();
        throw err;
      },
    );
    // Each reader gets the error; without readers it is no unhandled rejection.
    this.#started.catch(() => {});
  }

  /** Whether a reader may join: all lines are kept, and the run was not called off. */
  get isOpen(): boolean {
    return !this.#waiters.signal.aborted && this.#isAllKept;
  }

  get #isAllKept(): boolean {
    return this.#bytes <= this.#maxBytes;
  }

  /**
   * Reads the run's lines from the first; settles when that has come.
   * @throws what the run throws before its first line; the signal's reason when the reader leaves.
   */
  async read({ signal, record }: Reader): Promise<AsyncGenerator<Line>> {
    signal.throwIfAborted();
    const { record: own } = this.#options;
    const leave = this.#waiters.join(signal);
    const reading: Reading = { at: 0, bytes: 0 };
    this.#readings.add(reading);
    const end = (): void => {
      signal.removeEventListener("abort", end);
      this.#readings.delete(reading);
      leave();
      if (record !== own) this.#noteUse(record.call, own.call);
      this.#changed();
    };
    signal.addEventListener("abort", end, { once: true });
    if (record !== own) record.call.shares(own.call);
    try {
      await unlessAborted(this.#started, signal);
    } catch (err) {
      end();
      throw err;
    }
    // A late reader has waited for the rest of the run's phases.
    if (record !== own) record.call.join(own.call, record.startedAt);
    return withEarlyEnd(this.#follow(reading, signal, end), end);
  }

  async *#follow(reading: Reading, signal: Signal, end: () => void): AsyncGenerator<Line> {
    try {
      for (;;) {
        while (this.#hasReadAll(reading) && !this.#hasEnded && !signal.aborted)
          await this.#change.promise;
        signal.throwIfAborted();
        if (this.#hasReadAll(reading)) break;
        if (reading.at < this.#dropped) throw tooSlow();
        const line = this.#lines[reading.at - this.#dropped] as Line;
        reading.at += 1;
        reading.bytes += this.#options.bytesOf(line);
        // The run may wait for this reader.
        if (this.#bytes > this.#maxBytes / 2) this.#changed();
        yield line;
      }
      if (this.#failure) throw this.#failure.reason;
    } finally {
      end();
    }
  }

  /** What was used, for a reader that has not started the run. */
  #noteUse(call: CallRecord, own: CallRecord): void {
    call.ended();
    call.usage = own.usage;
    if (!this.#isCostOpen || own.costMs === undefined) return;
    // One of the readers has to have had it: else nobody would.
    call.costMs = own.costMs;
    this.#isCostOpen = false;
  }

  #hasReadAll({ at }: Reading): boolean {
    return at >= this.#dropped + this.#lines.length;
  }

  async #pump(lines: AsyncIterable<Line>): Promise<void> {
    try {
      for await (const line of lines) {
        this.#keep(line);
        this.#changed();
        while (this.#isTooFarAhead()) await this.#change.promise;
        // Without readers nothing would hold the run back.
        this.#waiters.signal.throwIfAborted();
      }
      this.#options.onWhole(this.#isAllKept ? this.#lines : undefined);
    } catch (reason) {
      this.#failure = { reason };
    } finally {
      this.#hasEnded = true;
      this.#changed();
    }
  }

  /** Keeps a line, and drops the oldest ones above the bound. */
  #keep(line: Line): void {
    const bytes = this.#options.bytesOf(line);
    this.#lines.push(line);
    this.#keptBytes += bytes;
    this.#bytes += bytes;
    if (this.#keptBytes <= this.#maxBytes) return;
    const read = (this.#quickest?.at ?? Infinity) - this.#dropped;
    let count = 0;
    for (const old of this.#lines) {
      if (this.#keptBytes <= this.#maxBytes || count >= read) break;
      this.#keptBytes -= this.#options.bytesOf(old);
      count += 1;
    }
    this.#lines.splice(0, count);
    this.#dropped += count;
  }

  #isTooFarAhead(): boolean {
    const quickest = this.#quickest;
    return quickest !== undefined && this.#bytes - quickest.bytes > this.#maxBytes / 2;
  }

  get #quickest(): Reading | undefined {
    let quickest: Reading | undefined;
    for (const reading of this.#readings) {
      if (!quickest || reading.at > quickest.at) quickest = reading;
    }
    return quickest;
  }

  #changed(): void {
    const { resolve } = this.#change;
    this.#change = deferred();
    resolve();
  }
}

function tooSlow(): ServiceError {
  const message = "The answer is long, and others who asked the same have read it too far ahead";
  return new ServiceError("upstream_unavailable", message);
}
