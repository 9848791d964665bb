/** A reader of llama.cpp's grammar notation, as far as the engine writes it; nothing of the engine. */
type Item =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "class"; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: "rule"; readonly name: string };
type Rules = ReadonlyMap<string, readonly (readonly Item[])[]>;

const ITEM = /\s*(?:"((?:[^"\\]|\\.)*)"|\[((?:[^\]\\]|\\.)*)\]|([a-z][a-z0-9]*)|(\|))/y;
const UNIT = /\\x([0-9A-F]{2})|\\u([0-9A-F]{4})|\\U([0-9A-F]{8})|\\(.)|(.)/gsu;

/** @throws when a line is written otherwise, or a rule is missing. */
export function readGbnf(text: string): Rules {
  const rules = new Map<string, Item[][]>();
  for (const line of text.trimEnd().split("\n")) {
    const [name = "", body = ""] = line.split(/ ::= (.*)/s);
    if (rules.has(name)) throw new Error(`twice: ${name}`);
    rules.set(name, readAlternatives(body));
  }
  const used = [...rules.values()]
    .flat(2)
    .flatMap((item) => (item.kind === "rule" ? item.name : []));
  for (const name of ["root", ...used]) if (!rules.has(name)) throw new Error(`missing: ${name}`);
  return rules;
}

function readAlternatives(body: string): Item[][] {
  const alternatives: Item[][] = [[]];
  ITEM.lastIndex = 0;
  while (ITEM.lastIndex < body.length) {
    const at = ITEM.lastIndex;
    const found = ITEM.exec(body);
    if (!found) throw new Error(`cannot read ${body.slice(at)}`);
    const [, text, characters, name, bar] = found;
    if (bar !== undefined) alternatives.push([]);
    else if (name !== undefined) alternatives.at(-1)?.push({ kind: "rule", name });
    else if (text !== undefined) {
      const codes = units(text).map(({ code }) => code);
      alternatives.at(-1)?.push({ kind: "text", text: String.fromCodePoint(...codes) });
    } else alternatives.at(-1)?.push({ kind: "class", ranges: readRanges(characters ?? "") });
  }
  return alternatives;
}

function units(text: string): { code: number; dash: boolean }[] {
  return [...text.matchAll(UNIT)].map(([, x, u, U, escaped, plain]) => {
    const hex = x ?? u ?? U;
    const letter = escaped === "n" ? "\n" : (escaped ?? plain ?? "");
    const code = hex === undefined ? (letter.codePointAt(0) ?? 0) : Number.parseInt(hex, 16);
    return { code, dash: plain === "-" };
  });
}

function readRanges(text: string): [number, number][] {
  const all = units(text);
  const ranges: [number, number][] = [];
  for (let at = 0; at < all.length; at += 1) {
    const first = all[at]?.code ?? 0;
    const to = all[at + 1]?.dash ? all[at + 2] : undefined;
    ranges.push([first, to?.code ?? first]);
    if (to) at += 2;
  }
  return ranges;
}

/** Whether the grammar describes the whole text. */
export function matchesGbnf(rules: Rules, text: string): boolean {
  const chars = Array.from(text);
  const known = new Map<string, Set<number>>();
  const afterItem = (item: Item, at: number): Iterable<number> => {
    if (item.kind === "rule") return afterRule(item.name, at);
    if (item.kind === "class") return inRanges(item.ranges, chars[at]) ? [at + 1] : [];
    const expected = Array.from(item.text);
    return expected.every((char, index) => chars[at + index] === char)
      ? [at + expected.length]
      : [];
  };
  const afterRule = (name: string, at: number): Set<number> => {
    const key = `${name} ${at}`;
    const found = known.get(key);
    if (found) return found;
    const ends = new Set<number>();
    known.set(key, ends);
    for (const sequence of rules.get(name) ?? []) {
      let places = new Set([at]);
      for (const item of sequence) {
        places = new Set([...places].flatMap((place) => [...afterItem(item, place)]));
      }
      for (const end of places) ends.add(end);
    }
    return ends;
  };
  return afterRule("root", 0).has(chars.length);
}

function inRanges(ranges: readonly (readonly [number, number])[], char: string | undefined) {
  const code = char?.codePointAt(0);
  return code !== undefined && ranges.some(([first, last]) => first <= code && code <= last);
}

/** Makes random texts of a grammar; each comes to its end soon once it is `size` steps long. */
export function textMaker(rules: Rules, random: () => number) {
  const shortest = shortestWays(rules);
  const pick = <T>(items: readonly T[]): T | undefined =>
    items[Math.floor(random() * items.length)];
  return (size: number): string => {
    let text = "";
    const open: Item[] = [{ kind: "rule", name: "root" }];
    for (let steps = 0; open.length > 0; steps += 1) {
      const item = open.pop();
      if (item?.kind === "text") text += item.text;
      if (item?.kind === "class") text += pickChar(pick(item.ranges), random);
      if (item?.kind !== "rule") continue;
      const some = (steps < size ? rules : shortest).get(item.name) ?? [];
      open.push(...(pick(some) ?? []).toReversed());
    }
    return text;
  };
}

/** Of each rule the alternatives that come to an end in the fewest steps. */
function shortestWays(rules: Rules): Rules {
  const depths = finishDepths(rules);
  const depthOf = (sequence: readonly Item[]) =>
    Math.max(
      0,
      ...sequence.map((item) => (item.kind === "rule" ? (depths.get(item.name) ?? 0) : 0)),
    );
  return new Map(
    [...rules].map(([name, alternatives]) => {
      const least = Math.min(...alternatives.map(depthOf));
      return [name, alternatives.filter((sequence) => depthOf(sequence) === least)];
    }),
  );
}

/** Mostly one of the first characters of a range, so that what is rare is met, too. */
function pickChar(range: readonly [number, number] | undefined, random: () => number): string {
  const [first, last] = range ?? [0, 0];
  const width = Math.min(last - first + 1, random() < 0.1 ? 0x10ffff : 100);
  return String.fromCodePoint(first + Math.floor(random() * width));
}

function finishDepths(rules: Rules): Map<string, number> {
  const depths = new Map<string, number>();
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, alternatives] of rules) {
      const found = alternatives.map((sequence) =>
        Math.max(
          0,
          ...sequence.map((item) =>
            item.kind === "rule" ? (depths.get(item.name) ?? Infinity) : 0,
          ),
        ),
      );
      const depth = 1 + Math.min(...found);
      if (depth >= (depths.get(name) ?? Infinity)) continue;
      depths.set(name, depth);
      changed = true;
    }
  }
  return depths;
}
