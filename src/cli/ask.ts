import { confirm, isCancel } from "@clack/prompts";
import { CliError, Interrupted } from "./cli-error.ts";

/** Asks a yes-or-no question at the terminal. @throws CliError where the answer is not yes. */
export async function ask(question: string): Promise<void> {
  const answer = await confirm({ message: question, initialValue: false });
  if (isCancel(answer)) throw new Interrupted();
  if (!answer) throw new CliError("Nothing was changed");
}
