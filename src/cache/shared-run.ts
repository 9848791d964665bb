import { ClientLeft } from "../errors/service-error.ts";
import type { Audience } from "../inference/runner.ts";
import { withEarlyEnd } from "../runtime/early-end.ts";
import type { RequestRecord } from "../telemetry/request-record.ts";
import { SharedAudience } from "./audience.ts";

/** Who reads a shared run. */
interface Reader {
  exchange: Audience;
  record: RequestRecord;
}

interface SharedRunOptions<Line> {
  /** Where the run writes down its waiting and loading. */
  record: RequestRecord;
  /** Starts the stream; its first line is there when it settles. */
  start: (audience: Audience) => Promise<AsyncIterable<Line>>;
  /** Told of all lines when the last one has come. */
  onWhole: (lines: Line[]) => void;
  /** Told once when the run has ended, however. */
  onEnd: () => void;
}

/**
 * One run of the model that several identical requests read. Whoever comes late has what was
 * there already at once; whoever leaves does not stop the others; the last one who leaves does.
 */
export class SharedRun<Line> {
  readonly #record: RequestRecord;
  readonly #audience = new SharedAudience();
  readonly #lines: Line[] = [];
  readonly #begun: Promise<void>;
  #hasEnded = false;
  #failure: { reason: unknown } | undefined;
  #wake: () => void = () => {};
  #more: Promise<void> = Promise.resolve();

  constructor({ record, start, onWhole, onEnd }: SharedRunOptions<Line>) {
    this.#record = record;
    this.#expectMore();
    this.#begun = start(this.#audience).then(
      (lines) => void this.#pump(lines, onWhole).finally(onEnd),
      (err: unknown) => {
        onEnd();
        throw err;
      },
    );
    // Each reader is told; that there may be none left is no mistake.
    this.#begun.catch(() => {});
  }

  /** Whether somebody may still join: everyone's leaving has not called it off. */
  get isOpen(): boolean {
    return !this.#audience.hasLeft;
  }

  /**
   * Reads the run's lines from the first. It settles when there is one.
   * @throws what the run throws before its first line; ClientLeft when this reader leaves.
   */
  async read({ exchange, record }: Reader): Promise<AsyncGenerator<Line>> {
    if (exchange.hasLeft) throw new ClientLeft();
    const go = this.#audience.join();
    const reading = { hasLeft: false };
    let leave: (err: Error) => void = () => {};
    const left = new Promise<never>((_resolve, reject) => {
      leave = reject;
    });
    const stopListening = exchange.onLeave((isServed) => {
      reading.hasLeft = true;
      go(isServed);
      leave(new ClientLeft());
      this.#wakeReaders();
    });
    const end = (): void => {
      stopListening();
      go();
    };
    try {
      await Promise.race([this.#begun, left]);
    } catch (err) {
      end();
      throw err;
    }
    this.#tell(record);
    return withEarlyEnd(this.#follow(reading, end), end);
  }

  async *#follow(reading: { readonly hasLeft: boolean }, end: () => void): AsyncGenerator<Line> {
    try {
      for (let at = 0; ; at += 1) {
        while (at >= this.#lines.length && !this.#hasEnded && !reading.hasLeft) await this.#more;
        if (reading.hasLeft) throw new ClientLeft();
        const line = this.#lines[at];
        if (!line) break;
        yield line;
      }
      if (this.#failure) throw this.#failure.reason;
    } finally {
      end();
    }
  }

  async #pump(lines: AsyncIterable<Line>, onWhole: (lines: Line[]) => void): Promise<void> {
    try {
      for await (const line of lines) {
        this.#lines.push(line);
        this.#wakeReaders();
      }
      onWhole(this.#lines);
    } catch (reason) {
      this.#failure = { reason };
    } finally {
      this.#hasEnded = true;
      this.#wakeReaders();
    }
  }

  /** A reader's log line says what the run's does. */
  #tell(record: RequestRecord): void {
    const { queueMs, loadMs, firstMs } = this.#record;
    Object.assign(record, { queueMs, loadMs, firstMs });
  }

  #wakeReaders(): void {
    const wake = this.#wake;
    this.#expectMore();
    wake();
  }

  #expectMore(): void {
    this.#more = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
