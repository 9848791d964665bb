import { type CharRange, invert, normalise } from "./char-ranges.ts";
import { CLASS_ESCAPES, DOT, unicodeProperty } from "./pattern-classes.ts";
import { type Pattern, PatternError } from "./pattern-syntax.ts";

const MAX_DEPTH = 50;
const MAX_LENGTH = 10_000;
const CONTROL: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };

/**
 * Parses a regular expression of ECMA-262 with the `u` flag. Escapes of ordinary characters, which
 * are common without that flag, are accepted too.
 * @throws {PatternError} when it is none, or uses what no grammar can say: a look behind, a word
 * boundary, a back reference.
 */
export function parsePattern(source: string): Pattern {
  return new Parser(source).whole();
}

class Parser {
  readonly #chars: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    if (source.length > MAX_LENGTH) throw new PatternError(`it is longer than ${MAX_LENGTH}`);
    this.#chars = Array.from(source);
  }

  whole(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#chars.length) throw new PatternError("a ) without its (");
    return pattern;
  }

  #choice(): Pattern {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new PatternError(`groups are nested deeper than ${MAX_DEPTH}`);
    const options = [this.#sequence()];
    while (this.#take("|")) options.push(this.#sequence());
    this.#depth -= 1;
    const [only] = options;
    return options.length === 1 && only ? only : { kind: "choice", options };
  }

  #sequence(): Pattern {
    const items: Pattern[] = [];
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")";) {
      items.push(this.#quantified(this.#atom()));
      next = this.#peek();
    }
    return { kind: "sequence", items };
  }

  #atom(): Pattern {
    const char = this.#next();
    if (char === "(") return this.#group();
    if (char === "[") return { kind: "chars", ranges: this.#class() };
    if (char === ".") return { kind: "chars", ranges: DOT };
    if (char === "^") return { kind: "start" };
    if (char === "$") return { kind: "end" };
    if (char === "\\") return { kind: "chars", ranges: this.#escape(false) };
    if (char === "*" || char === "+" || char === "?") {
      throw new PatternError(`${char} has nothing to repeat`);
    }
    return single(char);
  }

  #group(): Pattern {
    const start = this.#chars.slice(this.#at, this.#at + 3).join("");
    let ahead: "=" | "!" | undefined;
    if (start.startsWith("?=") || start.startsWith("?!")) {
      ahead = start[1] === "=" ? "=" : "!";
      this.#at += 2;
    } else if (start.startsWith("?:")) this.#at += 2;
    else if (start === "?<=" || start === "?<!") {
      throw new PatternError("looking behind cannot be enforced");
    } else if (start.startsWith("?<")) this.#skipName();
    else if (start.startsWith("?")) throw new PatternError(`unknown group (${start}`);
    const item = this.#choice();
    if (!this.#take(")")) throw new PatternError("a ( without its )");
    return ahead ? { kind: "ahead", negative: ahead === "!", item } : item;
  }

  #skipName(): void {
    const end = this.#chars.indexOf(">", this.#at);
    if (end < 0) throw new PatternError("a group's name does not end");
    this.#at = end + 1;
  }

  #quantified(item: Pattern): Pattern {
    const bounds = this.#bounds();
    if (!bounds) return item;
    this.#take("?");
    if (this.#bounds()) throw new PatternError("a repetition of a repetition");
    const [min, max] = bounds;
    if (min > max) throw new PatternError(`the bounds {${min},${max}} are out of order`);
    if (item.kind === "start" || item.kind === "end" || item.kind === "ahead") {
      throw new PatternError("a repeated assertion");
    }
    return { kind: "repeat", item, min, max };
  }

  #bounds(): [number, number] | undefined {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    if (this.#peek() !== "{") return undefined;
    const rest = this.#chars.slice(this.#at, this.#at + 40).join("");
    const found = /^\{(\d+)(?:(,)(\d*))?\}/.exec(rest);
    if (!found) return undefined;
    this.#at += found[0].length;
    const min = Number(found[1]);
    if (found[2] === undefined) return [min, min];
    return [min, found[3] === "" ? Infinity : Number(found[3])];
  }

  #class(): CharRange[] {
    const negated = this.#take("^");
    const ranges: CharRange[] = [];
    while (!this.#take("]")) {
      const from = this.#classMember();
      const dash = this.#peek() === "-" && this.#chars[this.#at + 1] !== "]";
      const start = from.length === 1 && from[0]?.[0] === from[0]?.[1] ? from[0]?.[0] : undefined;
      if (!dash || start === undefined || this.#chars[this.#at + 1] === undefined) {
        ranges.push(...from);
        continue;
      }
      this.#at += 1;
      const [to, ...more] = this.#classMember();
      if (!to || more.length > 0 || to[0] !== to[1]) {
        ranges.push(...from, [0x2d, 0x2d], ...(to ? [to] : []), ...more);
      } else if (to[0] < start) throw new PatternError("a range of characters is out of order");
      else ranges.push([start, to[0]]);
    }
    return negated ? invert(ranges) : normalise(ranges);
  }

  #classMember(): readonly CharRange[] {
    const char = this.#next();
    return char === "\\" ? this.#escape(true) : charRange(char);
  }

  #escape(inClass: boolean): readonly CharRange[] {
    const char = this.#next();
    const known = Object.hasOwn(CLASS_ESCAPES, char) ? CLASS_ESCAPES[char] : undefined;
    if (known) return known;
    if (char === "p" || char === "P") return unicodeProperty(this.#braced(), char === "P");
    if (char === "x") return code(this.#hex(2));
    if (char === "u") return code(this.#peek() === "{" ? parseHex(this.#braced()) : this.#utf16());
    if (char === "c") return code((this.#next().codePointAt(0) ?? 0) % 32);
    if (inClass && char === "b") return code(8);
    if (char === "b" || char === "B") throw new PatternError("word boundaries cannot be enforced");
    if (char === "k" || (char >= "1" && char <= "9")) {
      throw new PatternError("references to groups cannot be enforced");
    }
    if (Object.hasOwn(CONTROL, char)) return code(CONTROL[char] ?? 0);
    if (/[A-Za-z]/.test(char)) throw new PatternError(`unknown escape \\${char}`);
    return charRange(char);
  }

  /** A code point, which `\u` may write as two halves. */
  #utf16(): number {
    const high = this.#hex(4);
    const pair = this.#chars.slice(this.#at, this.#at + 6).join("");
    if (high < 0xd800 || high > 0xdbff || !/^\\u[dD][c-fC-F]/.test(pair)) return high;
    this.#at += 2;
    return 0x10000 + (high - 0xd800) * 0x400 + (this.#hex(4) - 0xdc00);
  }

  #hex(length: number): number {
    const digits = this.#chars.slice(this.#at, this.#at + length).join("");
    this.#at += length;
    if (digits.length < length) throw new PatternError("an escape is cut short");
    return parseHex(digits);
  }

  #braced(): string {
    const end = this.#chars.indexOf("}", this.#at);
    if (this.#peek() !== "{" || end < 0) throw new PatternError("an escape lacks its {…}");
    const text = this.#chars.slice(this.#at + 1, end).join("");
    this.#at = end + 1;
    return text;
  }

  #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  #next(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) throw new PatternError("it ends too early");
    this.#at += 1;
    return char;
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }
}

function parseHex(digits: string): number {
  const value = /^[0-9a-fA-F]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : Infinity;
  if (value > 0x10ffff) throw new PatternError(`\\u{${digits}} is no character`);
  return value;
}

const code = (point: number): CharRange[] => [[point, point]];
const charRange = (char: string): CharRange[] => code(char.codePointAt(0) ?? 0);
const single = (char: string): Pattern => ({ kind: "chars", ranges: charRange(char) });
