import { COURTESY, LEADS, OPENERS } from "./data/courtesy.ts";
import { AUXILIARY, LISTS } from "./data/lists.ts";
import { QUESTION_FORMS } from "./data/question-forms.ts";
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
  const request = openers.apply(bare).map(({ kind, text }): Token => ({ kind, text }));
  return questionForms.apply(withYesNo(request)).map(aboutWords ? (token) => token : respelt);
}

/** Takes off sentences of courtesy, and clauses of it where a sentence begins or ends. */
function withoutCourtesy(tokens: readonly Token[], aboutWords: boolean): readonly Token[] {
  const sentences = splitBehind(tokens, "end").map((sentence) => {
    const parts = splitBehind(sentence, "pause");
    let [from, to] = [0, parts.length];
    while (from < to && isSaid(parts[from], leads)) from += 1;
    // "Sorry to bother you, but …"
    if (from > 0 && parts[from]?.[0]?.text === "but") parts[from]?.shift();
    // Two commas may be an enumeration, whose last word is meant.
    if (!aboutWords && to - from === 2 && isSaid(parts[to - 1], courtesy)) to -= 1;
    return parts.slice(from, to).flat();
  });
  const kept = sentences.flat();
  // A text that is all courtesy is what is said.
  return kept.length > 0 ? kept : tokens;
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

/** Is a clause, whatever its case, one of the book? */
const isSaid = (clause: readonly Token[] = [], book: PhraseBook): boolean => {
  const said = clause
    .filter((token) => !isBreak(token))
    .map((token): Token =>
      token.kind === "name" ? { kind: "word", text: token.text.toLowerCase() } : token,
    );
  return said.length > 0 && book.apply(said).length === 0;
};

/** "Is it", "do cats": a clause that asks for yes or no, as "whether it is" does. */
function withYesNo(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token, at): readonly Token[] =>
    token.kind === "word" && AUXILIARY.has(token.text) && isBreak(tokens[at - 1])
      ? [{ kind: "question", text: "<whether>" }, token]
      : [token],
  );
}

/** "Why can't you" as "why can you not". */
function withInvertedNot(tokens: readonly Token[]): readonly Token[] {
  const out = [...tokens];
  for (let at = 1; at < out.length - 1; at += 1) {
    const [before, not, next] = out.slice(at - 1, at + 2);
    if (not?.text !== "not" || !AUXILIARY.has(before?.text ?? "")) continue;
    if (next?.kind === "word" && /^(?:i|you|we|they|he|she|it)$/.test(next.text))
      out.splice(at, 2, next, not);
  }
  return out;
}

const NUMERALS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

/** Numerals as digits, British spelling as American. "One" is a pronoun as well, and "zero" a verb. */
function respelt(token: Token): Token {
  if (token.kind !== "word") return token;
  const number = NUMERALS.indexOf(token.text);
  if (number > 1) return { kind: "number", text: String(number), written: token.text };
  const text = token.text
    .replace(/^((?:dis)?(?:col|fav|flav|hon|lab)|behavi|neighb|hum|rum|harb|od|tum)our/, "$1or")
    .replace(/^(cent|theat|(?:milli)?lit|(?:kilo|centi|milli)met|fib)re(?=s?$)/, "$1er")
    .replace(/(?<=..[a-z]{2})is(?=(?:e[ds]?|ing|ations?)$)/, "iz")
    .replace(/^grey(?=s?$)/, "gray")
    .replace(/^(?:e-(?=mails?$)|wi-(?=fi$)|on-(?=line$)|web-(?=sites?$))/, (part) =>
      part.slice(0, -1),
    );
  return text === token.text ? token : { kind: "word", text, written: token.text };
}
