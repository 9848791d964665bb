import { FloodGuard } from "./flood-guard.ts";
import { McpFault } from "./mcp-fault.ts";
import { MAX_MESSAGE_BYTES } from "./message-limits.ts";

const NEWLINE = 0x0a;

/**
 * Cuts a server's output into lines, however it comes in pieces. No more than one line is kept, which
 * has a limit, as has what comes within some seconds.
 */
export class MessageLines {
  readonly #guard: FloodGuard;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(guard = new FloodGuard()) {
    this.#guard = guard;
  }

  /** The lines that end in this piece, without their ends. @throws McpFault beyond a limit. */
  *cut(piece: Buffer): Generator<Buffer> {
    this.#guard.count(piece.length, 0);
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      this.#add(piece.subarray(from, end));
      from = end + 1;
      this.#guard.count(0, 1);
      const [first, ...others] = this.#pieces;
      const isWhole = first !== undefined && others.length === 0;
      const line = isWhole ? first : Buffer.concat(this.#pieces, this.#bytes);
      this.#forget();
      yield line;
    }
    if (from < piece.length) this.#add(piece.subarray(from));
  }

  #add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > MAX_MESSAGE_BYTES) {
      this.#forget();
      throw new McpFault(`sent a message of more than ${MAX_MESSAGE_BYTES} bytes`);
    }
    this.#pieces.push(piece);
  }

  #forget(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }
}
