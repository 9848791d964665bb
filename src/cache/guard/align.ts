import { DOUBLE_MEANING } from "./data/classes.ts";
import type { Reading } from "./reading.ts";
import type { Unit } from "./units.ts";

/** Two units, one of each text, that say the same. */
export type Pair = { readonly a: Unit; readonly b: Unit };

/** Which units of two texts say the same, and what is left over on either side. */
export type Alignment = {
  readonly pairs: readonly Pair[];
  readonly onlyA: readonly Unit[];
  readonly onlyB: readonly Unit[];
  /** For each unit of `a` in order: the place of its partner among the units of `b`. */
  readonly places: ReadonlyMap<Unit, number>;
  /** Units that stand as "kitchen tap" in one text and as "tap in the kitchen" in the other. */
  readonly modifiers: ReadonlySet<Unit>;
};

/** "May I", "am I allowed to"; "can I" may ask for a skill. */
const PERMITS = new Set(["<may>", "<allowed>"]);
/** "Do I need to", "must I"; "should I" asks for advice. */
const NEEDED = new Set(["<must>", "<need>"]);

/**
 * "What are the causes" may be asked as "list the causes" or "explain the causes"; those two differ, and
 * "name a noble gas" does not ask what a noble gas is.
 */
function sameTask(x: string, y: string): boolean {
  if (x === "<what>") return y === "<list>" || y === "<explain>" || y === "<define>";
  return x === "<define>" && y === "<explain>";
}

/** "Go" and "rust" are written small by many who mean the language; the other words of two meanings are not. */
export const RENAMED = new Set(
  [...DOUBLE_MEANING].filter((text) => !/^(?:go|rust|swift)$/.test(text)),
);

function sameWord(a: Unit, b: Unit): boolean {
  if (a.kind === "mark" && b.kind === "mark" && a.text !== b.text) {
    if (PERMITS.has(a.text) && PERMITS.has(b.text)) return true;
    if (NEEDED.has(a.text) && NEEDED.has(b.text)) return true;
    return sameTask(a.text, b.text) || sameTask(b.text, a.text);
  }
  if (a.kind === "word" && b.kind === "word") {
    return a.keys.some((key) => b.keys.includes(key));
  }
  if (a.kind === "name" || b.kind === "name") {
    // A name may be written small by one of them; it is never inflected or replaced.
    const kinds = new Set([a.kind, b.kind]);
    if (kinds.size > 1 && RENAMED.has(a.text)) return false;
    return a.text === b.text && !kinds.has("code") && !kinds.has("number");
  }
  return a.kind === b.kind && a.text === b.text;
}

/** Pairs the units; of several candidates the one with the same preposition, form and neighbours. */
export function align(a: Reading, b: Reading): Alignment {
  const free = new Set(b.units);
  const partner = new Map<Unit, Unit>();
  const pass = (fits: (x: Unit, y: Unit) => boolean): void => {
    for (const unit of a.units) {
      if (partner.has(unit)) continue;
      for (const other of free) {
        if (fits(unit, other)) {
          partner.set(unit, other);
          free.delete(other);
          break;
        }
      }
    }
  };
  pass((x, y) => sameWord(x, y) && x.prep === y.prep && sameNeighbour(a, b, x, y));
  pass((x, y) => sameWord(x, y) && x.prep === y.prep);
  pass(sameWord);
  const place = new Map(b.units.map((unit, at) => [unit, at]));
  const pairs = [...partner].map(([x, y]) => ({ a: x, b: y }));
  return {
    pairs,
    onlyA: a.units.filter((unit) => !partner.has(unit)),
    onlyB: [...free],
    modifiers: modifiersOf(a, b, pairs),
    places: new Map(pairs.map((pair) => [pair.a, place.get(pair.b) ?? -1])),
  };
}

/** Prepositions of a noun that may stand in front as well: "tap in the kitchen", "invitation to a party". */
const MODIFIES = new Set(["of", "in", "on", "at", "for", "to", "about"]);
const MAX_NOUN = 4;
/** What is "for" something is named after it; fish sauce is not the sauce for a fish. */
const FOR_SOMETHING = new Set(
  "recipe plan tip idea template requirement license permit training checklist budget schedule guide list name course certificate interview application".split(
    " ",
  ),
);
/** "What does stress cause" is not "what is the cause of stress". */
const hasDo = ({ tokens }: Reading): boolean =>
  tokens.some(({ text }) => /^(?:do|does|did)$/.test(text));

/** A phrase behind a noun in one text whose words stand right in front of the same noun in the other. */
function modifiersOf(a: Reading, b: Reading, pairs: readonly Pair[]): ReadonlySet<Unit> {
  const found = new Set<Unit>();
  const partner = new Map<Unit, Unit>();
  for (const pair of pairs) partner.set(pair.a, pair.b).set(pair.b, pair.a);
  const collect = (one: Reading, two: Reading): void => {
    const [long, short] = [one.units, two.units];
    if (hasDo(two) && !hasDo(one)) return;
    for (const [at, unit] of long.entries()) {
      const other = partner.get(unit);
      const head = long[at - 1];
      if (other === undefined || head === undefined || !MODIFIES.has(unit.prep)) continue;
      if (other.prep !== "" || head.clause !== unit.clause) continue;
      let end = at + 1;
      while (end < long.length && !long[end]?.opens && long[end]?.clause === unit.clause) end += 1;
      // Only "of" takes a phrase of several words: "the price of a road bike", "road bike price".
      if (end > at + (unit.prep === "of" ? MAX_NOUN : 1)) continue;
      const place = short.indexOf(other);
      const together = long
        .slice(at, end)
        .every((word, i) => partner.get(word) === short[place + i]);
      const noun = short[place + end - at];
      if (!together || noun === undefined || noun.prep !== "" || noun.opens) continue;
      const heads = long.slice(Math.max(0, at - MAX_NOUN), at);
      const mine = partner.get(noun);
      if (mine === undefined || !heads.includes(mine)) continue;
      if (unit.prep === "for" && !mine.stems.some((stem) => FOR_SOMETHING.has(stem))) continue;
      found.add(unit).add(other);
    }
  };
  collect(a, b);
  collect(b, a);
  return found;
}

function sameNeighbour(a: Reading, b: Reading, x: Unit, y: Unit): boolean {
  const before = a.units[a.units.indexOf(x) - 1];
  const other = b.units[b.units.indexOf(y) - 1];
  if (before === undefined || other === undefined) return before === other;
  return sameWord(before, other);
}
