import { ARTICLES, CONNECTORS, PREPOSITIONS } from "./data/classes.ts";
import { COURTESY } from "./data/phrases/courtesy.ts";
import { DEFINITIONS } from "./data/phrases/definitions.ts";
import { FRAMES } from "./data/phrases/frames.ts";
import { GRAMMAR } from "./data/phrases/grammar.ts";
import { LISTS } from "./data/phrases/lists.ts";
import { PADDING } from "./data/phrases/padding.ts";
import { SYNONYM_PHRASES } from "./data/phrases/synonym-phrases.ts";
import { ARTEFACTS, CHATTER, SMALL_TALK } from "./data/tasks.ts";
import { inflection } from "./inflection.ts";
import { withNumbers } from "./numbers.ts";
import { PhraseBook } from "./phrases.ts";
import { isBreak, mark, type Token, word } from "./token.ts";
import { isParticiple, toActive } from "./voice.ts";
import { withoutHedges } from "./hedges.ts";

const BOOKS = {
  courtesy: new PhraseBook(COURTESY, LISTS),
  padding: new PhraseBook(PADDING, LISTS),
  frames: new PhraseBook(FRAMES, LISTS),
  grammar: new PhraseBook(GRAMMAR, LISTS),
  definitions: new PhraseBook(DEFINITIONS, LISTS),
  synonyms: new PhraseBook(SYNONYM_PHRASES, LISTS),
};

/**
 * Brings a text into canonical words: courtesy and frames taken off, question forms and modal verbs as
 * marks, numbers as digits, synonyms of several words as one, passive clauses as active ones.
 */
export function canonical(start: readonly Token[], aboutWords: boolean): Token[] {
  let tokens: readonly Token[] = withSubjects(withVerbs(start));
  if (!aboutWords) tokens = withoutInsertions(withoutHedges(tokens));
  tokens = BOOKS.courtesy.apply(tokens);
  if (!aboutWords) tokens = BOOKS.padding.apply(tokens);
  tokens = BOOKS.frames.apply(tokens);
  tokens = BOOKS.courtesy.apply(withoutSmallTalk(tokens));
  tokens = BOOKS.frames.apply(tokens);
  tokens = BOOKS.grammar.apply(tokens, 6);
  tokens = withWish(withoutAbility(withOneTask(tokens)));
  tokens = withNumbers(BOOKS.definitions.apply(tokens, 1));
  if (!aboutWords) tokens = BOOKS.synonyms.apply(tokens);
  return withTask(toActive(withSortedPair(tokens)));
}

/**
 * Drops sentences, and clauses, that hold nothing but small talk: "I've been stuck on this for ages", "oh
 * man, so yeah". A clause must hold two words: "like" or "right" alone may be an answer.
 */
function withoutSmallTalk(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  let run: Token[] = [];
  let whole = true;
  const flush = (): void => {
    const ends = run.at(-1)?.kind !== "pause";
    const said = run.filter((token) => !isBreak(token));
    const chatter =
      said.some(
        ({ text }) => CHATTER.has(text) && (whole && ends ? true : !MAY_BE_SAID.has(text)),
      ) && said.every((token) => token.kind === "word" && SMALL_TALK.has(token.text));
    if (!chatter || (said.length < 2 && !(whole && ends))) kept.push(...run);
    run = [];
    whole = ends;
  };
  for (const token of tokens) {
    run.push(token);
    if (isBreak(token)) flush();
  }
  flush();
  // A text that is all small talk is what is asked.
  return kept.length > 0 ? kept : tokens;
}

/** In a sentence with something else, these may be what a text is to say: "write to my boss, so sorry". */
const MAY_BE_SAID = new Set("sorry thanks thank help hello hi hey".split(" "));

/** "Explain in simple terms how …" asks how; "explain" adds nothing to a question word. */
function withOneTask(tokens: readonly Token[]): readonly Token[] {
  const asks = tokens.some(
    (token) => token.kind === "mark" && /^<(?:how|why|what|when|where|who)>$/.test(token.text),
  );
  return asks ? tokens.filter((token) => token.text !== "<explain>") : tokens;
}

/** "How can X be done" asks what "how is X done" asks; anywhere else "can" counts. */
function withoutAbility(tokens: readonly Token[]): Token[] {
  let asked = "";
  return tokens.filter((token) => {
    if (isBreak(token)) asked = "";
    if (token.text.startsWith("<how")) asked = token.text;
    if (token.text === "<can>") return asked !== "<how>";
    return !(token.text === "<should>" && /^<how(?:_often|_long)?>$/.test(asked));
  });
}

/** "I want to X. How?" is "how do I X?"; without a question the wish stays. */
function withWish(tokens: readonly Token[]): Token[] {
  const asks = tokens.some(
    (token) => token.kind === "mark" && /^<(?:how|what|where|when|who|list)/.test(token.text),
  );
  const out: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    const wish = asks && isBreak(out.at(-1)) ? wishLength(tokens, at) : 0;
    if (wish > 0) at += wish - 1;
    else out.push(token);
  }
  return out;
}

