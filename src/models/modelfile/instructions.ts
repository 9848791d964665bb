import { MODELFILE_LIMITS, modelfileError, shown } from "./fields.ts";

const KEYWORDS = [
  "from",
  "parameter",
  "template",
  "system",
  "message",
  "license",
  "adapter",
  "draft",
  "renderer",
  "parser",
  "requires",
] as const;

/** An instruction's first word, in lower case. */
export type Keyword = (typeof KEYWORDS)[number];

export interface Instruction {
  keyword: Keyword;
  /** The word between the keyword and the value: a parameter's name, a message's role. */
  name: string;
  value: string;
  /** Where it begins, from 1. */
  line: number;
}

/** A line's place in the text, without what ends it. */
interface Line {
  start: number;
  end: number;
  number: number;
}

/**
 * The instructions of a Modelfile, read as Ollama reads them. A value goes to the end of its line,
 * or is in quotes: `"…"` or `"""…"""`, with nothing escaped. The closing quotes are the first that
 * end a line, so that there may be others inside; spaces behind them do not count. Single quotes,
 * backslashes and a `#` behind the start of a line are part of the text.
 * @throws ServiceError `invalid_request` that names the line.
 */
export function* instructionsOf(text: string): Generator<Instruction> {
  const lines = linesOf(text);
  for (const line of lines) {
    const start = skipSpaces(text, line.start, line.end);
    if (start === line.end || text[start] === "#") continue;
    const keyword = takeWord(text, start, line);
    const known = KEYWORDS.find((word) => word === keyword.text.toLowerCase());
    if (!known) {
      const all = KEYWORDS.map((word) => word.toUpperCase()).join(", ");
      const problem = `${shown(keyword.text)} is no instruction; there are ${all}`;
      throw modelfileError(problem, line.number);
    }
    const isNamed = known === "parameter" || known === "message";
    const name = isNamed ? takeWord(text, keyword.next, line) : undefined;
    const last = name ?? keyword;
    if (last.text === "" || !last.isSpaced) {
      const words = `${known.toUpperCase()} ${name?.text ?? ""}`.trim();
      throw modelfileError(`${words.slice(0, 80)} lacks a value`, line.number);
    }
    const value = takeValue(text, last.next, line, lines);
    yield { keyword: known, name: name?.text ?? "", value, line: line.number };
  }
}

function* linesOf(text: string): Generator<Line> {
  let start = 0;
  for (let number = 1; start < text.length; number += 1) {
    if (number > MODELFILE_LIMITS.lines) {
      throw modelfileError(`there are more than ${MODELFILE_LIMITS.lines} lines`);
    }
    const { length, end } = lineEnd(text, start);
    yield { start, end, number };
    start = end + length;
  }
}

const LINE_END = /\r\n?|\n/g;

function lineEnd(text: string, start: number): { end: number; length: number } {
  LINE_END.lastIndex = start;
  const found = LINE_END.exec(text);
  return found ? { end: found.index, length: found[0].length } : { end: text.length, length: 0 };
}

function skipSpaces(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isSpace(text[at])) at += 1;
  return at;
}

/** A word of a line, whether a space ends it, and where what comes after the spaces begins. */
function takeWord(
  text: string,
  start: number,
  { end }: Line,
): { text: string; isSpaced: boolean; next: number } {
  let at = start;
  while (at < end && !isSpace(text[at])) at += 1;
  return { text: text.slice(start, at), isSpaced: at < end, next: skipSpaces(text, at, end) };
}

/** A value from where it begins; one in quotes takes as many more lines as it has. */
function takeValue(text: string, start: number, first: Line, lines: Iterator<Line>): string {
  const mark = ['"""', '"'].find((quotes) => text.startsWith(quotes, start));
  if (mark === undefined) return text.slice(start, first.end).trimEnd();
  // Only the line that was added is looked at: a text of empty lines would be read over and over.
  for (let line: Line = { ...first, start }; ;) {
    const added = text.slice(line.start, line.end).trimEnd();
    const end = line.start + added.length;
    const isClosed = added.endsWith(mark) && end - start >= 2 * mark.length;
    if (isClosed) return text.slice(start + mark.length, end - mark.length);
    const next = lines.next();
    if (next.done) {
      const problem = `no line ends with the ${mark} that closes the text begun here`;
      throw modelfileError(problem, first.number);
    }
    line = next.value;
  }
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t";
}
