import { BE, CONNECTORS, PREPOSITIONS, SUBORDINATORS } from "./data/classes.ts";
import { inflection } from "./inflection.ts";
import { isBreak, type Token } from "./token.ts";

/** Said between two commas while thinking. */
const ASIDES = [
  "like",
  "you know",
  "um",
  "uh",
  "er",
  "erm",
  "hmm",
  "well",
  "i mean",
  "say",
  "you see",
  "i guess",
  "i suppose",
  "i think",
  "let us say",
  "you know what i mean",
  "if you will",
  "so to speak",
].map((text) => text.split(" "));

/** Of these, "kind of" is a hedge behind them; behind "what", "a" or an adjective it is a kind. */
const HEDGED = /^(?:i|we|you|they|it|been|always|feel|feels|seems|looks|gets|getting|just|<.*>)$/;

/** Takes off what people say without meaning it: "after, like, flying", "why do my muscles kind of ache". */
export function withoutHedges(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    const aside = token.kind === "pause" ? asideLength(tokens, at + 1) : 0;
    if (aside > 0) {
      at += aside;
      // The second comma stays where the first one may have closed a phrase.
      if (mustGoOn(out.at(-1))) at += 1;
    } else if (isHedge(tokens, at)) {
      if (!/^(?:kinda|sorta)$/.test(token.text)) at += 1;
    } else {
      out.push(token);
    }
  }
  return out;
}

function asideLength(tokens: readonly Token[], at: number): number {
  const found = ASIDES.find(
    (aside) =>
      aside.every((text, i) => tokens[at + i]?.text === text) &&
      tokens[at + aside.length]?.kind === "pause",
  );
  return found?.length ?? 0;
}

const mustGoOn = (token: Token | undefined): boolean =>
  token?.kind === "word" &&
  (PREPOSITIONS.has(token.text) ||
    SUBORDINATORS.has(token.text) ||
    CONNECTORS.has(token.text) ||
    BE.has(token.text));

function isHedge(tokens: readonly Token[], at: number): boolean {
  const text = tokens[at]?.text ?? "";
  const before = tokens[at - 1];
  if (/^(?:kinda|sorta)$/.test(text)) return true;
  if (!/^(?:kind|sort)$/.test(text) || tokens[at + 1]?.text !== "of") return false;
  if (before?.kind !== "word" || isBreak(tokens[at + 2])) return false;
  if (HEDGED.test(before.text) || BE.has(before.text)) return true;
  return inflection(before.text).form === "s" && !/^(?:these|those|its|various)$/.test(before.text);
}