function wishLength(tokens: readonly Token[], at: number): number {
  const said = tokens.slice(at, at + 5).map((token) => token.text);
  const text = said.join(" ");
  const found =
    /^(?:i|we) (?:want|wish|(?:<would> )?(?:like|love)|am trying|are trying|need) to /.exec(
      `${text} `,
    ) ?? /^(?:i|we) <(?:must|need)> /.exec(`${text} `);
  return found ? found[0].trim().split(" ").length : 0;
}

/** "Give me a script", "I need a script" and "make a script" all ask to write one. */
function withTask(tokens: readonly Token[]): Token[] {
  return tokens.map((token, at) => {
    if (
      !isBreak(tokens[at - 1]) ||
      !/^(?:give|make|create|draft|compose|generate|produce)$/.test(token.text)
    ) {
      return token;
    }
    for (let next = at + 1; next < Math.min(tokens.length, at + 6); next += 1) {
      const object = tokens[next];
      if (isBreak(object) || (object && PREPOSITIONS.has(object.text))) break;
      if (object && inflection(object.text).stems.some((stem) => ARTEFACTS.has(stem)))
        return word("write");
    }
    return token.text === "give" ? mark("<list>") : token;
  });
}

/** "The car's making a noise", "my landlord's in Spain": a verb, no owner. */
export function withVerbs(tokens: readonly Token[]): Token[] {
  return tokens.map((token, at) => {
    const next = tokens[at + 1];
    if (token.text !== "'s" || !(isBreak(next) || isParticiple(next) || isHelped(next)))
      return token;
    return word(next?.text === "been" ? "has" : "is");
  });
}

/** "Why can't you" as "why can you not". */
export function withSubjects(tokens: readonly Token[]): Token[] {
  const out = [...tokens];
  for (let at = 1; at < out.length - 1; at += 1) {
    const next = out[at + 1];
    const turned =
      out[at]?.text === "not" &&
      /^(?:is|are|was|were|do|does|did|can|could|should|would|will|have|has|had)$/.test(
        out[at - 1]?.text ?? "",
      ) &&
      next?.kind === "word" &&
      /^(?:i|you|we|they|he|she|it)$/.test(next.text);
    if (turned && next) out.splice(at, 2, next, word("not"));
  }
  return out;
}

const MAX_INSERTION = 4;

/** "Where, by default, are keys stored": the phrase between the commas goes to the end of its clause. */
function withoutInsertions(tokens: readonly Token[]): readonly Token[] {
  for (const [at, token] of tokens.entries()) {
    const first = tokens[at + 1];
    if (token.kind !== "pause" || isBreak(tokens[at - 1]) || first?.kind !== "word") continue;
    if (!/^(?:in|on|by|for|with|at|under|using)$/.test(first.text)) continue;
    const end = tokens.findIndex((other, place) => place > at && isBreak(other));
    const next = tokens[end + 1];
    if (tokens[end]?.kind !== "pause" || end > at + 1 + MAX_INSERTION || end < at + 3) continue;
    if (next === undefined || PREPOSITIONS.has(next.text) || CONNECTORS.has(next.text)) continue;
    if (next.text === "or" || QUESTION_WORD.test(next.text)) continue;
    const after = tokens.findIndex((other, place) => place > end && isBreak(other));
    const close = after < 0 ? tokens.length : after;
    return [
      ...tokens.slice(0, at),
      ...tokens.slice(end + 1, close),
      ...tokens.slice(at + 1, end),
      ...tokens.slice(close),
    ];
  }
  return tokens;
}
const QUESTION_WORD = /^(?:how|what|which|who|where|when|why)$/;

/** "The difference between B and A" as "between A and B"; not of numbers, where the sign may differ. */
function withSortedPair(tokens: readonly Token[]): readonly Token[] {
  const start = tokens.findIndex(
    ({ text }, at) => text === "between" && tokens[at - 1]?.text === "difference",
  );
  if (start < 0) return tokens;
  const and = tokens.findIndex(({ text }, at) => at > start && text === "and");
  let end = and + 1;
  while (end < tokens.length && !isBreak(tokens[end]) && !PREPOSITIONS.has(tokens[end]?.text ?? ""))
    end += 1;
  const x = tokens.slice(start + 1, and);
  const y = tokens.slice(and + 1, end);
  const isThing = (part: readonly Token[]): boolean =>
    part.length > 0 &&
    part.length <= 3 &&
    part.every(
      ({ kind, text }) =>
        (kind === "word" || kind === "name") && text !== "and" && !PREPOSITIONS.has(text),
    );
  if (and < 0 || !isThing(x) || !isThing(y)) return tokens;
  const said = (part: readonly Token[]): string =>
    part.flatMap(({ text }) => (ARTICLES.has(text) ? [] : [text])).join(" ");
  if (said(x) <= said(y)) return tokens;
  const between = tokens[and];
  return [
    ...tokens.slice(0, start + 1),
    ...y,
    ...(between ? [between] : []),
    ...x,
    ...tokens.slice(end),
  ];
}

/** What may follow "is" or "has", but not an owner. */
const isHelped = (token: Token | undefined): boolean =>
  token?.kind === "word" &&
  (ARTICLES.has(token.text) ||
    PREPOSITIONS.has(token.text) ||
    /^(?:not|my|our|been|too|very|always|never|just|also|still|already|so)$/.test(token.text) ||
    inflection(token.text).form === "ing");
