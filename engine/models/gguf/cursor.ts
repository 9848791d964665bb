import type { FileHandle } from "node:fs/promises";

/** A file that is no GGUF file, or an invalid one; the message says what is wrong. */
export class GgufError extends Error {
  /** Whether the file has another format. */
  readonly notGguf: boolean;

  constructor(message: string, { notGguf = false } = {}) {
    super(message);
    this.notGguf = notGguf;
  }
}

const WINDOW_BYTES = 1 << 20;

/**
 * Reads a file from front to back. No more of it is in memory than a window, or the bytes that are
 * needed at once. Lengths that lead beyond the end are refused before memory is allocated for them.
 */
export class Cursor {
  readonly size: number;
  readonly #file: FileHandle;
  #window = Buffer.alloc(0);
  #at = 0;
  #windowEnd = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#windowEnd - this.#window.length + this.#at;
  }

  /** Bytes that can be read without waiting; `need` reads more. */
  get buffered(): number {
    return this.#window.length - this.#at;
  }

  /** @throws {GgufError} when the file has fewer than this many bytes left. */
  require(bytes: number): void {
    if (bytes > this.size - this.offset) {
      throw new GgufError(`the file ends too early: ${bytes} bytes are missing at ${this.offset}`);
    }
  }

  /**
   * Reads on until the window holds this many bytes.
   * @throws {GgufError} when the file is shorter.
   */
  async need(bytes: number): Promise<void> {
    if (this.buffered >= bytes) return;
    this.require(bytes);
    const kept = this.#window.subarray(this.#at);
    const wanted = Math.max(bytes, Math.min(WINDOW_BYTES, this.size - this.offset));
    const window = Buffer.alloc(wanted);
    kept.copy(window);
    let filled = kept.length;
    while (filled < wanted) {
      const at = this.#windowEnd - kept.length + filled;
      const { bytesRead } = await this.#file.read(window, filled, wanted - filled, at);
      if (bytesRead === 0) throw new GgufError("the file became shorter while it was read");
      filled += bytesRead;
    }
    this.#windowEnd += wanted - kept.length;
    this.#window = window;
    this.#at = 0;
  }

  /** @throws {GgufError} when that leads beyond the end. */
  skip(bytes: number): void {
    this.require(bytes);
    if (bytes <= this.buffered) {
      this.#at += bytes;
      return;
    }
    this.#windowEnd += bytes - this.buffered;
    this.#window = Buffer.alloc(0);
    this.#at = 0;
  }

  /** The next bytes as a view. They must be in the window already. */
  take(bytes: number): Buffer {
    const view = this.#window.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return view;
  }

  u32(): number {
    this.#at += 4;
    return this.#window.readUInt32LE(this.#at - 4);
  }

  u64(): bigint {
    this.#at += 8;
    return this.#window.readBigUInt64LE(this.#at - 8);
  }
}
