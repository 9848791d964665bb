import { canonical } from "./canonical.ts";
import { type Parts, split } from "./payload.ts";
import { withSpelling } from "./spelling.ts";
import { type Term, TermBuilder } from "./terms.ts";
import type { Token } from "./token.ts";
import { tokenise } from "./tokenise.ts";

/** What the rules see of a text. */
export type ParsedText = {
  readonly parts: Parts;
  /** Words as they were written, but for contractions and typing errors. */
  readonly tokens: readonly Token[];
  /** What is asked, without the courtesy around it. */
  readonly terms: readonly Term[];
  /** Forms of "do" that help another verb: "does it cost" for "it costs". They are no terms. */
  readonly dos: readonly string[];
  /** A pronoun with nothing before it that it could stand for. */
  readonly pointsBack: boolean;
  /** An "it" that may be nobody's ("is it safe to"). */
  readonly vaguePointer: boolean;
};

/** The text is about words: each of them stands as it was written. */
const ABOUT_WORDS =
  /\b(?:mean|means|meaning|say|said|saying|(?<!(?:\d|one|two|three|four|five|six|ten|in|few|simple|own|other|hundred)[ -])words?|phrases?|translat\w*|spell\w*|pronounc\w*|pronunciation|synonyms?|antonyms?|opposite|rhym\w*|grammar|defin\w*|terms?|idioms?|parts? of speech|(?:ad)?verbs?|(?:pro)?nouns?|adjectives?|conjunctions?|syllables?|letters (?:in|are|does)|(?:use|put) .{1,30} in a sentence|etymolog\w*|anagrams?|homophones?|conjugat\w*|slang|essays?|(?:in)?formal|vowels?|consonants?|alphabet\w*|plurals?|acronyms?|abbreviat\w*|apostrophes?)\b/i;
/** A mistyped word may be what is judged. */
const JUDGES_SPELLING =
  /\b(?:wrong|right|correct|incorrect|valid|typos?|mistakes?|errors?|[a-z]'s)\b/i;
/** A task on a text. Nothing marks the text: with a second sentence or "this" any word may be part of it. */
const UNMARKED_TEXT =
  /\b(?:translat\w*|summar\w*|rewrit\w*|rephras\w*|reword\w*|paraphras\w*|shorten\w*|proofread\w*|correct|simplify)\b/i;

/** The second sentence may be what is pointed at: "How do I sign this? Good morning." */
const POINTS_ON = /\b(?:this|these|following|below|here)\b/i;

/** Parses a text: what is asked, in canonical form. */
export function parse(text: string): ParsedText {
  const parts = split(text);
  const { prose, code, quotes, subject } = parts;
  const isMarked = subject !== undefined || quotes.length > 0;
  const aboutWords = !isMarked && ABOUT_WORDS.test(prose);
  const sentences = prose.split(/[.!?\n]\s+\S/).length;
  const mayBeText = [sentences > 1, UNMARKED_TEXT.test(prose), POINTS_ON.test(prose)];
  const isUnmarkedText =
    !isMarked &&
    code.length === 0 &&
    (mayBeText.filter(Boolean).length > 1 || /\btranslat/i.test(prose));
  const written = tokenise(prose, aboutWords);
  const tokens =
    aboutWords || isUnmarkedText || JUDGES_SPELLING.test(prose) ? written : withSpelling(written);
  const asked = isUnmarkedText ? tokens : canonical(tokens, aboutWords);
  return { parts, tokens, ...new TermBuilder().build(asked) };
}
