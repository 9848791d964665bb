import { Writable } from "node:stream";

/** A terminal that shows nothing of what is typed while an answer is written to it. */
export class QuietOutput extends Writable {
  isQuiet = false;
  readonly #terminal: NodeJS.WriteStream;

  constructor(terminal: NodeJS.WriteStream) {
    super({ decodeStrings: false });
    this.#terminal = terminal;
    terminal.on("resize", this.#resized);
  }

  get columns(): number {
    return this.#terminal.columns;
  }

  override _write(text: string, _encoding: string, done: (err?: Error | null) => void): void {
    if (this.isQuiet) done();
    else this.#terminal.write(text, done);
  }

  override _destroy(err: Error | null, done: (err?: Error | null) => void): void {
    this.#terminal.off("resize", this.#resized);
    done(err);
  }

  readonly #resized = (): void => void this.emit("resize");
}
