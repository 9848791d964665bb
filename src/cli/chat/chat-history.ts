import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Lines that are kept, and their characters. */
const MOST_LINES = 1000;
const LONGEST_LINE = 10_000;
const MOST_BYTES = 4 * 1_048_576;

/** What was typed in chats, in a file that only its owner may read. */
export class ChatHistory {
  readonly #path: string;
  readonly #added: string[] = [];

  constructor({ path }: { path: string }) {
    this.#path = path;
  }

  /** The lines of earlier chats, the newest first, as readline has them. */
  async read(): Promise<string[]> {
    return (await this.#lines()).toReversed();
  }

  add(line: string): void {
    if (line.trim() === "" || line.length > LONGEST_LINE || line === this.#added.at(-1)) return;
    this.#added.push(line);
    if (this.#added.length > MOST_LINES) this.#added.shift();
  }

  /**
   * Writes what was added behind what is there now, which another chat may have written meanwhile.
   * @throws what the file system throws.
   */
  async save(): Promise<void> {
    if (this.#added.length === 0) return;
    const lines = [...(await this.#lines()), ...this.#added].slice(-MOST_LINES);
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const work = `${this.#path}.${randomUUID()}`;
    try {
      const file = await open(work, "wx", 0o600);
      try {
        await file.writeFile(lines.map((line) => `${line}\n`).join(""));
      } finally {
        await file.close();
      }
      await rename(work, this.#path);
    } catch (err) {
      await rm(work, { force: true });
      throw err;
    }
    this.#added.length = 0;
  }

  /** A file that others may read was not written here: it is closed to them, and used. */
  async #lines(): Promise<string[]> {
    const bytes = await readFile(this.#path).catch((err: unknown) => {
      if (err instanceof Error && "code" in err && err.code === "ENOENT") return Buffer.alloc(0);
      throw err;
    });
    if (bytes.length > 0) await chmod(this.#path, 0o600);
    const kept = bytes.subarray(-MOST_BYTES).toString("utf8");
    return kept
      .split("\n")
      .filter((line) => line !== "" && line.length <= LONGEST_LINE)
      .slice(-MOST_LINES);
  }
}
