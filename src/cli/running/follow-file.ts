import { open, stat, type FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";

const PIECE_BYTES = 65_536;
/** Longer lines are not written. */
const MAX_LINE_CHARS = 1_048_576;

/**
 * Reads what is added to a log, also after it was set aside and a new one took its name. It looks
 * when it is asked to.
 */
export class FollowedFile {
  readonly #path: string;
  #file: FileHandle | undefined;
  #inode = 0;
  #at = 0;
  #rest = "";
  #decoder = new StringDecoder("utf8");

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * From now on, what is added is read, a line that is not whole yet included; a file that is not
   * there yet is read from its beginning.
   * @returns the place in the file, in bytes
   */
  async begin(): Promise<number> {
    await this.#open();
    if (!this.#file) return 0;
    const { size } = await this.#file.stat();
    const piece = Buffer.alloc(Math.min(size, MAX_LINE_CHARS));
    const { bytesRead } = await this.#file.read(piece, 0, piece.length, size - piece.length);
    const lineFeed = piece.subarray(0, bytesRead).lastIndexOf("\n");
    this.#at = lineFeed < 0 ? size : size - piece.length + lineFeed + 1;
    return this.#at;
  }

  /** The lines that were added since. */
  async more(): Promise<string[]> {
    const lines: string[] = [];
    if (!this.#file) await this.#open();
    await this.#readOn(lines);
    const now = await stat(this.#path).catch(() => undefined);
    // It was set aside: what came at its end was read above, or is now.
    if (this.#file && now && (now.ino !== this.#inode || now.size < this.#at)) {
      await this.#readOn(lines);
      await this.close();
      await this.#open();
      await this.#readOn(lines);
    }
    return lines;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #open(): Promise<void> {
    this.#file = await open(this.#path, "r").catch(() => undefined);
    if (this.#file) this.#inode = (await this.#file.stat()).ino;
    this.#at = 0;
    this.#rest = "";
    this.#decoder = new StringDecoder("utf8");
  }

  async #readOn(lines: string[]): Promise<void> {
    if (!this.#file) return;
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (;;) {
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, this.#at);
      if (bytesRead === 0) return;
      this.#at += bytesRead;
      const parts = (this.#rest + this.#decoder.write(piece.subarray(0, bytesRead))).split("\n");
      this.#rest = parts.pop() ?? "";
      if (this.#rest.length > MAX_LINE_CHARS) this.#rest = "";
      lines.push(...parts);
    }
  }
}
