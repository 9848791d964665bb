import { countParts } from "./json-parts.ts";

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Whether a value of JSON is an object: no list, and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Invalid JSON; the message is the one of Go's decoder. */
export class JsonSyntaxError extends Error {}

/** An empty body, for which each of Ollama's dialects has a message of its own. */
export class EmptyJsonError extends Error {}

/**
 * Go's decoder allows ten times as many levels. Code here recurses as deep as the value, and the
 * stack is smaller.
 */
const MAX_DEPTH = 1_000;
/** The most items: the tokens of the longest known contexts. */
const MAX_ITEMS = 1 << 20;
/** The most object members: tens of thousands of messages, or the largest of schemas. */
const MAX_MEMBERS = 1 << 17;

/**
 * Reads the first JSON value of `bytes` and ignores what follows it, as Go's decoder does; invalid
 * UTF-8 is replaced.
 * @throws {JsonSyntaxError} with Go's text, or for a text of more parts than any request has.
 * @throws {EmptyJsonError} when there is nothing but white space.
 */
export function parseFirstJson(bytes: Uint8Array): Json {
  // Each level takes two characters.
  if (bytes.length > 2 * MAX_DEPTH) refuseCrowded(bytes);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  try {
    return JSON.parse(text) as Json;
  } catch {
    return JSON.parse(new Scanner(text).first()) as Json;
  }
}

/**
 * Refuses a body with too many parts. A value is built in one go, in a time that depends on its
 * parts rather than on its bytes.
 */
function refuseCrowded(bytes: Uint8Array): void {
  const { items, members, tooDeep: bracket } = countParts(bytes, MAX_DEPTH);
  if (bracket) throw tooDeep(bracket);
  if (items > MAX_ITEMS) throw new JsonSyntaxError(`more than ${MAX_ITEMS} values in one body`);
  if (members > MAX_MEMBERS) {
    throw new JsonSyntaxError(`more than ${MAX_MEMBERS} object members in one body`);
  }
}

const tooDeep = (opening: string): JsonSyntaxError =>
  new JsonSyntaxError(`invalid character '${opening}' exceeded max depth`);

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
const EXPONENT = /[eE][-+]?/y;
const ESCAPES = new Set('"\\/bfnrt');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

/** Finds the end of a value, with Go's error messages. Only used where `JSON.parse` has failed. */
class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text of the first value. */
  first(): string {
    this.#space();
    if (this.#at >= this.#text.length) throw new EmptyJsonError();
    const start = this.#at;
    this.#value();
    return this.#text.slice(start, this.#at);
  }

  #value(): void {
    this.#space();
    const char = this.#peek();
    if (char === "{" || char === "[") return this.#nested(char);
    if (char === '"') return this.#string();
    if (char === "t") return this.#literal("true");
    if (char === "f") return this.#literal("false");
    if (char === "n") return this.#literal("null");
    if (char === "-" || isDigit(char)) return this.#number();
    throw this.#unexpected("looking for beginning of value");
  }

  #nested(opening: string): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw tooDeep(opening);
    if (opening === "{") this.#object();
    else this.#array();
    this.#depth -= 1;
  }

  #object(): void {
    this.#at += 1;
    this.#space();
    if (this.#passes("}")) return;
    for (;;) {
      this.#space();
      if (this.#peek() !== '"')
        throw this.#unexpected("looking for beginning of object key string");
      this.#string();
      this.#space();
      if (!this.#passes(":")) throw this.#unexpected("after object key");
      this.#value();
      this.#space();
      if (this.#passes("}")) return;
      if (!this.#passes(",")) throw this.#unexpected("after object key:value pair");
    }
  }

  #array(): void {
    this.#at += 1;
    this.#space();
    if (this.#passes("]")) return;
    for (;;) {
      this.#value();
      this.#space();
      if (this.#passes("]")) return;
      if (!this.#passes(",")) throw this.#unexpected("after array element");
    }
  }

  /** Compares character codes, not characters: strings can be most of a long body. */
  #string(): void {
    const { length } = this.#text;
    for (this.#at += 1; this.#at < length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === BACKSLASH) {
        this.#at += 1;
        this.#escape();
      } else if (code === QUOTE) {
        this.#at += 1;
        return;
      } else if (code < FIRST_PRINTABLE) {
        throw this.#unexpected("in string literal");
      }
    }
    this.#peek();
  }

  /** Stops at the last character of the escape. */
  #escape(): void {
    const char = this.#peek();
    if (char !== "u") {
      if (!ESCAPES.has(char)) throw this.#unexpected("in string escape code");
      return;
    }
    for (let digits = 0; digits < 4; digits += 1) {
      this.#at += 1;
      const wrong = !isHexDigit(this.#peek());
      if (wrong) throw this.#unexpected("in \\u hexadecimal character escape");
    }
  }

  #literal(word: string): void {
    for (const expected of word) {
      if (this.#peek() !== expected) {
        throw this.#unexpected(`in literal ${word} (expecting '${expected}')`);
      }
      this.#at += 1;
    }
  }

  #number(): void {
    const figure = this.#match(NUMBER);
    this.#at += figure === "" ? 1 : figure.length;
    if (figure === "") throw this.#unexpected("in numeric literal");
    if (/e/i.test(figure)) return;
    if (this.#text.charAt(this.#at) === "." && !figure.includes(".")) {
      this.#at += 1;
      throw this.#unexpected("after decimal point in numeric literal");
    }
    const exponent = this.#match(EXPONENT);
    this.#at += exponent.length;
    if (exponent !== "") throw this.#unexpected("in exponent of numeric literal");
  }

  #space(): void {
    this.#at += this.#match(SPACE).length;
  }

  /** The match of a sticky pattern at the current position. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? "";
  }

  #passes(char: string): boolean {
    const passes = this.#peek() === char;
    if (passes) this.#at += 1;
    return passes;
  }

  /** The current character. The end of the text is an error wherever a character is needed. */
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
const isHexDigit = (char: string): boolean => /[\da-f]/i.test(char);

/** Go reads bytes: of a longer character it names the first byte, as Latin-1. */
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
