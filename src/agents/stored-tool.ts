/** A function that a client runs, in the shape of chat completions. */
export interface StoredTool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description?: string | undefined;
    /** A JSON schema of its arguments. */
    readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  };
}
