import { align } from "./align.ts";
import { contextOf } from "./data/apart.ts";
import { MEDIUM } from "./data/classes.ts";
import type { Reading } from "./reading.ts";
import type { Case } from "./rules/rule.ts";
import type { Unit } from "./units.ts";

/** Brings two readings to a common form, each in the light of the other, and aligns them. */
export function compare(asked: Reading, cached: Reading): Case {
  const x = toldApart(joined(asked, cached), cached);
  const y = toldApart(joined(cached, asked), asked);
  const free = mayMove(x, y);
  const a = free ? withFreeMedium(x) : x;
  const b = free ? withFreeMedium(y) : y;
  return { a, b, alignment: align(a, b) };
}

/** Names of languages and programs that are everyday words when written small. */
const PLAIN_WORD = new Set(
  "go rust ruby c r swift word node excel outlook slack notion terminal safari chrome edge".split(
    " ",
  ),
);
const isMedium = (unit: Unit): boolean =>
  MEDIUM.has(unit.text) && (unit.kind === "name" || !PLAIN_WORD.has(unit.text));
const isPlaced = (unit: Unit): boolean => /^(?:in|on|with)$/.test(unit.prep);

/**
 * "A Python script" and "a script in Python": the one language or platform of a text may stand in either
 * place. Not where it does something or something is done to it: "which tools does Python use".
 */
function mayMove(a: Reading, b: Reading): boolean {
  const places = [a, b].map((text) => {
    const media = text.units.filter(isMedium);
    const [medium] = media;
    if (medium === undefined || media.length > 1) return "no";
    const next = text.units[text.units.indexOf(medium) + 1];
    if (isPlaced(medium)) return "placed";
    const modifies = next !== undefined && !next.opens && next.form !== "ing" && !next.free;
    return medium.prep === "" && modifies ? "modifies" : "no";
  });
  return !places.includes("no") && places.includes("placed");
}

function withFreeMedium(text: Reading): Reading {
  const at = text.units.findIndex(isMedium);
  const medium = text.units[at];
  const units = text.units.map((unit, i) => {
    if (i === at) return { ...unit, prep: "", free: true };
    // What a medium stood in front of begins the phrase in its place.
    return i === at + 1 && medium?.opens ? { ...unit, opens: true } : unit;
  });
  return { ...text, units };
}

/**
 * "Rename price to cost": where one text tells two synonyms apart, they are not the same in either.
 */
function toldApart(text: Reading, other: Reading): Reading {
  const groups = new Set([text, other].flatMap((one) => [...doubled(one), ...parted(one)]));
  if (groups.size === 0) return text;
  const units = text.units.map((unit) =>
    unit.keys.some((key) => groups.has(key)) ? { ...unit, keys: unit.stems } : unit,
  );
  return { ...text, units };
}

/** Synonym groups that another word of the text keeps apart. */
function parted(text: Reading): readonly string[] {
  const said = text.units.flatMap(({ stems }) => stems);
  return text.units.flatMap(({ kind, keys }) =>
    kind === "word" ? keys.filter((key) => intersects(said, contextOf(key))) : [],
  );
}
const intersects = (said: readonly string[], context: ReadonlySet<string> | undefined): boolean =>
  context !== undefined && said.some((text) => context.has(text));

/** Synonym groups of which the text uses more than one word. */
function doubled(text: Reading): readonly string[] {
  const said = new Map<string, Unit>();
  const out: string[] = [];
  for (const unit of text.units) {
    for (const key of unit.kind === "word" ? unit.keys : []) {
      const before = said.get(key);
      if (before && !before.stems.some((stem) => unit.stems.includes(stem))) out.push(key);
      said.set(key, unit);
    }
  }
  return out;
}

/** "Team building" as "teambuilding" where the other text writes it so; nothing else is joined. */
function joined(text: Reading, other: Reading): Reading {
  const long = new Set(other.units.filter((unit) => unit.kind === "word").map((unit) => unit.text));
  const units: Unit[] = [];
  for (const unit of text.units) {
    const last = units.at(-1);
    const both = `${last?.text}${unit.text}`;
    if (last?.kind === "word" && unit.kind === "word" && !unit.opens && long.has(both)) {
      units[units.length - 1] = {
        ...last,
        text: both,
        keys: [both],
        stems: [both],
        form: unit.form,
      };
    } else {
      units.push(unit);
    }
  }
  return units.length === text.units.length ? text : { ...text, units };
}
