import { createInterface } from "node:readline";
import type { LineSource } from "./chat.ts";

/** The lines of a pipe or a file: each is a message, and the end of them the end of the chat. */
export function pipedLines(input: NodeJS.ReadableStream): LineSource {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]();
  return {
    onInterrupt: undefined,
    next: async () => {
      const { value, done } = await lines.next();
      return done === true ? { kind: "end" } : { kind: "line", line: value, isPasted: false };
    },
  };
}
