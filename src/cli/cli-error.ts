import { EXIT, type ExitCode } from "./exit-codes.ts";

/** Ends the program with one line on the standard error, which says what to do next. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(
    message: string,
    exitCode: ExitCode = EXIT.failed,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The command was called in a way that it does not know: exit 2. */
export class WrongUse extends CliError {
  constructor(message: string) {
    super(message, EXIT.wrongUse);
  }
}

/** What was named is not there: exit 4. */
export class NotFound extends CliError {
  constructor(message: string) {
    super(message, EXIT.notFound);
  }
}

/** No answer comes from where the service should be: exit 3. */
export class NotRunning extends CliError {
  constructor(message: string, cause?: unknown) {
    super(message, EXIT.notRunning, { cause });
  }
}

/** The service takes no more for now: exit 1. */
export class TooMany extends CliError {
  readonly retryAfterS: number;

  constructor(message: string, retryAfterS: number) {
    super(`${message} (try again in ${retryAfterS} s)`);
    this.retryAfterS = retryAfterS;
  }
}

/** Somebody has pressed Ctrl-C: exit 130, and not a word. */
export class Interrupted extends CliError {
  constructor() {
    super("", EXIT.interrupted);
  }
}
