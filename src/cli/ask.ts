import { openTerminal } from "../compose/terminal.ts";
import { deferred } from "../runtime/deferred.ts";

interface AskOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** Aborts with Ctrl-C. */
  signal: AbortSignal;
}

/**
 * Asks a yes-or-no question at the terminal. Enter alone and the end of the input mean no.
 * @throws the signal's reason
 */
export async function ask(question: string, { input, output, signal }: AskOptions) {
  const interrupted = deferred<never>();
  const interrupt = (): void => {
    // The terminal has shown `^C` behind the question.
    output.write("\n");
    interrupted.reject(signal.reason as Error);
  };
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    return await Promise.race([openTerminal(output, input).ask(question), interrupted.promise]);
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}
