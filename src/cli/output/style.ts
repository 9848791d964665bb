import { styleText } from "node:util";

/** What a colour means. All of them can be read on a dark and on a light ground. */
const FORMATS = {
  head: "bold",
  good: "green",
  /** Yellow cannot be read on white. */
  warn: "magenta",
  bad: "red",
  dim: "dim",
} as const;

export type StyleName = keyof typeof FORMATS;

/** Text in colours, where they are shown. */
export class Style {
  readonly isOn: boolean;

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  apply(name: StyleName, text: string): string {
    // Whether the stream takes colours was asked once.
    return this.isOn ? styleText(FORMATS[name], text, { validateStream: false }) : text;
  }

  head(text: string): string {
    return this.apply("head", text);
  }

  good(text: string): string {
    return this.apply("good", text);
  }

  warn(text: string): string {
    return this.apply("warn", text);
  }

  bad(text: string): string {
    return this.apply("bad", text);
  }

  dim(text: string): string {
    return this.apply("dim", text);
  }
}
