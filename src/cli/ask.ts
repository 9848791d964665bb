import type { Key } from "node:readline";
import { confirm, isCancel } from "@clack/prompts";
import { Interrupted } from "./cli-error.ts";

interface AskOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  hasColor: boolean;
}

/**
 * Asks a yes-or-no question at the terminal; Enter alone means no.
 * @throws Interrupted at Ctrl-C, and at Ctrl-D.
 */
export async function ask(question: string, { input, output, hasColor }: AskOptions) {
  // The library goes by the environment, and by nothing else.
  if (!hasColor) process.env["NO_COLOR"] = "1";
  const leaving = new AbortController();
  // With Ctrl-D the library would wait for ever.
  const leave = (_: string, key: Key): void => {
    if (key.ctrl === true && key.name === "d") leaving.abort();
  };
  input.on("keypress", leave);
  try {
    const answer = await confirm({
      message: question,
      initialValue: false,
      withGuide: false,
      input,
      output,
      signal: leaving.signal,
    });
    if (isCancel(answer)) throw new Interrupted();
    return answer;
  } finally {
    input.off("keypress", leave);
  }
}
