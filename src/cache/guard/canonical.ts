import { COURTESY, LEADS, OPENERS, STATEMENTS, TRAILING } from "./data/courtesy.ts";
import { PREPOSITIONS, QUESTION_WORDS } from "./data/function-words.ts";
import { AUXILIARY, LISTS, STARTS } from "./data/lists.ts";
import { QUESTION_FORMS } from "./data/question-forms.ts";
import { REQUEST } from "./data/requests.ts";
import { PhraseBook } from "./phrases.ts";
import { isBreak, type Token } from "./token.ts";

/** A book of whole clauses. */
const clauses = (source: string): PhraseBook =>
  new PhraseBook(source.replaceAll(/^(?=\S)/gm, "^ ").replaceAll("=>", "$ =>"), LISTS);
const leads = clauses(COURTESY + LEADS);
const trailing = clauses(TRAILING);
const openers = new PhraseBook(OPENERS, LISTS);
const statements = new PhraseBook(OPENERS + STATEMENTS, LISTS);
const questionForms = new PhraseBook(QUESTION_FORMS, LISTS);

/**
 * What is asked, without the courtesy around it, and forms of the same question as one. A text about words
 * keeps what stands behind a comma: it may be one of the words.
 */
export function canonical(tokens: readonly Token[], aboutWords: boolean): readonly Token[] {
  const bare = withMarks(withoutCourtesy(withInvertedNot(tokens), aboutWords));
  const isOneSentence = splitBehind(bare, "end").length === 1;
  const opened = (isOneSentence ? statements : openers).apply(bare);
  const plain = opened.map(({ kind, text }): Token => ({ kind, text }));
  return questionForms.apply(withYesNo(withoutPlea(plain)));
}

/** "Give me a recipe please": behind a question the word may be what is asked about. */
function withoutPlea(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.findLastIndex((token) => !isBreak(token));
  const isPlea = REQUEST.has(tokens[0]?.text ?? "") && tokens[last]?.text === "please";
  return isPlea ? tokens.toSpliced(last, 1) : tokens;
}

/** A mark that changes what is said stands as a token: "!" ("Oklahoma!"), and "?" behind a statement. */
function withMarks(tokens: readonly Token[]): readonly Token[] {
  return splitBehind(tokens, "end").flatMap((sentence) => {
    const { kind, text = "" } = sentence.at(-1) ?? {};
    if (kind !== "end" || text === "." || (text === "?" && asks(sentence))) return sentence;
    return sentence.toSpliced(-1, 0, { kind: "code", text });
  });
}

/** A question or a request begins a clause, or stands behind "in Python". "I know who it is" is a statement. */
const asks = (sentence: readonly Token[]): boolean =>
  sentence.some(({ text }, at) => {
    const before = sentence[at - 1];
    const opens = isBreak(before) || LEADING.has(before?.text ?? "");
    const isFronted = QUESTION_WORDS.has(text) && PREPOSITIONS.has(sentence[0]?.text ?? "");
    return isFronted || (opens && (AUXILIARY.has(text) || REQUEST.has(text) || ASKING.has(text)));
  });
const ASKING = new Set([...QUESTION_WORDS, "please"]);
const LEADING = new Set(["so", "ok", "okay", "um", "hello", "hi", "hey", "there"]);

/** Takes off sentences of courtesy where a text begins or ends, and clauses of it where a sentence does. */
function withoutCourtesy(tokens: readonly Token[], aboutWords: boolean): readonly Token[] {
  const sentences = splitBehind(tokens, "end");
  const isOnlyCourtesy = (sentence: readonly Token[]): boolean =>
    splitBehind(sentence, "pause").every((clause) => leads.takesOff(clause));
  const from = sentences.findIndex((sentence) => !isOnlyCourtesy(sentence));
  const to = sentences.findLastIndex((sentence) => !isOnlyCourtesy(sentence));
  // A text that is all courtesy is what is said.
  if (from < 0) return tokens;
  return sentences.slice(from, to + 1).flatMap((sentence) => {
    const parts = splitBehind(sentence, "pause");
    const start = startBehind(parts);
    const end = parts.at(-1) ?? [];
    // Two commas may be an enumeration, whose last word is meant.
    const isPolite =
      !aboutWords &&
      parts.length - start === 2 &&
      trailing.takesOff(end) &&
      (end[0]?.text === "please" || end.at(-1)?.text !== "?");
    return parts.slice(start, isPolite ? -1 : undefined).flat();
  });
}

/** Where a sentence begins behind its courtesy: with a question or a request, else nothing is taken off. */
function startBehind(parts: readonly Token[][]): number {
  const start = parts.findIndex((clause) => {
    // "So: what is it": a word before a colon is what is asked about.
    const isTopic = clause.length === 2 && clause[1]?.text === ":";
    return isTopic || !leads.takesOff(clause);
  });
  const clause = parts[start];
  // "Sorry to bother you, but …"
  if (start > 0 && clause?.[0]?.text === "but") clause.shift();
  return STARTS.has(clause?.[0]?.text ?? "") ? start : 0;
}

/** The runs of tokens that end with a break of a kind; the break belongs to its run. */
function splitBehind(tokens: readonly Token[], kind: "end" | "pause"): readonly Token[][] {
  const runs: Token[][] = [];
  let run: Token[] = [];
  for (const token of tokens) {
    run.push(token);
    if (token.kind === kind) {
      runs.push(run);
      run = [];
    }
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** "Is it", "do cats": a clause that asks for yes or no, as "whether it is" does. */
function withYesNo(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (const [at, token] of tokens.entries()) {
    const asks = token.kind === "word" && AUXILIARY.has(token.text) && isBreak(tokens[at - 1]);
    if (asks) out.push({ kind: "question", text: "<whether>" });
    out.push(token);
  }
  return out;
}

/** "Why can't you" as "why can you not". Without "why", "can't I vote" and "can I not vote" are two questions. */
function withInvertedNot(tokens: readonly Token[]): readonly Token[] {
  const out = [...tokens];
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (token.text !== "not" || !AUXILIARY.has(tokens[at - 1]?.text ?? "")) continue;
    if (tokens[at - 2]?.text !== "why") continue;
    if (next?.kind === "word" && /^(?:i|you|we|they|he|she|it)$/.test(next.text))
      out.splice(at, 2, next, token);
  }
  return out;
}
