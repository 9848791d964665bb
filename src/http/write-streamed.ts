import type { ServerResponse } from "node:http";
import { AnswerWriter } from "./answer-writer.ts";
import type { StreamedAnswer } from "./exchange.ts";

/** Writes a streamed answer on Node, its pieces pulled as the client takes them. */
export function writeStreamed(
  outgoing: ServerResponse,
  { status, headers, pieces, heldUp, onEnd }: StreamedAnswer,
): void {
  outgoing.writeHead(status, headers);
  let takeMore = (): void => {};
  const writer = new AnswerWriter(outgoing, heldUp, () => takeMore());
  writer.flushHeadSoon();
  let hasEnded = false;
  const end = (complete: boolean): void => {
    if (hasEnded) return;
    hasEnded = true;
    outgoing.off("close", left);
    onEnd(writer.bytes, complete);
  };
  const left = (): void => {
    end(false);
    takeMore();
    // What its end throws concerns nobody any more.
    pieces.return(undefined).catch(() => {});
  };
  const write = async (): Promise<void> => {
    for await (const piece of pieces) {
      if (hasEnded) return;
      // An empty one would be the last chunk.
      if (piece.length === 0) continue;
      const isTaken = writer.write(typeof piece === "string" ? piece : bufferOf(piece));
      if (!isTaken) await new Promise<void>((resolve) => (takeMore = resolve));
    }
  };
  outgoing.once("close", left);
  write().then(
    () => {
      end(true);
      writer.end();
    },
    () => {
      end(false);
      writer.break();
    },
  );
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
