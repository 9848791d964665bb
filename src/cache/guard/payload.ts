/**
 * Splits a text into prose (which may be worded in many ways) and payload: code, quotations and the
 * text that a task is about. Payloads must be equal to the last character.
 */
export type Parts = {
  /** The text with a placeholder where each payload stood. */
  readonly prose: string;
  readonly code: readonly string[];
  readonly quotes: readonly string[];
  /** The unquoted text behind "Translate this: …". */
  readonly subject: string | undefined;
};

/** A placeholder; a text that has private-use characters itself is not guardable. */
export const PAYLOAD = /\uE000\d+\uE001/;
const slot = (n: number): string => ` \uE000${n}\uE001 `;

/** A line that only a program, a shell or a data file would contain. */
const CODE_LINE = [
  /^(?: {2,}|\t)\S/,
  /[;{}]\s*$/,
  /^\s*[)\]}]/,
  /=>|==|!=|&&|\|\||::|->|\+=|-=|<\/|\/>/,
  /^\s*(?:def|class|function|const|let|var|import|from|return|for|while|if|elif|else|try|public|private|static|#include|package|func|fn|use|SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|FROM|WHERE|JOIN)\b.*[(){};:=,*"'<>]/,
  /^\s*[\w.]+\(.*\)\s*;?$/,
  /^\s*[\w.[\]]+\s*(?:=|:=)\s*\S/,
  /^\s*[$#>] \S/,
  /^\s*<[A-Za-z!/][^>]*>/,
  /^\s*(?:\S+\s+){3,}\/\S+$/,
  /^\s*(?:find|grep|sed|awk|curl|git|docker|npm|ls|cat|chmod|tar|ssh|sudo|kubectl)\s+.*(?:-{1,2}\w|[*'"|/])/,
];
const isCodeLine = (line: string): boolean => CODE_LINE.some((pattern) => pattern.test(line));

/** Verbs that work on a text; what follows their colon is that text. */
const WORKS_ON_TEXT =
  /\b(?:translat\w*|summar\w*|rewrit\w*|rephras\w*|reword\w*|paraphras\w*|shorten\w*|proofread\w*|correct\w*|edit|simplify|extract|classify|reply|respond|answer|sort|order|rank|draft|write|compose|say|tell|post|announce\w*|explain|describe|fix|find|debug|convert|make|turn|improve|polish|expand|continue|complete|grammar|sentiment|subject line|keywords?)\b|\b(?:this|these|following|below)\b/i;
const FILLER_BEFORE_COLON =
  /^(?:.*\b)?(?:let'?s do this|here'?s the thing|question|tell me(?: this| one thing)?|next topic)\s*$/i;
/** A right side that is itself the request: "US phone numbers: write a regex". */
const REQUEST_AFTER_COLON =
  /^(?:how|what|what's|why|when|where|which|who|is|are|do|does|did|can|could|should|would|write|give|explain|list|tell|plan|suggest|recommend|summari[sz]e|translate|compare)\b/i;
const ALWAYS_SUBJECT =
  /\b(?:translat\w*|summar\w*|rewrit\w*|rephras\w*|reword\w*|paraphras\w*|shorten\w*|proofread\w*|correct\w*|simplify|extract|classify|reply|respond|grammar|sentiment|draft|write|compose|say|post|announce|make (?:this|it|my))\b/i;

/** Typographic quotes and dashes as their plain forms. */
export function plainCharacters(text: string): string {
  // Most texts have nothing to change.
  if (/^[\n\x20-\x7e]*$/.test(text)) return text;
  return text
    .normalize("NFC")
    .replaceAll(/[\u2018\u2019\u02BC]/g, "'")
    .replaceAll(/[\u201C\u201D\u201E\u00AB\u00BB]/g, '"')
    .replaceAll(/[\u2010\u2011]/g, "-")
    .replaceAll(/[\u00A0\u202F]/g, " ")
    .replaceAll("\r\n", "\n");
}

const OPERAND = String.raw`[-+]?[([]*\s*[-+]?(?:\d+(?:[.,]\d+)*[a-z]?|(?:sin|cos|tan|log|ln|sqrt|exp|abs|max|min)(?=[( ])|pi|[a-z])(?:\s*[)\]]+)*!?`;
const OPERATOR = String.raw`\s*(?:\*\*|[-+*/^=<>×÷·≤≥≠]|[<>!=]=)\s*`;
/** An arithmetic expression, with or without spaces and brackets. */
const EXPRESSION = new RegExp(
  String.raw`(?<![\w.$€£/-])${OPERAND}(?:${OPERATOR}${OPERAND})+(?![\w%°/-]|\.\d)`,
  "g",
);

/** "5!", "n!"; an exclamation mark behind a number or a letter is taken for one, too. */
const FACTORIAL = /(?<![\w!'])(?:\d+|[a-zA-Z])!+(?![\w!])/g;
/** "e4?", "a?", "e4!!" inside a sentence: the mark belongs to a move or an expression. */
const ANNOTATED =
  /(?<![\w.'-])(?:[a-zA-Z]|[A-Za-z]*\d\w*)(?:[!?]{2,}|!|\?(?!\s+(?:thanks?|thx|ty|cheers|please|pls|i|and|or|lol|also|what|how|why|is|any|asking|just|can|could|many|much)\b))(?=\s+\p{Ll})/gu;
/** "x*", "*5": a star on one side only. */
const STARRED = /(?<![\w*])(?:\*(?:\d+|[a-zA-Z])(?![\w*])|(?:\d+|[a-zA-Z])\*(?![\w*]))/g;
/** "f'", "5'", `5"`: a derivative, feet, inches. */
const PRIMED = {
  "'": /(?<![\w"'])(?:\d+(?:\.\d+)?|[a-zA-Z])'{1,2}(?=[\s?.,!;)]|$)/g,
  '"': /(?<![\w"'])\d+(?:\.\d+)?"(?=[\s?.,!;)]|$)/g,
};

/** Signs that are part of a value; a quotation mark only where it closes no quotation. */
function takeNotation(prose: string, take: (notation: string) => string): string {
  let rest = prose;
  for (const pattern of [ANNOTATED, FACTORIAL, STARRED]) rest = rest.replaceAll(pattern, take);
  if (!/(?:^|[\s(])'/.test(rest)) rest = rest.replaceAll(PRIMED["'"], take);
  return rest.split('"').length % 2 === 0 ? rest.replaceAll(PRIMED['"'], take) : rest;
}

/**
 * Brackets and the order of operators are all there is to an expression: it is compared as code is, but
 * for its spaces. Without a space, a bracket or a second operator it may be a date, a ratio or a range.
 */
function takeExpressions(prose: string, take: (expression: string) => string): string {
  return prose.replaceAll(EXPRESSION, (found) => {
    const tight = found.replaceAll(/\s/g, "");
    const operators = tight.match(/[-+*/^=<>×÷·≤≥≠]+/g) ?? [];
    const plain = operators.every((sign) => sign === "-" || sign === "/") && !/[()[\]]/.test(tight);
    if (plain && (operators.length === 1 || !/\s/.test(found))) return found;
    return take(tight);
  });
}

/** Takes code, quotations and the subject text out of `text`. */
export function split(text: string): Parts {
  const code: string[] = [];
  const quotes: string[] = [];
  let slots = 0;
  const take = (list: string[], payload: string): string => {
    list.push(payload);
    slots += 1;
    return slot(slots);
  };
  let prose = plainCharacters(text)
    .replaceAll(
      // The language behind the first fence belongs to the code.
      /```([\s\S]*?)(?:```|$)/g,
      (_, body: string) => `\n${take(code, body)}\n`,
    )
    .replaceAll(/`([^`\n]+)`/g, (_, body: string) => take(code, body));
  prose = takeCodeLines(prose, (block) => take(code, block));
  // `orders(id, total)` is one piece of code, whatever its commas look like.
  prose = prose.replaceAll(/\b[A-Za-z_][\w.]*\([^()\n]{0,200}\)/g, (call) => take(code, call));
  prose = takeExpressions(prose, (expression) => take(code, expression));
  prose = takeNotation(prose, (notation) => take(code, notation));
  prose = prose
    .replaceAll(
      /"([^"]*)"(\s+\p{Lu})?/gu,
      (_, body: string, next: string | undefined) =>
        take(quotes, body) + (next === undefined ? "" : stopAfter(body) + next),
    )
    .replaceAll(/(?<=^|[\s(:])'([^'\n]+(?:\w'\w[^'\n]*)*)'(?=[\s.,;:!?)]|$)/g, (_, body: string) =>
      take(quotes, body),
    );
  const cut = subjectStart(prose);
  if (cut === undefined) return besideRequest({ prose, code, quotes, subject: undefined });
  return {
    prose: prose.slice(0, cut) + slot(0),
    code,
    quotes,
    subject: prose.slice(cut).trim(),
  };
}

/** "Summarize this review in five words. The headphones …", in either order. */
function besideRequest(parts: Parts): Parts {
  if (parts.quotes.length + parts.code.length > 0) return parts;
  const sentences = parts.prose
    .trim()
    .split(/(?<=[.!?])\s+|\n+/)
    .filter((text) => /\p{L}/u.test(text));
  const [first = ""] = sentences;
  const last = sentences.at(-1) ?? "";
  if (sentences.length < 2) return parts;
  const asks = (text: string): boolean =>
    ALWAYS_SUBJECT.test(text) && /\b(?:this|following)\b/i.test(text);
  if (asks(first))
    return { ...parts, prose: first + slot(0), subject: sentences.slice(1).join(" ") };
  if (asks(last))
    return { ...parts, prose: last + slot(0), subject: sentences.slice(0, -1).join(" ") };
  return parts;
}

/** A quotation that ends a sentence inside its marks ends it outside, too. */
const stopAfter = (body: string): string => (/[.!?]\s*$/.test(body) ? ". " : "");

/** Runs of code lines in a text of several lines; blank lines inside a run belong to it. */
function takeCodeLines(prose: string, take: (block: string) => string): string {
  const lines = prose.split("\n");
  if (lines.length === 1) return prose;
  const out: string[] = [];
  let run: string[] = [];
  const flush = (): void => {
    let blanks = 0;
    while (run.at(-1)?.trim() === "") {
      run.pop();
      blanks += 1;
    }
    if (run.length > 0) out.push(take(run.map((line) => line.trimEnd()).join("\n")));
    for (; blanks > 0; blanks -= 1) out.push("");
    run = [];
  };
  for (const line of lines) {
    if (isCodeLine(line) || (run.length > 0 && line.trim() === "")) {
      run.push(line);
    } else {
      flush();
      out.push(line);
    }
  }
  flush();
  // A line break is a sentence's end: two lines are never one sentence with the words run together.
  return out.map((line) => (/[\p{L}\p{N})\uE001]\s*$/u.test(line) ? `${line} .` : line)).join("\n");
}

function subjectStart(prose: string): number | undefined {
  const colon = /:\s+(?=\S)/g;
  for (let found = colon.exec(prose); found; found = colon.exec(prose)) {
    const end = found.index + 1;
    const before = prose.slice(0, found.index);
    const sentence = before.slice(
      Math.max(...[".", "?", "!", "\n"].map((c) => before.lastIndexOf(c))) + 1,
    );
    const after = prose.slice(end).trim();
    if (after.startsWith("\uE000")) continue;
    if (sentence.trim().split(/\s+/).length < 2 || FILLER_BEFORE_COLON.test(sentence)) continue;
    if (ALWAYS_SUBJECT.test(sentence)) return end;
    if (WORKS_ON_TEXT.test(sentence) && !REQUEST_AFTER_COLON.test(after)) return end;
  }
  return undefined;
}
