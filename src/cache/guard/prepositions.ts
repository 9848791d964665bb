import { LANGUAGES, MEDIUM, MONTHS_AND_DAYS } from "./data/classes.ts";
import type { Alignment } from "./align.ts";
import type { Reading } from "./reading.ts";
import type { Unit } from "./units.ts";

/** Small words that a writer may choose between in front of the same word. */
export function samePreposition(
  a: Unit,
  b: Unit,
  texts: { readonly a: Reading; readonly b: Reading; readonly alignment: Alignment },
): boolean {
  if (a.prep === b.prep || texts.alignment.modifiers.has(a)) return true;
  const both = new Set([a.prep, b.prep]);
  // "If", "when" and "whether" open the same clause; "if I weigh 70 kg" may be a sentence of its own.
  if (IF.has(a.prep) && IF.has(b.prep)) return true;
  if (both.has("if_i") && both.has("")) return a.opens && b.opens;
  // "Stop it from fogging up", "stop it fogging up".
  if (both.has("from") && both.has("") && a.form === "ing" && b.form === "ing") return true;
  // "to end a debate" and "end a debate": the infinitive. A noun behind "to" is a place to go to.
  if (both.has("") && both.has("to") && isVerbAtStart(a.prep === "to" ? b : a)) {
    return sameBefore(texts, a, b);
  }
  if (both.has("to") && both.has("into")) return LANGUAGES.has(a.text);
  // "A way of getting", "a way to get"; "a regex for checking", "a regex that checks".
  const gerund = (a.form === "ing") !== (b.form === "ing");
  if (gerund && both.has("") && both.has("to")) return true;
  if (gerund && both.has("of") && both.has("to")) return true;
  if (gerund && both.has("for") && both.has("")) return a.opens && b.opens;
  // "ingredients needed to make", "ingredients needed for making".
  if (both.has("for") && both.has("to") && (a.form === "ing") !== (b.form === "ing")) return true;
  const medium = ["in", "on", "with"];
  if (medium.includes(a.prep) && medium.includes(b.prep) && MEDIUM.has(a.text)) return true;
  if (both.has("having")) return [...both].every((prep) => WITH_WHAT_I_HAVE.has(prep));
  if (both.has("about") && both.has("on")) {
    return followsTopic(texts.a, a) && followsTopic(texts.b, b);
  }
  if (both.has("during") && both.has("in")) return MONTHS_AND_DAYS.has(a.text) || a.kind === "name";
  if (both.has("under") && both.has("on")) return MEDIUM.has(a.text);
  // "The capital of Peru", "the cities in Peru"; and a possessive in front of another preposition.
  // "TCP and UDP: what is the difference between them" – the preposition went to the pronoun.
  if (a.prep === "" && texts.a.pointed.includes(b.prep)) return a.opens;
  if (b.prep === "" && texts.b.pointed.includes(a.prep)) return b.opens;
  if (both.has("") && both.has("on")) return MONTHS_AND_DAYS.has(a.text);
  // "In WhatsApp", "on WhatsApp", "at WhatsApp"; but in a box is not on a box.
  if (PLACE.has(a.prep) && PLACE.has(b.prep)) {
    return (a.kind === "name" || b.kind === "name") && onlyOne(texts, both);
  }
  return false;
}

const IF = new Set(["if", "when", "whether", "if_i"]);

/** "I have a job interview. What …" and "what … to a job interview". */
const WITH_WHAT_I_HAVE = new Set(["having", "", "with", "for", "at", "to", "in", "on", "of"]);

/** "To Bob for Alice" and "to Alice for Bob": with two such phrases the prepositions tell them apart. */
function onlyOne(
  { a, b }: { readonly a: Reading; readonly b: Reading },
  preps: ReadonlySet<string>,
): boolean {
  return [a, b].every((text) => text.units.filter((unit) => preps.has(unit.prep)).length === 1);
}

/** "A book on Rome", "a book about Rome". */
const TOPICAL = new Set(
  "book article essay advice tip information info lecture speech poem haiku report post podcast video course quiz talk paper presentation blog note documentary history".split(
    " ",
  ),
);
function followsTopic(text: Reading, unit: Unit): boolean {
  const before = text.units[text.units.indexOf(unit) - 1];
  return before?.stems.some((stem) => TOPICAL.has(stem)) ?? false;
}

const PLACE = new Set(["in", "on", "at"]);

/** The same word of content stands in front of both. */
function sameBefore(
  { a, b, alignment }: { readonly a: Reading; readonly b: Reading; readonly alignment: Alignment },
  x: Unit,
  y: Unit,
): boolean {
  const before = (units: readonly Unit[], unit: Unit): Unit | undefined =>
    units.slice(0, units.indexOf(unit)).findLast((other) => !other.free);
  const mine = before(a.units, x);
  const theirs = before(b.units, y);
  if (mine === undefined || theirs === undefined) return true;
  return alignment.pairs.some((pair) => pair.a === mine && pair.b === theirs);
}

/** Where an infinitive would be used as a verb: at the start of what it is asked for. */
const isVerbAtStart = (unit: Unit): boolean =>
  unit.opens && unit.kind === "word" && unit.article === "";
