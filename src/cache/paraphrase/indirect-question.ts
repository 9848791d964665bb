import { AUXILIARY, DETERMINERS, PRONOUNS } from "./data/function-words.ts";
import { isParticiple } from "./data/participles.ts";

const choice = (words: Iterable<string>): string => `(?:${[...words].join("|")})`;
const THING = `${choice(DETERMINERS)} [A-Za-z-]+`;
const OF = `(?: of (?:${choice(DETERMINERS)} )?[A-Za-z-]+)*`;
/**
 * A question word, its subject, a form of "be" and the rest. Only a subject whose end is certain: "why the food
 * left is cold" is not "why the food is left cold", and "how tall trees are felled" has two readings by itself.
 */
const INDIRECT = new RegExp(
  `^(why|how|what|where|who) (${choice([...PRONOUNS, "I"])}|${THING}${OF}) (is|are|was|were)\\b(.*)$`,
);
/** With nothing behind the verb a subject may have two words: "what a race condition is". */
const INDIRECT_TO_THE_END = new RegExp(
  `^(what|where|who) (${THING} [A-Za-z-]+${OF}) (is|are|was|were)([.?]?)$`,
);

/**
 * The question behind "tell me", as it is asked directly: "why the sky is blue" is "why is the sky blue".
 * Undefined where it may be another question then: "tell me what cats can see" is not "what cats can see".
 */
export function directQuestion(clause: string): string | undefined {
  if (/^[a-z]+ (?:is|are|was|were) |^(?:how|what|where) to /.test(clause)) return clause;
  const words = clause.replaceAll(/[,.?]/g, "").split(" ");
  const helping = words.filter((word) => AUXILIARY.has(word));
  if (helping.length !== 1 || words.includes("not")) return undefined;
  const [, asked = "", subject = "", verb, rest = ""] =
    INDIRECT.exec(clause) ?? INDIRECT_TO_THE_END.exec(clause) ?? [];
  if (verb === undefined || subject.split(" ").some(isParticiple)) return undefined;
  return `${asked} ${verb} ${subject}${rest}`;
}
