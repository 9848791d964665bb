/** Some settings are wrong; the message lists every mistake, one a line. */
export class ConfigError extends Error {
  /** Each mistake, in one line. */
  readonly problems: readonly string[];

  constructor(problems: string[]) {
    super(`The configuration has mistakes:\n${problems.map((p) => `  - ${p}`).join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}
