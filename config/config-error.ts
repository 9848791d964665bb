/** Some settings are wrong; the message lists every mistake, one a line. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`The configuration has mistakes:\n${problems.map((p) => `  - ${p}`).join("\n")}`);
    this.name = "ConfigError";
  }
}
