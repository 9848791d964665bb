import type { ArgsDef, ParsedArgs } from "citty";
import type { Cli } from "./cli.ts";
import type { ExitCode } from "./exit-codes.ts";

/** A line that a reader can copy, and what it does. */
export interface Example {
  line: string;
  about: string;
  /** Why the test of the documents does not run it: `no-run=` with a reason of tests/pages/no-run.ts. */
  mark?: string;
}

/**
 * What `--json` writes: a JSON schema, which may refer to `openapi.json#/components/schemas/…`, or the 200 answer of an operation of docs/openapi.json where
 * that is printed as it came. `lines`: one such object a line, as they come.
 */
export type JsonShape = ({ schema: object } | { operation: string }) & { lines?: true };

/** Options and words by their names. */
export type Values<T extends ArgsDef> = Pick<ParsedArgs<T>, keyof T>;

interface CommandOptions<T extends ArgsDef> {
  /** More than the summary says, in sentences. */
  about?: string;
  /** Options and words, as citty has them; words are taken in this order. */
  args: T;
  /** What else may follow: its name in the usage line. The command gets it as it is. */
  rest?: string;
  /** What stands behind `--` is the rest, whatever words the command lacks. */
  restBehindDashes?: boolean;
  examples: Example[];
  json: JsonShape;
  /** @returns the exit code; nothing means 0. @throws CliError for what goes wrong. */
  run: (cli: Cli, args: Values<T>, rest: string[]) => Promise<ExitCode | void>;
}

/** A command, whatever its options. */
export interface Command extends Omit<CommandOptions<ArgsDef>, "run"> {
  run: (cli: Cli, args: Record<string, unknown>, rest: string[]) => Promise<ExitCode | void>;
}

/** Makes a command; its options have the types that its `args` say. */
export function defineCommand<const T extends ArgsDef>(options: CommandOptions<T>): Command {
  return { ...options, run: (cli, args, rest) => options.run(cli, args as Values<T>, rest) };
}
