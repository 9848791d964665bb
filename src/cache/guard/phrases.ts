import { DO } from "./data/function-words.ts";
import { isBreak, type Token } from "./token.ts";

/**
 * A small language for wording: `pattern => replacement`.
 *
 * In a pattern `a/b` is a choice, `a?` may be absent, `^` stands for the start and `$` for the end of a
 * clause, `^^` and `$$` for those of a sentence, `.` for a word and `...` for one to eight words that are
 * kept, `&LIST` looks ahead for a word of a list without taking it, `!a/b` refuses if the next word is one of
 * these. In a replacement `<x>` is a question form, and `...` puts the kept words back in their order.
 */
type Slot =
  | { readonly kind: "words"; readonly options: ReadonlySet<string>; readonly optional: boolean }
  | { readonly kind: "gap"; readonly atMost: number }
  | { readonly kind: "start" | "sentence" | "end" | "close" }
  | { readonly kind: "ahead" | "not"; readonly options: ReadonlySet<string> };

type Phrase = { readonly slots: readonly Slot[]; readonly replacement: readonly string[] };

/** Named word lists for `&LIST`. */
export type Lists = Readonly<Record<string, ReadonlySet<string>>>;

const MAX_GAP = 8;

/** Phrases by the first word they may begin with, so that most positions try only a few. */
export class PhraseBook {
  readonly #byFirst = new Map<string, Phrase[]>();

  constructor(source: string, lists: Lists) {
    for (const line of source.split("\n")) {
      const text = line.replace(/#.*$/, "").trim();
      if (text !== "") this.#add(text, lists);
    }
  }

  #add(line: string, lists: Lists): void {
    const [pattern, replacement] = line.split("=>");
    if (pattern === undefined || replacement === undefined) throw new Error(`no arrow in: ${line}`);
    const slots = pattern
      .trim()
      .split(/\s+/)
      .map((text) => parseSlot(text, lists));
    const phrase = { slots, replacement: replacement.trim().split(/\s+/).filter(Boolean) };
    for (const first of firstWords(slots)) {
      const known = this.#byFirst.get(first);
      if (known) known.push(phrase);
      else this.#byFirst.set(first, [phrase]);
    }
  }

  /** Whether the tokens as a whole are phrases that are taken off; each word may begin with a capital. */
  takesOff(tokens: readonly Token[]): boolean {
    // Most clauses are told by their first word.
    if (!this.#byFirst.has(tokens[0]?.text.toLowerCase() ?? "")) return false;
    const small = tokens.map(({ kind, text }): Token => {
      return kind === "name" && /^\p{Lu}\p{Ll}*$/u.test(text)
        ? { kind: "word", text: text.toLowerCase() }
        : { kind, text };
    });
    return this.apply(small).every(isBreak);
  }

  /** Applies the phrases from left to right, each place once; removing may uncover more: repeat. */
  apply(tokens: readonly Token[], rounds = 4): Token[] {
    let current = [...tokens];
    for (let round = 0; round < rounds; round += 1) {
      const next = this.#pass(current);
      if (next === undefined) break;
      current = next;
    }
    return current;
  }

  #pass(tokens: readonly Token[]): Token[] | undefined {
    const out: Token[] = [];
    let changed = false;
    let at = 0;
    while (at < tokens.length) {
      const found = this.#at(tokens, at, out.at(-1));
      if (found === undefined) {
        const token = tokens[at];
        // A break after nothing, or after a break, holds nothing apart any more.
        if (token && !(isBreak(token) && isBreak(out.at(-1)))) out.push(token);
        at += 1;
      } else {
        out.push(...found.tokens);
        at = found.next;
        changed = true;
      }
    }
    return changed ? out : undefined;
  }

  #at(tokens: readonly Token[], at: number, before: Token | undefined) {
    const first = tokens[at];
    if (first === undefined || isBreak(first)) return undefined;
    const phrases = this.#byFirst.get(keyOf(first));
    if (phrases === undefined) return undefined;
    for (const phrase of phrases) {
      const match = matchFrom(phrase.slots, 0, { tokens, before, from: at }, at, []);
      // A replacement must shorten, rename or end: an empty match would repeat for ever.
      if (match && match.next > at) {
        const taken = tokens.slice(at, match.next);
        return { next: match.next, tokens: render(phrase.replacement, match.gaps, taken) };
      }
    }
    return undefined;
  }
}

