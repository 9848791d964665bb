import type { AppContext } from "../../../middleware/env.ts";
import { withFirst } from "../../../src/http/early-end.ts";
import { streamAnswer } from "../../stream-answer.ts";

/**
 * Pages whose first has been read: what cannot be read at all is refused in full form. They are to be
 * streamed, or ended. @throws what the first page throws.
 */
export async function begun<T>(pages: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  return withFirst(await pages.next(), pages);
}

interface FileHead {
  type: string;
  /** Before the time, in the file's name. */
  name: string;
  ending: string;
  atMs: number;
}

/** Streams a file to be kept. One that breaks off in the middle breaks the connection. */
export function streamFile(
  c: AppContext,
  head: FileHead,
  pieces: AsyncGenerator<string | Uint8Array>,
): Response {
  return streamAnswer(c, { headers: fileHeaders(head) }, pieces);
}

/** The headers of a file to be kept. */
export function fileHeaders({ type, name, ending, atMs }: FileHead): Record<string, string> {
  const at = new Date(atMs).toISOString().replace(/\.\d+|[-:]/g, "");
  return {
    "Content-Type": type,
    "Content-Disposition": `attachment; filename="${name}-${at}.${ending}"`,
    "Cache-Control": "no-cache",
  };
}
