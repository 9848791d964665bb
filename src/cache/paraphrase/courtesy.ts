import { AUXILIARY, QUESTION_WORDS } from "./data/function-words.ts";
import { REQUEST } from "./data/requests.ts";
import { directQuestion } from "./indirect-question.ts";

const choice = (words: Iterable<string>): string => `(?:${[...words].join("|")})`;
/** "Tell me when it rains" is a request for later. */
const WH = choice([...QUESTION_WORDS].filter((word) => word !== "when"));

const GREETING = new RegExp(
  `^(?:hello|hi|hey)(?: there)?, (?=${choice([...QUESTION_WORDS, ...AUXILIARY, ...REQUEST, "please", "I"])} )`,
);
/** "Can you make a cake without eggs" asks whether one can; with "please" it is a request. */
const PLEASE = new RegExp(
  `^(?:please(?:,? (?:can|could|would|will) you)?|(?:can|could|would|will) you please|kindly),? ` +
    `(?=${choice([...REQUEST, ...QUESTION_WORDS])} )`,
);
const TELLING = new RegExp(
  `^(?:(?:can|could) you )?(?:tell me|explain(?: to me)?|help me (?:to )?understand) (?=${WH} )`,
);
/** Before another question these say what the asker does not know. */
const WONDERING = new RegExp(
  `^I (?:(?:would (?:like|love)|(?:just |really )?(?:want|wanted|need)) to (?:know|understand)|` +
    `(?:was|am) (?:just )?(?:wondering|curious)|wonder) (?=${WH} )`,
);
const THANKS =
  /^(?:Many thanks|Thanks(?: a lot| so much)?|Thank you(?: so much| very much)?)(?: in advance)?\.?$/;
/** The thanks may be what is meant: "How do I embroider this? Thank you.", "Who sings the song? Thank you." */
const POINTS_ON =
  /\b(?:this|that|these|those|it|following|below|here|songs?|albums?|films?|books?|sings?|sang|called|named)\b/i;

/** The sentences of a text without thanks behind its only question. */
export function withoutThanks(sentences: readonly string[]): readonly string[] {
  const [question = "", thanks = ""] = sentences;
  const isOnlyThanks =
    sentences.length === 2 &&
    question.endsWith("?") &&
    THANKS.test(thanks) &&
    !POINTS_ON.test(question);
  return isOnlyThanks ? [question] : sentences;
}

/** What is asked for, without the courtesy in front of it. `isOnly`: the text is this one sentence. */
export function withoutCourtesy(sentence: string, isOnly: boolean): string {
  const bare = sentence.replace(GREETING, "").replace(PLEASE, "");
  const opener = (TELLING.exec(bare) ?? (isOnly ? WONDERING.exec(bare) : undefined))?.[0] ?? "";
  if (opener === "") return bare;
  return directQuestion(bare.slice(opener.length)) ?? bare;
}
