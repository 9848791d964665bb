import { mkdirSync } from "node:fs";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import { LOG_LIMIT_BYTES, OLD_LOGS } from "./old-logs.ts";

interface LogFileOptions {
  folder: string;
  name: string;
  /** Called once for each time that the file cannot be written; the service goes on without it. */
  onFault: (err: Error) => void;
  /** After a fault, the file is tried again when this has passed. */
  retryMs?: number;
  /** It is set aside when it has grown to this. */
  limitBytes?: number;
}

const FLUSH_MS = 200;
const FLUSH_CHARS = 65_536;
const RETRY_MS = 10_000;
/** What may wait for a slow disk; more is dropped, since memory must not fill up with logs. */
const MAX_PENDING_CHARS = 8 * 1_048_576;

/**
 * A log file that is set aside at 10 MB as `<name>.1`, with at most five old ones. Lines are
 * gathered and written in batches, so that a request costs one string. While the disk is full or
 * the folder cannot be written, lines are lost and nothing else is. The file is opened with the
 * first line: one that a child writes to by itself stays the child's.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  #stream: RotatingFileStream | undefined;
  #pending = "";
  #timer: NodeJS.Timeout | undefined;
  /** A fault was reported, and nothing written since. */
  #isFaulty = false;
  #retryAt = 0;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** Adds text that ends with a line feed. */
  write(text: string): void {
    if (this.#pending.length > MAX_PENDING_CHARS) return;
    this.#pending += text;
    if (this.#pending.length >= FLUSH_CHARS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** Writes what is pending and closes the file. Never rejects. */
  async close(): Promise<void> {
    this.#flush();
    const stream = this.#stream;
    if (!stream) return;
    await new Promise<void>((resolve) => {
      stream.once("error", () => resolve());
      stream.end(() => resolve());
    });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending === "") return;
    if (!this.#stream && performance.now() >= this.#retryAt) this.#open();
    if ((this.#stream?.writableLength ?? 0) > MAX_PENDING_CHARS) return;
    const text = this.#pending;
    this.#pending = "";
    this.#stream?.write(text, (err) => {
      if (!err) this.#isFaulty = false;
    });
  }

  #open(): void {
    const { folder, name, limitBytes = LOG_LIMIT_BYTES } = this.#options;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (err) {
      this.#failed(err as Error);
      return;
    }
    // By name: a function would be given nothing but the number when `rotate` is set.
    const stream = createStream(name, {
      path: folder,
      size: `${limitBytes}B`,
      rotate: OLD_LOGS,
      mode: 0o600,
    });
    const fault = (err: Error): void => this.#failed(err);
    this.#stream = stream.on("error", fault).on("warning", fault);
  }

  #failed(err: Error): void {
    if (!this.#isFaulty) this.#options.onFault(err);
    this.#isFaulty = true;
    this.#stream = undefined;
    this.#retryAt = performance.now() + (this.#options.retryMs ?? RETRY_MS);
  }
}
