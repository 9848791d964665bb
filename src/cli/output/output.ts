import { Style } from "./style.ts";
import { tableLines, type Column, type Row } from "./table.ts";
import { paintedText, shownText } from "./text.ts";

interface OutputOptions {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: Record<string, string | undefined>;
  /** `--no-color` says false. */
  color: boolean;
}

/** What the program writes: results on the standard output, all else on the standard error. */
export class Output {
  readonly style: Style;
  /** For lines on the standard error. */
  readonly errorStyle: Style;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;

  constructor({ stdout, stderr, env, color }: OutputOptions) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.style = new Style(color && showsColors(stdout, env));
    this.errorStyle = new Style(color && showsColors(stderr, env));
  }

  get isTerminal(): boolean {
    return this.stdout.isTTY;
  }

  /** How wide a line may be: no limit where nobody looks. */
  get columns(): number {
    return this.isTerminal ? this.stdout.columns || 80 : Number.POSITIVE_INFINITY;
  }

  line(text = ""): void {
    this.stdout.write(`${this.isTerminal ? paintedText(text) : text}\n`);
  }

  /** A part of what a model writes, as it comes. */
  write(text: string): void {
    this.stdout.write(this.isTerminal ? shownText(text) : text);
  }

  /** Something that is no result: progress, what to do next. */
  note(text: string): void {
    this.stderr.write(`${paintedText(text)}\n`);
  }

  table(columns: Column[], rows: Row[]): void {
    for (const line of tableLines(columns, rows, { width: this.columns, style: this.style })) {
      this.line(line);
    }
  }

  json(value: unknown): void {
    this.line(escaped(JSON.stringify(value, null, 2)));
  }

  /** One object of many, which come as they come. */
  jsonLine(value: unknown): void {
    this.line(escaped(JSON.stringify(value)));
  }
}

/** JSON leaves control characters above those of ASCII as they are. */
function escaped(json: string): string {
  return json.replaceAll(/[\u007F-\u009F]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`);
}

/** FORCE_COLOR wins over NO_COLOR, which wins over what is known of the terminal. */
function showsColors(stream: NodeJS.WriteStream, env: Record<string, string | undefined>): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return false;
  return stream.isTTY;
}
