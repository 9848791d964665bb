import * as library from "@huggingface/jinja";

/** A parsed template. */
export type Program = { readonly body: readonly unknown[] };
/** The value of an expression. */
export type Value = { readonly value: unknown };

type Scope = { set(name: string, value: unknown): void };

declare class LibraryInterpreter {
  constructor(scope: Scope);
  run(program: Program): Value;
  /** Every statement and expression of a template passes through here. */
  evaluate(statement: unknown, scope: unknown): Value;
}

type Library = {
  readonly Environment: new () => Scope;
  readonly Interpreter: typeof LibraryInterpreter;
  readonly tokenize: (
    text: string,
    options: { lstrip_blocks: boolean; trim_blocks: boolean },
  ) => unknown;
  readonly parse: (tokens: unknown) => Program;
};

// The package's own declarations (0.5.11) import one another without file extensions, which this
// project's module resolution does not follow.
export const { Environment, Interpreter, tokenize, parse } = library as unknown as Library;
