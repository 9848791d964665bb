import { canonical } from "./canonical.ts";
import { type Parts, split } from "./payload.ts";
import type { Token } from "./token.ts";
import { tokenise } from "./tokenise.ts";
import { type Unit, UnitBuilder } from "./units.ts";

/** What the rules see of a text. */
export type Reading = {
  readonly parts: Parts;
  /** As written, without any rewording: short forms spelled out, punctuation apart. */
  readonly plain: readonly Token[];
  /** After the frames were taken off: for rules about the wording as a whole. */
  readonly tokens: readonly Token[];
  readonly units: readonly Unit[];
  /** Prepositions before pronouns ("between them"), which point at something said elsewhere. */
  readonly pointed: readonly string[];
  /** A pronoun with nothing before it that it could stand for. */
  readonly pointsBack: boolean;
  /** An "it" that may be nobody's ("is it safe to"). */
  readonly vaguePointer: boolean;
  /** past, present, future, perfect: of the helping verbs. */
  readonly tenses: ReadonlySet<string>;
};

/** The text is about words: none may be replaced by another. */
const ABOUT_WORDS =
  /\b(?:mean|means|meaning|say|said|saying|(?<!(?:\d|one|two|three|four|five|six|ten|in|few|simple|own|other|hundred)[ -])words?|phrases?|translat\w*|spell\w*|pronounc\w*|pronunciation|synonyms?|antonyms?|opposite|rhym\w*|grammar|defin\w*|terms?|idioms?|parts? of speech|(?:ad)?verbs?|(?:pro)?nouns?|adjectives?|conjunctions?|syllables?|letters (?:in|are|does)|(?:use|put) .{1,30} in a sentence|etymolog\w*|anagrams?|homophones?|conjugat\w*|slang)\b/i;
/** A task on a text that nothing marks as a text: any word may be part of it. */
const UNMARKED_TEXT =
  /\b(?:translat\w*|summar\w*|rewrit\w*|rephras\w*|reword\w*|paraphras\w*|shorten\w*|proofread\w*|correct|simplify)\b/i;

/** How a text may be reworded, as far as that is known before its words are read. */
type Manner = { readonly aboutWords: boolean; readonly unmarkedText: boolean };

function mannerOf(parts: Parts): Manner {
  const marked = parts.subject !== undefined || parts.quotes.length > 0;
  const sentences = parts.prose.split(/[.!?\n]\s+\S/).length;
  const unmarkedText =
    !marked &&
    parts.code.length === 0 &&
    UNMARKED_TEXT.test(parts.prose) &&
    (sentences > 1 || /\b(?:this|following|translat\w*)\b/i.test(parts.prose));
  return { unmarkedText, aboutWords: !marked && ABOUT_WORDS.test(parts.prose) };
}

/** Reads a text: what is asked, in canonical words. */
export function read(text: string): Reading {
  const parts = split(text);
  return readTokens(parts, tokenise(parts.prose));
}

/** Reads a text whose words were put right. */
export function readTokens(parts: Parts, plain: readonly Token[]): Reading {
  const { aboutWords, unmarkedText } = mannerOf(parts);
  const tokens = unmarkedText ? plain : canonical(plain, aboutWords);
  const built = new UnitBuilder(aboutWords || unmarkedText).build(tokens);
  return { parts, plain, tokens, ...built };
}
