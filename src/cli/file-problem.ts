import { CliError, NotFound } from "./cli-error.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "it may not be used by you",
  EEXIST: "it is there already",
  EISDIR: "it is a folder",
  ENOENT: "there is no such file",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is no folder",
  EROFS: "the disk cannot be written to",
};

/** The error of a file's, in words. One that is in words already stays as it is. */
export function fileProblem(err: unknown, what: string): CliError {
  if (err instanceof CliError) return err;
  const code = err instanceof Error && "code" in err ? String(err.code) : "";
  const reason = REASONS[code] ?? (err instanceof Error ? err.message : String(err));
  const message = `${what}: ${reason}`;
  return code === "ENOENT"
    ? new NotFound(message)
    : new CliError(message, undefined, { cause: err });
}
