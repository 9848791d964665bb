import { mkdirSync } from "node:fs";
import { createStream, type RotatingFileStream } from "rotating-file-stream";

interface LogFileOptions {
  folder: string;
  name: string;
  /** Told once when the file cannot be written; the service goes on without it. */
  onFault: (err: Error) => void;
}

const FLUSH_MS = 200;
const FLUSH_CHARS = 65_536;
/** What may wait for a slow disk; more is dropped, since memory must not fill up with logs. */
const MAX_PENDING_CHARS = 8 * 1_048_576;

/**
 * A log file that rotates at 10 MB and keeps five old ones. Lines are gathered and written in
 * batches, so that a request costs one string.
 */
export class LogFile {
  readonly #stream: RotatingFileStream;
  readonly #onFault: (err: Error) => void;
  #pending = "";
  #timer: NodeJS.Timeout | undefined;
  #faulty = false;

  constructor({ folder, name, onFault }: LogFileOptions) {
    this.#onFault = onFault;
    const fault = (err: unknown): void => {
      if (!this.#faulty) this.#onFault(err as Error);
      this.#faulty = true;
    };
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (err) {
      fault(err);
    }
    this.#stream = createStream((_time, index) => (index ? `${name}.${index}` : name), {
      path: folder,
      size: "10M",
      rotate: 5,
      mode: 0o600,
    });
    this.#stream.on("error", fault).on("warning", fault);
  }

  /** Adds text that ends with a line feed. */
  write(text: string): void {
    if (this.#pending.length > MAX_PENDING_CHARS) return;
    this.#pending += text;
    if (this.#pending.length >= FLUSH_CHARS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  async close(): Promise<void> {
    this.#flush();
    await new Promise<void>((resolve) => {
      this.#stream.once("error", () => resolve());
      this.#stream.end(() => resolve());
    });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending === "" || this.#stream.writableLength > MAX_PENDING_CHARS) return;
    const text = this.#pending;
    this.#pending = "";
    if (!this.#faulty) this.#stream.write(text);
  }
}
