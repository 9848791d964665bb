import { COURTESY, LEADS, OPENERS } from "./data/courtesy.ts";
import { AUXILIARY, LISTS, STARTS } from "./data/lists.ts";
import { QUESTION_FORMS } from "./data/question-forms.ts";
import { REQUEST } from "./data/requests.ts";
import { NUMERALS } from "./data/topics.ts";
import { PhraseBook } from "./phrases.ts";
import { isBreak, type Token } from "./token.ts";

/** A book of whole clauses. */
const clauses = (source: string): PhraseBook =>
  new PhraseBook(source.replaceAll(/^(?=\S)/gm, "^ ").replaceAll("=>", "$ =>"), LISTS);
const courtesy = clauses(COURTESY);
const leads = clauses(COURTESY + LEADS);
const openers = new PhraseBook(OPENERS, LISTS);
const questionForms = new PhraseBook(QUESTION_FORMS, LISTS);

/**
 * What is asked, without the courtesy around it, and forms of the same question as one. A text about words
 * keeps what stands behind a comma: it may be one of the words.
 */
export function canonical(tokens: readonly Token[], aboutWords: boolean): readonly Token[] {
  const bare = withoutCourtesy(withInvertedNot(tokens), aboutWords);
  const opened = openers.apply(bare).map(({ kind, text }): Token => ({ kind, text }));
  // "Give me a recipe please": behind a question the word may be what is asked about.
  const isPlea = REQUEST.has(opened[0]?.text ?? "") && opened.at(-1)?.text === "please";
  const request = isPlea ? opened.slice(0, -1) : opened;
  return questionForms.apply(withYesNo(request)).map(aboutWords ? (token) => token : respelt);
}

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
    const isPolite = !aboutWords && parts.length - start === 2 && courtesy.takesOff(end);
    return parts.slice(start, isPolite ? -1 : undefined).flat();
  });
}

/** Where a sentence begins behind its courtesy: with a question or a request, else nothing is taken off. */
function startBehind(parts: readonly Token[][]): number {
  const start = parts.findIndex((clause) => !leads.takesOff(clause));
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

/** "Why can't you" as "why can you not". */
function withInvertedNot(tokens: readonly Token[]): readonly Token[] {
  const out = [...tokens];
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (token.text !== "not" || !AUXILIARY.has(tokens[at - 1]?.text ?? "")) continue;
    if (next?.kind === "word" && /^(?:i|you|we|they|he|she|it)$/.test(next.text))
      out.splice(at, 2, next, token);
  }
  return out;
}

/** Numerals from two to twelve as digits ("one" is a pronoun, too), and words known with and without a hyphen. */
function respelt(token: Token): Token {
  if (token.kind !== "word") return token;
  if (token.text.includes("-")) return withoutHyphen(token);
  const number = NUMERALS.indexOf(token.text);
  if (number > 1 && number <= 12)
    return { kind: "number", text: String(number), written: token.text };
  return token;
}

const withoutHyphen = (token: Token): Token =>
  /^(?:e-mails?|wi-fi|web-sites?)$/.test(token.text)
    ? { kind: "word", text: token.text.replace("-", ""), written: token.text }
    : token;
