import { codePoints } from "../text/code-points.ts";
import { type Grammar, shortest } from "./grammar.ts";
import type { Part, Sequence } from "./rule-book.ts";

/** The rest of a text: a part, and what follows it. `undefined`: the text is complete. */
type Rest = { readonly id: number; readonly part: Part; readonly next: Rest } | undefined;

/**
 * Characters that stand for a class where any of it will do; the first one that the class holds is
 * taken.
 */
const PREFERRED = codePoints(" a0A");

/**
 * The shortest text that completes `text`, for an answer that has to end; `undefined` when the
 * grammar does not accept `text` so far. It costs some microseconds a character.
 */
export function completeText(grammar: Grammar, text: string): string | undefined {
  const reader = new Reader(grammar);
  let states = reader.begin();
  for (const code of codePoints(text)) {
    states = reader.step(states, code);
    if (states.length === 0) return undefined;
  }
  return reader.shortestEnd(states);
}

class Reader {
  readonly #grammar: Grammar;
  /** One object for each rest, so that equal rests are the same object. */
  readonly #rests = new Map<string, NonNullable<Rest>>();
  readonly #partIds = new Map<Part, number>();

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
  }

  begin(): Rest[] {
    return this.#open([this.#rest({ rule: 0 }, undefined)]);
  }

  /** The rests that are possible once `code` has been read. */
  step(states: readonly Rest[], code: number): Rest[] {
    const next = states.flatMap((state) => {
      if (!state) return [];
      const { part, next } = state;
      if (typeof part === "string") {
        if (part.codePointAt(0) !== code) return [];
        const left = part.slice(String.fromCodePoint(code).length);
        return [left === "" ? next : this.#rest(left, next)];
      }
      const fits =
        "chars" in part && part.chars.some(([first, last]) => first <= code && code <= last);
      return fits ? [next] : [];
    });
    return this.#open(next);
  }

  shortestEnd(states: readonly Rest[]): string {
    const lengths = states.map((state) => this.#length(state));
    let rest = states[lengths.indexOf(Math.min(...lengths))];
    let text = "";
    while (rest) {
      const { part, next } = rest;
      rest = next;
      if (typeof part === "string") text += part;
      else if ("chars" in part) text += example(part.chars);
      else rest = this.#push(this.#shortestOf(part.rule), next);
    }
    return text;
  }

  /** Expands rules until characters come next. */
  #open(states: readonly Rest[]): Rest[] {
    const result = new Set<Rest>();
    const seen = new Set<Rest>(states);
    for (const state of seen) {
      const part = state?.part;
      if (!state || part === undefined || typeof part === "string" || "chars" in part) {
        result.add(state);
        continue;
      }
      for (const sequence of this.#grammar.rules[part.rule] ?? []) {
        seen.add(this.#push(sequence, state.next));
      }
    }
    return [...result];
  }

  #push(sequence: Sequence, next: Rest): Rest {
    return sequence.reduceRight<Rest>(
      (rest, part) => (part === "" ? rest : this.#rest(part, rest)),
      next,
    );
  }

  #rest(part: Part, next: Rest): NonNullable<Rest> {
    const key = `${next?.id ?? -1} ${typeof part === "string" ? `"${part}` : this.#partId(part)}`;
    const known = this.#rests.get(key);
    if (known) return known;
    const made = { id: this.#rests.size, part, next };
    this.#rests.set(key, made);
    return made;
  }

  #partId(part: Exclude<Part, string>): string {
    if ("rule" in part) return `r${part.rule}`;
    const id = this.#partIds.get(part) ?? this.#partIds.size;
    this.#partIds.set(part, id);
    return `c${id}`;
  }

  #length(state: Rest): number {
    let length = 0;
    for (let rest = state; rest; rest = rest.next) {
      length += shortest([rest.part], this.#grammar.lengths);
    }
    return length;
  }

  #shortestOf(rule: number): Sequence {
    const { rules, lengths } = this.#grammar;
    const found = rules[rule]?.find((sequence) => shortest(sequence, lengths) === lengths[rule]);
    return found ?? [];
  }
}

function example(ranges: readonly (readonly [number, number])[]): string {
  const fits = (code: number) => ranges.some(([first, last]) => first <= code && code <= last);
  return String.fromCodePoint(PREFERRED.find(fits) ?? ranges[0]?.[0] ?? 0);
}
