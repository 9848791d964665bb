import { confirm, isCancel } from "@clack/prompts";
import { Interrupted } from "./cli-error.ts";

interface AskOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  hasColor: boolean;
}

/** Asks a yes-or-no question at the terminal; Enter alone means no. @throws Interrupted at Ctrl-C. */
export async function ask(question: string, { input, output, hasColor }: AskOptions) {
  // The library goes by the environment, and by nothing else.
  if (!hasColor) process.env["NO_COLOR"] = "1";
  const answer = await confirm({
    message: question,
    initialValue: false,
    withGuide: false,
    input,
    output,
  });
  if (isCancel(answer)) throw new Interrupted();
  return answer;
}