const keyOf = (token: Token): string =>
  token.kind === "word" || token.kind === "question" ? token.text : token.kind;

function parseSlot(text: string, lists: Lists): Slot {
  if (text === "^") return { kind: "start" };
  if (text === "$$") return { kind: "close" };
  if (text === "^^") return { kind: "sentence" };
  if (text === "$") return { kind: "end" };
  if (text === ".") return { kind: "gap", atMost: 1 };
  if (text === "...") return { kind: "gap", atMost: MAX_GAP };
  if (text.startsWith("&") || text.startsWith("!")) {
    const list = lists[text.slice(1)];
    if (list !== undefined) return { kind: text.startsWith("&") ? "ahead" : "not", options: list };
    const options = new Set<string>();
    for (const name of text.slice(1).split("/")) {
      for (const option of lists[name] ?? [name]) options.add(option);
    }
    return { kind: text.startsWith("&") ? "ahead" : "not", options };
  }
  const optional = text.endsWith("?");
  return {
    kind: "words",
    options: new Set((optional ? text.slice(0, -1) : text).split("/")),
    optional,
  };
}

function firstWords(slots: readonly Slot[]): Set<string> {
  const firsts = new Set<string>();
  for (const slot of slots) {
    if (slot.kind !== "words") continue;
    for (const option of slot.options) firsts.add(option);
    if (!slot.optional) break;
  }
  return firsts;
}

type Place = {
  readonly tokens: readonly Token[];
  /** What stands before the match, after earlier replacements. */
  readonly before: Token | undefined;
  readonly from: number;
};
type Match = { readonly next: number; readonly gaps: readonly (readonly Token[])[] };

function matchFrom(
  slots: readonly Slot[],
  slotAt: number,
  place: Place,
  at: number,
  gaps: readonly (readonly Token[])[],
): Match | undefined {
  const slot = slots[slotAt];
  if (slot === undefined) return { next: at, gaps };
  const token = place.tokens[at];
  const rest = (next: number, kept = gaps): Match | undefined =>
    matchFrom(slots, slotAt + 1, place, next, kept);
  switch (slot.kind) {
    case "start":
      return at === place.from && isBreak(place.before) ? rest(at) : undefined;
    case "sentence":
      return at === place.from && (place.before === undefined || place.before.kind === "end")
        ? rest(at)
        : undefined;
    case "close":
      return token === undefined || token.kind === "end" ? rest(at) : undefined;
    case "end":
      return isBreak(token) ? rest(at) : undefined;
    case "ahead":
      return token && (slot.options.has(keyOf(token)) || slot.options.has(token.kind))
        ? rest(at)
        : undefined;
    case "not":
      return token && (slot.options.has(keyOf(token)) || slot.options.has(token.kind))
        ? undefined
        : rest(at);
    case "words": {
      if (token && slot.options.has(keyOf(token))) {
        const taken = rest(at + 1);
        if (taken) return taken;
      }
      return slot.optional ? rest(at) : undefined;
    }
    case "gap": {
      for (let end = at + 1; end <= Math.min(at + slot.atMost, place.tokens.length); end += 1) {
        if (isBreak(place.tokens[end - 1])) return undefined;
        const found = rest(end, [...gaps, place.tokens.slice(at, end)]);
        if (found) return found;
      }
      return undefined;
    }
  }
}

function render(
  replacement: readonly string[],
  gaps: readonly (readonly Token[])[],
  taken: readonly Token[],
): Token[] {
  const kept = new Set(gaps.flat());
  const words = taken.filter((token) => !kept.has(token) && !DO.has(token.text));
  // In any order: "how I can" and "how can I" are written alike.
  const written = words
    .map(({ text }) => text)
    .sort()
    .join(" ");
  let gap = 0;
  return replacement.flatMap((text): readonly Token[] => {
    if (text === "...") return gaps[gap++] ?? [];
    return [{ kind: text.startsWith("<") ? "question" : "word", text, written }];
  });
}
