import type { ServerResponse } from "node:http";
import type { HeldUp } from "./held-up.ts";

/**
 * Writes the body of an answer whose head is written, on Node: piece by piece, each as one buffer in
 * one write. Where the pieces go out as chunks they are framed here: Node would write the length,
 * the piece and the line's end one by one.
 */
export class AnswerWriter {
  readonly #outgoing: ServerResponse;
  readonly #isFramed: boolean;
  readonly #heldUp: HeldUp;
  readonly #onDrain: () => void;
  #bytes = 0;

  /**
   * @param heldUp told when the client does not keep up.
   * @param onDrain called when the client has taken what there was, after `write` was false.
   */
  constructor(outgoing: ServerResponse, heldUp: HeldUp, onDrain: () => void) {
    this.#outgoing = outgoing;
    this.#heldUp = heldUp;
    this.#onDrain = () => {
      heldUp.end();
      onDrain();
    };
    this.#isFramed = outgoing.chunkedEncoding;
    outgoing.chunkedEncoding = false;
    outgoing.on("drain", this.#onDrain);
  }

  /** Bytes of the body so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A head that comes alone must not wait for the first piece. */
  flushHeadSoon(): void {
    process.nextTick(() => {
      const { writableEnded, destroyed } = this.#outgoing;
      if (this.#bytes === 0 && !writableEnded && !destroyed) this.#outgoing.flushHeaders();
    });
  }

  /** Writes a piece, which is not empty. @returns whether the client keeps up. */
  write(piece: Buffer | string): boolean {
    const isTaken = this.#write(piece);
    if (!isTaken) this.#heldUp.begin();
    return isTaken;
  }

  #write(piece: Buffer | string): boolean {
    const outgoing = this.#outgoing;
    const isFirst = this.#bytes === 0;
    const length = typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
    this.#bytes += length;
    if (!this.#isFramed) return outgoing.write(piece);
    const frame = framed(piece, length);
    // The head goes with the first piece; an answer that waits for another one has no socket yet.
    if (isFirst || !outgoing.socket) return outgoing.write(frame);
    // Past the response, which would cork the socket until the next tick for each piece.
    const isTaken = outgoing.socket.write(frame);
    if (!isTaken) outgoing.socket.once("drain", this.#onDrain);
    return isTaken;
  }

  /** @param trailers names and values in turn. */
  end(trailers: (Buffer | string)[] = []): void {
    if (this.#isFramed) this.#outgoing.end(lastFrame(trailers));
    else this.#outgoing.end();
  }

  /** After the first byte the only honest sign is a broken connection. */
  break(): void {
    const { socket } = this.#outgoing;
    // One that waits behind another on its connection breaks it when its turn has come.
    if (socket) socket.resetAndDestroy();
    else this.#outgoing.destroy();
  }
}

/** A piece as a chunk of HTTP (RFC 9112, 7.1), in one buffer. */
function framed(piece: Buffer | string, length: number): Buffer {
  const size = `${length.toString(16)}\r\n`;
  const frame = Buffer.allocUnsafe(size.length + length + 2);
  frame.write(size, 0, "latin1");
  if (typeof piece === "string") frame.write(piece, size.length);
  else frame.set(piece, size.length);
  frame[frame.length - 2] = 13;
  frame[frame.length - 1] = 10;
  return frame;
}

/** The chunk that ends an answer, with its trailers. */
function lastFrame(trailers: (Buffer | string)[]): Buffer {
  let text = "0\r\n";
  for (let i = 0; i + 1 < trailers.length; i += 2) {
    text += `${latin1(trailers[i])}: ${latin1(trailers[i + 1])}\r\n`;
  }
  return Buffer.from(`${text}\r\n`, "latin1");
}

/** A header's name or value as the network gave it. */
export function latin1(raw: Buffer | string | undefined): string {
  return typeof raw === "object" ? raw.toString("latin1") : (raw ?? "");
}
