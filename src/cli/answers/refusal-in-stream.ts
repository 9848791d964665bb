import { CliError, NotFound } from "../cli-error.ts";

/** The error that a line of a stream tells of, in the service's form. */
export function refusalInStream(line: Record<string, unknown>): CliError {
  const { error, code } = line;
  const message = typeof error === "string" ? error : "The service has failed";
  return code === "model_not_found" ? new NotFound(message) : new CliError(message);
}
