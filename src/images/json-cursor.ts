/** Where a text stands in a body's bytes, without its quotes. */
export interface Span {
  start: number;
  end: number;
}

/** Bytes up to which a text is walked over one by one: to search costs more than so many steps. */
const SHORT_TEXT = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Walks over a JSON body in bytes, once from front to end. The body must have been parsed before:
 * invalid JSON is not detected. Each method takes one value, of whatever kind.
 */
export class JsonCursor {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** Where the next value begins, or the last one has ended. */
  get position(): number {
    return this.#at;
  }

  /** Whether the next value is an object. */
  isObject(): boolean {
    return this.#peek() === OPEN_OBJECT;
  }

  /** Calls `onField` at each field's value, which it has to take; skips what is no object. */
  object(onField: (name: string) => void): void {
    if (this.#peek() !== OPEN_OBJECT) return this.skip();
    this.#at += 1;
    while (this.#peek() === QUOTE) {
      const name = this.#name();
      if (this.#peek() === COLON) this.#at += 1;
      onField(name);
      if (this.#peek() === COMMA) this.#at += 1;
    }
    this.#at += 1;
  }

  /** Calls `onItem` at each item, which it has to take; skips what is no list. */
  list(onItem: (index: number) => void): void {
    if (this.#peek() !== OPEN_LIST) return this.skip();
    this.#at += 1;
    for (let i = 0; this.#peek() !== CLOSE_LIST && this.#at < this.#body.length; i += 1) {
      onItem(i);
      if (this.#peek() === COMMA) this.#at += 1;
    }
    this.#at += 1;
  }

  /** Where the text stands; undefined, and skipped, when the value is none. */
  text(): Span | undefined {
    if (this.#peek() !== QUOTE) {
      this.skip();
      return undefined;
    }
    const start = this.#at + 1;
    this.#skipText();
    return { start, end: this.#at - 1 };
  }

  /** Goes behind a value without a look into it; not by recursion, since depth is the client's. */
  skip(): void {
    let depth = 0;
    do {
      const byte = this.#peek();
      if (byte === QUOTE) {
        this.#skipText();
        continue;
      }
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1;
      else if (depth === 0) return this.#skipScalar();
      this.#at += 1;
    } while (depth > 0 && this.#at < this.#body.length);
  }

  /** A field's name, which may be written with escapes. */
  #name(): string {
    const from = this.#at;
    this.#skipText();
    return JSON.parse(this.#body.toString("utf8", from, this.#at)) as string;
  }

  #skipText(): void {
    const body = this.#body;
    const near = this.#at + SHORT_TEXT;
    let at = this.#at + 1;
    while (at < body.length && body[at] !== QUOTE) {
      at += body[at] === BACKSLASH ? 2 : 1;
      if (at > near) at = this.#closingQuote(at);
    }
    this.#at = at + 1;
  }

  /** Where a long text ends. @param from within it, not behind the backslash of an escape. */
  #closingQuote(from: number): number {
    const body = this.#body;
    for (let at = from; ; at += 1) {
      at = body.indexOf(QUOTE, at);
      if (at < 0) return body.length;
      let escapes = at;
      while (escapes > from && body[escapes - 1] === BACKSLASH) escapes -= 1;
      if ((at - escapes) % 2 === 0) return at;
    }
  }

  /** A number, true, false or null. */
  #skipScalar(): void {
    while (this.#at < this.#body.length && !endsScalar(this.#body[this.#at])) this.#at += 1;
  }

  /** The next byte that is no white space. */
  #peek(): number | undefined {
    while (isSpace(this.#body[this.#at])) this.#at += 1;
    return this.#body[this.#at];
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function endsScalar(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT || isSpace(byte);
}
