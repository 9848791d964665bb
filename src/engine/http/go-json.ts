/** What a JSON text holds. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A text that is no JSON; the message is the one Go's decoder gives. */
export class JsonSyntaxError extends Error {}

/** An empty body, which Ollama's routes name differently. */
export class EmptyJsonError extends Error {}

/**
 * Go's decoder allows ten times as many; what works on a value here goes as deep as the value, and
 * the stack is smaller.
 */
const MAX_DEPTH = 1_000;

/**
 * Reads the first JSON value of `bytes` and ignores what follows it, as Go's decoder does; invalid
 * UTF-8 is replaced.
 * @throws {JsonSyntaxError} with Go's text. @throws {EmptyJsonError} when there is nothing but
 * white space.
 */
export function parseFirstJson(bytes: Uint8Array): Json {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return new Scanner(text).first();
  }
  // Each level takes two characters.
  if (text.length > 2 * MAX_DEPTH) checkDepth(value);
  return value;
}

function checkDepth(value: Json): void {
  let level = [value].filter(isNested);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === MAX_DEPTH) throw tooDeep(Array.isArray(level[0]) ? "[" : "{");
    level = level.flatMap((item) => Object.values(item).filter(isNested));
  }
}

const isNested = (value: Json): value is Json[] | { [key: string]: Json } =>
  typeof value === "object" && value !== null;

const tooDeep = (opening: string): JsonSyntaxError =>
  new JsonSyntaxError(`invalid character '${opening}' exceeded max depth`);

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** A strict reader whose complaints are Go's. Only used where `JSON.parse` has failed. */
class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  first(): Json {
    this.#space();
    if (this.#at >= this.#text.length) throw new EmptyJsonError();
    return this.#value();
  }

  #value(): Json {
    this.#space();
    const char = this.#peek();
    if (char === "{" || char === "[") return this.#nested(char);
    if (char === '"') return this.#string();
    if (char === "t") return this.#literal("true", true);
    if (char === "f") return this.#literal("false", false);
    if (char === "n") return this.#literal("null", null);
    if (char === "-" || isDigit(char)) return this.#number();
    throw this.#unexpected("looking for beginning of value");
  }

  #nested(opening: string): Json {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw tooDeep(opening);
    const value = opening === "{" ? this.#object() : this.#array();
    this.#depth -= 1;
    return value;
  }

  #object(): Json {
    const result: Record<string, Json> = {};
    this.#at += 1;
    this.#space();
    if (this.#peek() === "}") {
      this.#at += 1;
      return result;
    }
    for (;;) {
      this.#space();
      if (this.#peek() !== '"')
        throw this.#unexpected("looking for beginning of object key string");
      const key = this.#string();
      this.#space();
      if (this.#peek() !== ":") throw this.#unexpected("after object key");
      this.#at += 1;
      result[key] = this.#value();
      this.#space();
      const char = this.#peek();
      if (char !== "," && char !== "}") throw this.#unexpected("after object key:value pair");
      this.#at += 1;
      if (char === "}") return result;
    }
  }

  #array(): Json {
    const result: Json[] = [];
    this.#at += 1;
    this.#space();
    if (this.#peek() === "]") {
      this.#at += 1;
      return result;
    }
    for (;;) {
      result.push(this.#value());
      this.#space();
      const char = this.#peek();
      if (char !== "," && char !== "]") throw this.#unexpected("after array element");
      this.#at += 1;
      if (char === "]") return result;
    }
  }

  #string(): string {
    let result = "";
    this.#at += 1;
    for (;;) {
      const char = this.#peek();
      if (char < " ") throw this.#unexpected("in string literal");
      this.#at += 1;
      if (char === '"') return result;
      result += char === "\\" ? this.#escape() : char;
    }
  }

  #escape(): string {
    const char = this.#peek();
    if (char !== "u") {
      const plain = ESCAPES[char];
      if (plain === undefined) throw this.#unexpected("in string escape code");
      this.#at += 1;
      return plain;
    }
    this.#at += 1;
    let hex = "";
    while (hex.length < 4) {
      const digit = this.#peek();
      if (!/[\da-f]/i.test(digit)) throw this.#unexpected("in \\u hexadecimal character escape");
      hex += digit;
      this.#at += 1;
    }
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #literal<T extends Json>(word: string, value: T): T {
    for (let index = 0; index < word.length; index += 1) {
      const expected = word.charAt(index);
      if (this.#peek() !== expected) {
        throw this.#unexpected(`in literal ${word} (expecting '${expected}')`);
      }
      this.#at += 1;
    }
    return value;
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const figure = NUMBER.exec(this.#text)?.[0] ?? "";
    this.#at += figure === "" ? 1 : figure.length;
    if (figure === "") throw this.#unexpected("in numeric literal");
    const rest = this.#text.slice(this.#at);
    if (rest.startsWith(".") && !figure.includes(".") && !/e/i.test(figure)) {
      this.#at += 1;
      throw this.#unexpected("after decimal point in numeric literal");
    }
    const exponent = /^[eE][-+]?/.exec(rest);
    if (exponent && !/e/i.test(figure)) {
      this.#at += exponent[0].length;
      throw this.#unexpected("in exponent of numeric literal");
    }
    return Number(figure);
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  /** The character at hand; the end of the text is an error wherever a character is needed. */
  #peek(): string {
    const char = this.#text.charAt(this.#at);
    if (char === "") throw new JsonSyntaxError("unexpected EOF");
    return char;
  }

  #unexpected(where: string): JsonSyntaxError {
    const shown = quoteByte(this.#text.slice(this.#at));
    return new JsonSyntaxError(`invalid character ${shown} ${where}`);
  }
}

const isDigit = (char: string): boolean => char >= "0" && char <= "9";

/** Go looks at bytes: of a longer character it names the first byte, read as Latin-1. */
function quoteByte(rest: string): string {
  const byte = new TextEncoder().encode(rest.slice(0, 2))[0] ?? 0;
  const char = String.fromCharCode(byte);
  if (char === "'") return String.raw`'\''`;
  if (char === '"') return `'"'`;
  const escape = { "\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f", "\v": "v", "\\": "\\" }[
    char
  ];
  if (escape !== undefined) return `'\\${escape}'`;
  const hidden = byte < 0x20 || (byte >= 0x7f && byte < 0xa0);
  return hidden ? `'\\x${byte.toString(16).padStart(2, "0")}'` : `'${char}'`;
}
