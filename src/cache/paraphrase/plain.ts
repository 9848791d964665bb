/** Longer texts are not looked into; ./english.ts counts what the embedding model reads of shorter ones. */
const MAX_CHARACTERS = 2000;

const WORD = /(?:[A-Za-z]+(?:[-'][A-Za-z]+)*|\d+)/.source;
const SENTENCE = new RegExp(`^${WORD}(?:,? ${WORD})*[.?]?$`);
/** A letter on its own may be a variable, a unit or a letter: "e's". */
const LONE_LETTER = /(?<![A-Za-z'-])(?![aI]\b)[A-Za-z](?!-?[A-Za-z]|'[^s])/;

/**
 * A text that asks about words, or is a task on a text: a capital, a mark or a contraction in it may be what is
 * asked about.
 */
const MENTIONS_WORDS = new RegExp(
  String.raw`\b(?:${[
    String.raw`mean(?:s|t|ings?)?|sa(?:y|ys|id|ying)|words?|phras\w*|sentences?|paragraphs?|syllables?|vowels?|consonants?`,
    String.raw`letters|(?:which|what|capital|small) letter|alphabet\w*|characters?|symbols?|unicode|ascii|regex|strings? match\w*|code points?|languages?`,
    String.raw`spell\w*|pronounc\w*|pronunciation|typos?|typ(?:ed|ing)|(?:I|to) type|punctuat\w*|commas?|hyphens?|apostrophes?`,
    String.raw`quot(?:es?|ed|ations?)|brackets?|grammar|defin\w*|terms?|idioms?|slang|(?:in)?formal`,
    String.raw`synonyms?|antonyms?|homonyms?|homophones?|opposite|rhym\w*|anagrams?|plurals?|acronyms?|abbreviat\w*|etymolog\w*`,
    String.raw`(?:ad)?verbs?|(?:pro)?nouns?|adjectives?|conjunctions?|conjugat\w*|parts? of speech|scrabble|crosswords?`,
    String.raw`translat\w*|summar\w*|rewrit\w*|re-?phras\w*|reword\w*|paraphras\w*|shorten\w*|proofread\w*|simplify`,
    String.raw`correct|incorrect|valid|essays?|texts?|notes?|lines?|titles?|captions?|lyrics|signs?|signed|signing`,
    String.raw`repl(?:y|ies|ied)|answer(?:s|ed)?|greet\w*|put .{1,30} in a sentence|written|calligraph\w*`,
    String.raw`in (?:English|French|German|Spanish|Italian|Latin|Greek|Chinese|Japanese|Russian|Portuguese|Dutch|Arabic)`,
  ].join("|")})\b`,
  "i",
);

/** Straightens the apostrophe inside "it’s". */
const straight = (text: string): string => text.replaceAll(/(?<=[A-Za-z])’(?=[A-Za-z])/g, "'");

/**
 * The sentences of a plain text, each with its mark; undefined for any other text. A text is plain if it
 * consists of words of ASCII letters and of whole numbers, with single spaces, commas, full stops and question
 * marks where prose has them, and is not about words. Nothing in a plain text can be code, notation or
 * a quotation. White space around it does not count.
 */
export function plain(text: string): readonly string[] | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const trimmed = straight(text.trim());
  const isOneLetter = LONE_LETTER.test(trimmed.replace(/^A /, ""));
  if (isOneLetter || MENTIONS_WORDS.test(trimmed)) return undefined;
  const sentences = trimmed.split(/(?<=[.?]) (?=[A-Z])/);
  return sentences.every((sentence) => SENTENCE.test(sentence)) ? sentences : undefined;
}
