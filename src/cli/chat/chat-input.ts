/** What somebody has typed. */
export type ChatInput =
  | { kind: "message"; text: string }
  | { kind: "command"; name: string; rest: string }
  /** Nothing yet: more lines follow. */
  | { kind: "more" }
  | { kind: "nothing" };

const QUOTES = '"""';

/** Characters of a message; the service takes no larger ones. */
const LONGEST_MESSAGE = 4_000_000;

/**
 * Puts lines together into messages. Text between `"""` may have many lines, and so may what was
 * pasted. A line that begins with `/` and a word is a command.
 */
export class ChatInputReader {
  #quoted: string[] | undefined;
  #pasted: string[] = [];
  #length = 0;

  /** Whether lines are being gathered. */
  get isOpen(): boolean {
    return this.#quoted !== undefined || this.#pasted.length > 0;
  }

  /** A line that was ended with Enter, or stands before a pasted one. @throws Error when it is too long. */
  add(line: string, { isPasted = false }: { isPasted?: boolean } = {}): ChatInput {
    this.#length += line.length + 1;
    if (this.#length > LONGEST_MESSAGE) {
      this.drop();
      throw new Error(`A message has at most ${LONGEST_MESSAGE / 1_000_000} million characters`);
    }
    if (this.#quoted) return this.#addQuoted(line, this.#quoted);
    if (isPasted) {
      this.#pasted.push(line);
      return { kind: "more" };
    }
    if (this.#pasted.length > 0) return this.#message([...this.#pasted, line].join("\n"));
    if (line.trimStart().startsWith(QUOTES)) {
      this.#quoted = [];
      return this.#addQuoted(line.trimStart().slice(QUOTES.length), this.#quoted);
    }
    const command = /^\s*\/(\?|[a-z]+)(?:\s+(.*))?$/s.exec(line);
    if (command) {
      this.drop();
      const [, name = "", rest = ""] = command;
      return { kind: "command", name, rest: rest.trim() };
    }
    return this.#message(line);
  }

  /** Forgets the lines of a message that was not ended. */
  drop(): void {
    this.#quoted = undefined;
    this.#pasted = [];
    this.#length = 0;
  }

  #addQuoted(line: string, lines: string[]): ChatInput {
    const end = line.indexOf(QUOTES);
    lines.push(end < 0 ? line : line.slice(0, end));
    if (end < 0) return { kind: "more" };
    return this.#message(lines.join("\n").replace(/^\n/, "").replace(/\n$/, ""));
  }

  #message(text: string): ChatInput {
    this.drop();
    return text.trim() === "" ? { kind: "nothing" } : { kind: "message", text };
  }
}
