/** English function words by what they do to a sentence. */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

export const ARTICLES = words("a an the my our its their");
export const BE = words("is are am be been being was were");
export const HAVE = words("have has had having");
export const DO = words("do does did");
export const MODALS = words("can could may might must ought shall should will would");
export const AUXILIARY: ReadonlySet<string> = new Set([...BE, ...DO, ...HAVE, ...MODALS, "cannot"]);
export const QUESTION_WORDS = words("what which who whom whose when where why how");
export const PRONOUNS = words(
  "i we me us you he him she her it they them this that these those myself yourself himself herself itself ourselves themselves mine yours ours theirs",
);
/**
 * Words that are no names, whatever the case of their first letter at the start of a sentence. "May", "Will",
 * "Up", "Make", "List" and others that name somebody or something with a capital are left out.
 */
export const NO_NAMES =
  words(`a an the my our its their your his this that these those there you we he she it they is are am was were do does did
have has had can could might must need should would what which who whose when where why how if unless while until
because since after before once as than so whether and or but though although however of in on at for to from with
without by about into during between under against among within despite except besides whenever wherever no not
please kindly thanks thank hello hi sorry excuse ok okay well some many much most all each every both either neither
explain describe tell give show write summarize summarise translate compare calculate convert suggest recommend
rewrite rephrase shorten provide name`);

/** Before these a verb at the start of a sentence is a request and no name: "List the", "Make a". */
export const DETERMINERS = words("a an the my our this these all some any me us");
