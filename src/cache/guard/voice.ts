import { BE, CONNECTORS, PREPOSITIONS, SUBORDINATORS } from "./data/classes.ts";
import { inflection } from "./inflection.ts";
import { isBreak, type Token } from "./token.ts";

/** Participles that look like the verb itself: right behind "be" there is no doubt. */
const SAME_FORM = new Set("set put cut read hit shut spread split cast shed reset".split(" "));
const MAX_PHRASE = 9;

export function isParticiple(token: Token | undefined): boolean {
  if (token?.kind !== "word") return false;
  const { form } = inflection(token.text);
  return form === "ed" || form === "participle";
}

/** Where a noun phrase cannot reach across. */
const isEdge = (token: Token | undefined): boolean =>
  token === undefined ||
  isBreak(token) ||
  token.kind === "mark" ||
  (token.kind === "word" &&
    (CONNECTORS.has(token.text) ||
      SUBORDINATORS.has(token.text) ||
      /^(?:that|which|who)$/.test(token.text)));

/**
 * Brings passive clauses into the order of the active voice: "was Paris liberated by the Allies" and
 * "did the Allies liberate Paris" both read "the Allies … Paris". Without an agent the object goes
 * behind its verb, as after "how do I". What it does not recognise it leaves in place; then the
 * order differs and the pair is refused.
 */
export function toActive(tokens: readonly Token[]): Token[] {
  let out = [...tokens];
  for (let at = 0; at < out.length; at += 1) {
    const token = out[at];
    const helps = token?.kind === "word" && (BE.has(token.text) || token.text === "got");
    if (helps) out = turn(out, at) ?? out;
  }
  return out;
}

function turn(tokens: readonly Token[], be: number): Token[] | undefined {
  // "is not allowed", "are usually kept": one word may stand between.
  const skip = /^(?:not|also|usually|always|never|\w+ly)$/.test(tokens[be + 1]?.text ?? "") ? 2 : 1;
  if (isParticiple(tokens[be + skip]) || SAME_FORM.has(tokens[be + skip]?.text ?? "")) {
    // "my phone has been hacked": the helping verb before "been" belongs to the verb.
    let helper = be;
    while (
      isHelper(tokens[helper - 1]) &&
      (isHelper(tokens[helper - 2]) || !isEdge(tokens[helper - 2]))
    ) {
      helper -= 1;
    }
    let start = helper;
    while (start > 0 && helper - start < MAX_PHRASE && !isEdge(tokens[start - 1])) start -= 1;
    // "What temperature a fridge should be set to": the subject begins at its article.
    const article = tokens.findIndex(
      (token, place) => place > start && place < helper && isArticle(token),
    );
    if (article > 0 && tokens[start - 1]?.kind === "mark") start = article;
    const asked =
      tokens[start - 1]?.kind === "mark" &&
      /^<(?:what|who|how_many|how_much)>$/.test(tokens[start - 1]?.text ?? "");
    if (
      asked &&
      /^(?:recommended|advised|preferred|suggested|permitted)$/.test(tokens[be + 1]?.text ?? "")
    ) {
      // "What pressure is recommended" as "what is the recommended pressure".
      return [
        ...tokens.slice(0, start),
        ...tokens.slice(be, be + 2),
        ...tokens.slice(start, be),
        ...tokens.slice(be + 2),
      ];
    }
    return rebuild(tokens, {
      start: asked ? helper : start,
      nounEnd: helper,
      verb: be + 1,
      verbEnd: be + skip + 1,
    });
  }
  if (be > 0 && !isEdge(tokens[be - 1])) return undefined;
  for (let at = be + 2; at < Math.min(tokens.length, be + MAX_PHRASE); at += 1) {
    if (isEdge(tokens[at]) || isEdge(tokens[be + 1])) return undefined;
    if (
      isParticiple(tokens[at]) &&
      !/^(?:the|a|an|my|our|your)$/.test(tokens[at - 1]?.text ?? "")
    ) {
      return rebuild(tokens, {
        start: be,
        nounStart: be + 1,
        nounEnd: at,
        verb: at,
        verbEnd: at + 1,
      });
    }
  }
  return undefined;
}

/** "should not" before "be", "has" before "been": parts of the verb, not of its subject. */
const isHelper = (token: Token | undefined): boolean =>
  token !== undefined &&
  (/^(?:have|has|had|not)$/.test(token.text) ||
    /^<(?:can|may|might|must|need|should|will|allowed)>$/.test(token.text));

/** "Stored by default", "made by hand": nobody who does it. */
const NO_AGENT = new Set(
  "default mistake accident hand law email mail phone car train bus plane boat number chance".split(
    " ",
  ),
);

function rebuild(
  tokens: readonly Token[],
  place: { start: number; nounStart?: number; nounEnd: number; verb: number; verbEnd: number },
): Token[] {
  const noun = tokens.slice(place.nounStart ?? place.start, place.nounEnd);
  const verb = tokens.slice(place.verb, place.verbEnd);
  let rest = tokens.slice(place.verbEnd);
  let agent: readonly Token[] = [];
  const by = rest.findIndex((token) => isBreak(token) || token.text === "by");
  if (
    by >= 0 &&
    rest[by]?.text === "by" &&
    !NO_AGENT.has(rest[by + 1]?.text ?? "") &&
    inflection(rest[by + 1]?.text ?? "").form !== "ing"
  ) {
    let end = by + 1;
    while (
      end < rest.length &&
      (!isEdge(rest[end]) || isAsked(rest[end])) &&
      !isPreposition(rest[end])
    )
      end += 1;
    agent = rest.slice(by + 1, end);
    rest = [...rest.slice(0, by), ...rest.slice(end)];
  }
  const helped = place.nounStart === undefined ? place.nounEnd : place.start;
  const be = tokens.slice(helped, place.nounStart ?? place.verb);
  return [...tokens.slice(0, place.start), ...be, ...agent, ...verb, ...noun, ...rest];
}

const isArticle = (token: Token): boolean =>
  token.kind === "word" && /^(?:the|a|an|my|our|your)$/.test(token.text);

/** "Bought by which company". */
const isAsked = (token: Token | undefined): boolean =>
  token?.text === "<what>" || token?.text === "<who>";

const isPreposition = (token: Token | undefined): boolean =>
  token?.kind === "word" && PREPOSITIONS.has(token.text);
