import { ServiceError } from "../errors/service-error.ts";
import { withEarlyEnd } from "../http/early-end.ts";
import type { CallRecord } from "../inference/call-record.ts";
import type { LightSignal, Signal } from "../runtime/light-signal.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import { Waiters } from "../runtime/waiters.ts";

/** What a run is told of a request that reads it, and writes down of it. */
interface ReaderRecord {
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly call: CallRecord;
}

/** A request that reads a shared run. */
interface Reader {
  signal: Signal;
  record: ReaderRecord;
}

/** How far a reader has come. */
interface Reading {
  /** The number of the line that it reads next. */
  at: number;
  /** What it has read, in bytes. */
  bytes: number;
}

interface SharedRunOptions<Line> {
  /** Where the run writes down its waiting and loading. */
  record: ReaderRecord;
  /**
   * Starts the stream; its first line is there when it settles. The signal aborts when the last
   * reader has left.
   */
  start: (signal: LightSignal) => Promise<AsyncIterable<Line>>;
  /** Estimate of the memory that a line takes. */
  bytesOf(line: Line): number;
  /** Told of all lines when the last one has come; undefined when they were too many to keep. */
  onWhole(lines: Line[] | undefined): void;
  /** Told once when the run has ended, however. */
  onEnd: () => void;
  /** What is kept of a run. Default 8 MiB: 30 000 lines with a token each. */
  maxBytes?: number;
}

const MAX_BYTES = 8 * 1_048_576;

/**
 * One run of the model that several identical requests read. Whoever comes late has what was
 * there already at once; whoever leaves does not stop the others; the last one who leaves does.
 *
 * Of an answer that grows too long only the last part is kept. Then nobody can join any more, and
 * the run goes no further ahead than that of its quickest reader; who is further behind is cut off.
 */
export class SharedRun<Line> {
  readonly #options: SharedRunOptions<Line>;
  readonly #maxBytes: number;
  readonly #waiters = new Waiters();
  readonly #readings = new Set<Reading>();
  readonly #begun: Promise<void>;
  /** The lines that are kept, from the line with the number `#dropped`. */
  readonly #lines: Line[] = [];
  #dropped = 0;
  #keptBytes = 0;
  /** Of all lines that have come. */
  #bytes = 0;
  #hasEnded = false;
  #failure: { reason: unknown } | undefined;
  #wake: () => void = () => {};
  /** There are further lines, or a reader has left or come further. */
  #news: Promise<void> = Promise.resolve();

  constructor(options: SharedRunOptions<Line>) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#awaitNews();
    const end = (): void => {
      this.#waiters.end();
      options.onEnd();
    };
    this.#begun = options.start(this.#waiters.signal).then(
      (lines) => void this.#pump(lines).finally(end),
      (err: unknown) => {
        end();
        throw err;
      },
    );
    // Each reader is told; that there may be none left is no mistake.
    this.#begun.catch(() => {});
  }

  /** Whether somebody may still join: it is all kept, and everyone's leaving has not called it off. */
  get isOpen(): boolean {
    return !this.#waiters.signal.aborted && this.#isAllKept;
  }

  get #isAllKept(): boolean {
    return this.#bytes <= this.#maxBytes;
  }

  /**
   * Reads the run's lines from the first. It settles when there is one.
   * @throws what the run throws before its first line; the signal's reason when this reader leaves.
   */
  async read({ signal, record }: Reader): Promise<AsyncGenerator<Line>> {
    signal.throwIfAborted();
    const leave = this.#waiters.join(signal);
    const reading: Reading = { at: 0, bytes: 0 };
    this.#readings.add(reading);
    const end = (): void => {
      signal.removeEventListener("abort", end);
      this.#readings.delete(reading);
      leave();
      this.#noteEnd(record);
      this.#tellNews();
    };
    signal.addEventListener("abort", end, { once: true });
    try {
      await unlessAborted(this.#begun, signal);
    } catch (err) {
      end();
      throw err;
    }
    this.#noteBegin(record);
    return withEarlyEnd(this.#follow(reading, signal, end), end);
  }

  async *#follow(reading: Reading, signal: Signal, end: () => void): AsyncGenerator<Line> {
    try {
      for (;;) {
        while (this.#hasReadAll(reading) && !this.#hasEnded && !signal.aborted) await this.#news;
        signal.throwIfAborted();
        if (this.#hasReadAll(reading)) break;
        if (reading.at < this.#dropped) throw tooSlow();
        const line = this.#lines[reading.at - this.#dropped] as Line;
        reading.at += 1;
        reading.bytes += this.#options.bytesOf(line);
        // The run may wait for it.
        if (this.#bytes > this.#maxBytes / 2) this.#tellNews();
        yield line;
      }
      if (this.#failure) throw this.#failure.reason;
    } finally {
      end();
    }
  }

  #hasReadAll({ at }: Reading): boolean {
    return at >= this.#dropped + this.#lines.length;
  }

  async #pump(lines: AsyncIterable<Line>): Promise<void> {
    try {
      for await (const line of lines) {
        this.#keep(line);
        this.#tellNews();
        while (this.#isTooFarAhead()) await this.#news;
        // Nobody would hold it back any more.
        this.#waiters.signal.throwIfAborted();
      }
      this.#options.onWhole(this.#isAllKept ? this.#lines : undefined);
    } catch (reason) {
      this.#failure = { reason };
    } finally {
      this.#hasEnded = true;
      this.#tellNews();
    }
  }

  /** Keeps a line, and lets go of the oldest above what is kept. */
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

  /** A reader has waited for what was left of the run's phases when it came. */
  #noteBegin(reader: ReaderRecord): void {
    const { record } = this.#options;
    if (reader !== record) reader.call.join(record.call, reader.startedAt);
  }

  #noteEnd(reader: ReaderRecord): void {
    const { record } = this.#options;
    if (reader === record) return;
    reader.call.ended();
    reader.call.usage = record.call.usage;
  }

  #tellNews(): void {
    const wake = this.#wake;
    this.#awaitNews();
    wake();
  }

  #awaitNews(): void {
    this.#news = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function tooSlow(): ServiceError {
  const message = "The answer is long, and others who asked the same have read it too far ahead";
  return new ServiceError("upstream_unavailable", message);
}
