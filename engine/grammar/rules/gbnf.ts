import type { CharRange } from "../text/char-ranges.ts";
import type { Grammar } from "./grammar.ts";
import type { Part, Sequence } from "./rule-book.ts";

/** The grammar in llama.cpp's notation, GBNF. */
export function printGbnf({ rules }: Grammar): string {
  const lines = rules.map((alternatives, rule) => {
    return `${ruleName(rule)} ::= ${alternatives.map(printSequence).join(" | ")}\n`;
  });
  return lines.join("");
}

const ruleName = (rule: number): string => (rule === 0 ? "root" : `r${rule}`);

/**
 * An empty alternative is written as `""`: after a bare `|` the parser reads on in the next line.
 */
function printSequence(sequence: Sequence): string {
  return sequence.length === 0 ? '""' : sequence.map(printPart).join(" ");
}

function printPart(part: Part): string {
  if (typeof part === "string") return `"${Array.from(part, escapeLiteral).join("")}"`;
  return "chars" in part ? `[${part.chars.map(printRange).join("")}]` : ruleName(part.rule);
}

function printRange([first, last]: CharRange): string {
  return first === last ? escapeCode(first) : `${escapeCode(first)}-${escapeCode(last)}`;
}

function escapeLiteral(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  return char >= " " && char <= "~" ? char : escapeCode(char.codePointAt(0) ?? 0);
}

function escapeCode(code: number): string {
  const char = String.fromCodePoint(code);
  if (/[0-9A-Za-z]/.test(char)) return char;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
