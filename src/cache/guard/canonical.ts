import { ARTICLES, PREPOSITIONS } from "./data/classes.ts";
import {
  COURTESY,
  DEFINITIONS,
  FRAMES,
  GRAMMAR,
  LISTS,
  PADDING,
  SYNONYM_PHRASES,
} from "./data/phrases.ts";
import { ARTEFACTS, CHATTER, SMALL_TALK } from "./data/tasks.ts";
import { inflection } from "./inflection.ts";
import { withNumbers } from "./numbers.ts";
import { PhraseBook } from "./phrases.ts";
import { isBreak, mark, type Token, word } from "./token.ts";
import { isParticiple, toActive } from "./voice.ts";

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
  let tokens = BOOKS.courtesy.apply(withVerbs(start));
  if (!aboutWords) tokens = BOOKS.padding.apply(tokens);
  tokens = BOOKS.frames.apply(tokens);
  tokens = BOOKS.courtesy.apply(withoutSmallTalk(tokens));
  tokens = BOOKS.frames.apply(tokens);
  tokens = BOOKS.grammar.apply(tokens, 6);
  tokens = withWish(withoutAbility(withOneTask(tokens)));
  tokens = withNumbers(BOOKS.definitions.apply(tokens, 1));
  if (!aboutWords) tokens = BOOKS.synonyms.apply(tokens);
  tokens = toActive(tokens);
  return withTask(tokens);
}

/** Drops sentences that hold nothing but small talk: "I've been stuck on this for ages." */
function withoutSmallTalk(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  let sentence: Token[] = [];
  const flush = (): void => {
    const said = sentence.filter((token) => !isBreak(token));
    const chatter =
      said.some((token) => CHATTER.has(token.text)) &&
      said.every((token) => token.kind === "word" && SMALL_TALK.has(token.text));
    if (!chatter) kept.push(...sentence);
    sentence = [];
  };
  for (const token of tokens) {
    sentence.push(token);
    if (token.kind === "end") flush();
  }
  flush();
  // A text that is all small talk is what is asked.
  return kept.length > 0 ? kept : tokens;
}

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
function withVerbs(tokens: readonly Token[]): Token[] {
  return tokens.map((token, at) => {
    const next = tokens[at + 1];
    if (token.text !== "'s" || !(isBreak(next) || isParticiple(next) || isHelped(next)))
      return token;
    return word(next?.text === "been" ? "has" : "is");
  });
}

/** What may follow "is" or "has", but not an owner. */
const isHelped = (token: Token | undefined): boolean =>
  token?.kind === "word" &&
  (ARTICLES.has(token.text) ||
    PREPOSITIONS.has(token.text) ||
    /^(?:not|my|our|been|too|very|always|never|just|also|still|already|so)$/.test(token.text) ||
    inflection(token.text).form === "ing");
