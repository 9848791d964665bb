import type { ParsedText } from "../parse.ts";
import { isContent } from "../terms.ts";
import type { Rule } from "./rule.ts";

/** Words that point at an earlier turn. */
const POINTING_BACK =
  /\b(?:again|i meant|your (?:answer|code|reply|response)|above|previous(?! (?:release|version|commit|day|night|year|month|week|owner|employer|job|state|value|row|page|tenant|marriage|element|node|season|generation)s?\b)|previously|earlier|mentioned|(?:first|second|third|last|next|other) (?:step|point|part|question|answer|one|option|paragraph|sentence|item|example|section|half|row|line|version|suggestion|idea)|same (?:thing|again|as|error|problem|result|issue)|do the same|another one|you (?:said|wrote|gave|suggested|told)|your (?:last|previous|answer|first|second)|go on|continue|instead(?! of)|next (?:two|three|four|five|\d+))\b/;

/** In a text of a few words: more of something that was there before, or a change to it. */
const WANTS_MORE =
  /\b(?:another|more|else|further|elaborate|expand|shorter|longer|simpler|clearer|in other words|rephrase|your)\b|\bthe (?:code|answer|list|table|text|essay|email|letter|poem|story|example|script|output|result|error)\b/;

/** It says so itself: "do it again", "the second option", "and in Rust?". */
function refersBack(text: ParsedText): boolean {
  const prose = text.parts.prose.toLowerCase();
  const payload =
    text.parts.code.length + text.parts.quotes.length > 0 || text.parts.subject !== undefined;
  if (/^\s*(?:and|but|or|also|now|then|no|yes|what about|how about|so what)\b/.test(prose))
    return true;
  return !payload && POINTING_BACK.test(prose);
}

/**
 * A text that leans on what was said before means whatever that was. With the same earlier turns an equal
 * wording is an exact hit anyway; another wording is not worth the risk.
 */
function isFollowUp(text: ParsedText): boolean {
  const prose = text.parts.prose.toLowerCase();
  const payload =
    text.parts.code.length + text.parts.quotes.length > 0 || text.parts.subject !== undefined;
  const content = text.terms.filter((term) => isContent(term) && term.kind !== "payload").length;
  if (refersBack(text)) return true;
  if (payload) return false;
  // "Give me another example", "tell me more", "shorter, please".
  if (content <= 3 && !text.terms.some((term) => term.kind === "name") && WANTS_MORE.test(prose))
    return true;
  // A pointer with hardly anything to point at: "Are you sure about that?", "Make it shorter."
  if (text.pointsBack) return content <= 4 || /^\s*(?:that|this|these|those|they)\b/.test(prose);
  return text.vaguePointer && content <= 2;
}

export const followUp: Rule = {
  name: "follow_up",
  allows: ({ a, b }) => !isFollowUp(a) && !isFollowUp(b),
};
