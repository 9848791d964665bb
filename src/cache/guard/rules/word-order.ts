import type { Unit } from "../units.ts";
import type { Case, Rule } from "./rule.ts";

/** A unit in its place, with "the price of gold" read as "the gold price". */
type Placed = { readonly unit: Unit; readonly opens: boolean };

/**
 * The same words in another order: allowed only if whole phrases or clauses changed their places
 * ("In Python, how do I …"), never if words changed places inside a phrase ("man bites dog"), and
 * not if two phrases that begin alike could have swapped ("if it is 9 in Tokyo, what is it in Denver").
 */
export const wordOrder: Rule = {
  name: "word_order",
  // "The tyre pressure of a bike" is "the bike's tyre pressure", but "the first king of Spain" is
  // "the first Spanish king": the phrase goes before the whole noun or before its last word.
  allows: (texts) => isMoved(texts, { whole: true }) || isMoved(texts, { whole: false }),
};

type Compounding = { readonly whole: boolean };

function isMoved({ a, b, alignment }: Case, how: Compounding): boolean {
  const partner = new Map(alignment.pairs.map((pair) => [pair.b, pair.a]));
  const paired = new Set(alignment.pairs.map((pair) => pair.a));
  const { modifiers } = alignment;
  const mine = compounds(
    a.units.filter((unit) => !unit.free && paired.has(unit)),
    modifiers,
    how,
  );
  const theirs = compounds(
    b.units.filter((unit) => !unit.free && partner.has(unit)),
    modifiers,
    how,
  );
  const place = new Map(mine.map(({ unit }, at) => [unit, at]));
  const order = theirs.map(({ unit }) => place.get(partner.get(unit) ?? unit) ?? -1);
  if (!isOneMove(order)) return false;
  const cuts = order.flatMap((here, at) => (here === (order[at - 1] ?? -1) + 1 ? [] : [at]));
  if (cuts.length === 0) return true;
  const atPhrases = cuts.every((at) => {
    const here = order[at] ?? 0;
    // What followed the moved block in `a` begins a phrase there, too.
    const next = mine[(order[at - 1] ?? -1) + 1];
    const opensNext = next === undefined || next.opens || isInPhrase(mine, next);
    return opensNext && meetsAt(theirs, at, mine, here);
  });
  return atPhrases && !couldHaveSwapped(mine, theirs, partner);
}

/** One run of words was taken out and put back elsewhere; all others kept their order. */
function isOneMove(order: readonly number[]): boolean {
  const from = order.findIndex((place, at) => place !== at);
  if (from < 0) return true;
  const to = order.findLastIndex((place, at) => place !== at);
  const cut = order[from] ?? 0;
  return order.slice(from, to + 1).every((place, at) => {
    const rotated = cut + at;
    return place === (rotated > to ? rotated - (to + 1 - from) : rotated);
  });
}

/** A border in one text, and at least the possible end of a prepositional phrase in the other. */
function meetsAt(
  theirs: readonly Placed[],
  at: number,
  mine: readonly Placed[],
  here: number,
): boolean {
  const x = theirs[at];
  const y = mine[here];
  if (x === undefined || y === undefined) return false;
  return (x.opens && (y.opens || isInPhrase(mine, y))) || (y.opens && isInPhrase(theirs, x));
}

/** Behind the first word of a phrase such as "in Python", where the phrase may have ended. */
function isInPhrase(placed: readonly Placed[], one: Placed): boolean {
  if (one.opens) return false;
  let at = placed.indexOf(one);
  while (at > 0 && !placed[at]?.opens) at -= 1;
  const first = placed[at]?.unit;
  return first !== undefined && first.prep !== "" && !first.possessive;
}

const CONTAINERS = new Set(
  "glass cup bottle box bag bowl can jar plate pack packet pair piece slice bunch tin mug pot bucket basket tube barrel".split(
    " ",
  ),
);

/** Puts an of-phrase in front of its noun: "population of Peru" and "Peru's population" are one order. */
function compounds(
  units: readonly Unit[],
  modifiers: ReadonlySet<Unit>,
  { whole }: Compounding,
): readonly Placed[] {
  const out: Placed[] = units.map((unit) => ({ unit, opens: unit.opens }));
  for (let at = out.length - 1; at > 0; at -= 1) {
    const head = out[at - 1];
    const first = out[at];
    const modifies = first !== undefined && first.unit.prep !== "" && modifiers.has(first.unit);
    if (first === undefined || head === undefined || !(first.unit.prep === "of" || modifies))
      continue;
    if (head.unit.clause !== first.unit.clause) continue;
    // "A glass of wine" is no wine glass.
    if (head.unit.stems.some((stem) => CONTAINERS.has(stem))) continue;
    if (head.unit.free || isPossessor(first.unit, units)) continue;
    // "the tyre pressure of a bike": the article shows where the noun begins.
    let start = at - 1;
    while (start > 0 && !out[start]?.opens && out[start]?.unit.article === "" && at - start < 4)
      start -= 1;
    if (!whole || modifies || out[start]?.unit.article === "") start = at - 1;
    const opens = out[start]?.opens ?? false;
    let end = at + 1;
    while (end < out.length && !out[end]?.opens) end += 1;
    const phrase = out.slice(at, end).map((placed, i) => (i === 0 ? { ...placed, opens } : placed));
    const heads = out.slice(start, at).map(({ unit }) => ({ unit, opens: false }));
    out.splice(start, end - start, ...phrase, ...heads);
    // "The capital of the state of Texas": the whole phrase goes in front of "capital" next.
    if (heads[0]?.unit.prep !== "of") at = start;
  }
  return out;
}

/** "Peru's" stands in front of its noun already. */
const isPossessor = (unit: Unit, units: readonly Unit[]): boolean =>
  unit.possessive && units.includes(unit);

/**
 * Two phrases with the same preposition ("in Tokyo", "in Denver") belong to what stands before them; if
 * the order changed at all, that must be the same in both texts.
 */
function couldHaveSwapped(
  mine: readonly Placed[],
  theirs: readonly Placed[],
  partner: ReadonlyMap<Unit, Unit>,
): boolean {
  const heads = mine.filter(({ unit, opens }) => opens && unit.prep !== "");
  const counts = new Map<string, number>();
  for (const { unit } of heads) counts.set(unit.prep, (counts.get(unit.prep) ?? 0) + 1);
  return heads.some(({ unit }) => {
    if ((counts.get(unit.prep) ?? 0) < 2) return false;
    if (areTogether(mine, unit.prep) && areTogether(theirs, unit.prep)) return false;
    const before = mine[mine.findIndex((placed) => placed.unit === unit) - 1]?.unit;
    const at = theirs.findIndex((placed) => partner.get(placed.unit) === unit);
    const other = theirs[at - 1]?.unit;
    return before !== (other === undefined ? undefined : partner.get(other));
  });
}

/** "In a restaurant in France": nothing stands between the phrases that another could belong to. */
function areTogether(placed: readonly Placed[], prep: string): boolean {
  const first = placed.findIndex(({ unit, opens }) => opens && unit.prep === prep);
  const last = placed.findLastIndex(({ unit, opens }) => opens && unit.prep === prep);
  return placed.slice(first, last).every(({ unit, opens }) => !opens || unit.prep === prep);
}
