import type { Automaton, Edge } from "./automaton.ts";
import { type CharRange, LAST_CODE_POINT, normalise } from "./char-ranges.ts";
import type { Pattern } from "./pattern-syntax.ts";
import type { StepBudget } from "./step-budget.ts";

/**
 * The letters of one pattern: characters that it never tells apart are one letter. So a class of
 * hundreds of ranges, such as `\p{L}`, costs no more than `[a-z]` until it is written out.
 */
export class Alphabet {
  readonly #budget: StepBudget;
  /** The characters of each letter; together they are all characters. */
  readonly #letters: CharRange[][] = [];
  /** The letters of each class in the pattern, as ranges of their numbers. */
  readonly #classes = new Map<string, CharRange[]>();

  /** @throws {TooComplexError} */
  constructor(pattern: Pattern, budget: StepBudget) {
    this.#budget = budget;
    const classes = new Map<string, readonly CharRange[]>();
    eachClass(pattern, (ranges) => classes.set(ranges.join(), ranges));
    for (const name of classes.keys()) this.#classes.set(name, []);
    this.#divide(classes);
    for (const [name, letters] of this.#classes) this.#classes.set(name, normalise(letters));
  }

  /** The pattern, with letters in place of characters. */
  encode(pattern: Pattern): Pattern {
    switch (pattern.kind) {
      case "chars":
        return { ...pattern, ranges: this.#classes.get(pattern.ranges.join()) ?? [] };
      case "sequence":
        return { ...pattern, items: pattern.items.map((item) => this.encode(item)) };
      case "choice":
        return { ...pattern, options: pattern.options.map((option) => this.encode(option)) };
      case "repeat":
      case "ahead":
        return { ...pattern, item: this.encode(pattern.item) };
      case "start":
      case "end":
        return pattern;
    }
  }

  /** Turns an automaton over letters into one over characters. @throws {TooComplexError} */
  decode(automaton: Automaton): Automaton {
    const known = new Map<string, Edge[]>();
    return automaton.map(({ accepts, edges }) => {
      const name = edges.map(({ first, last }) => `${first}-${last}`).join();
      // Where each edge is one of several, `to` is its number among them.
      const parts = known.get(name) ?? this.#parts(edges);
      known.set(name, parts);
      this.#budget.spend(4 * parts.length);
      return {
        accepts,
        edges: joined(parts.map((part) => ({ ...part, to: edges[part.to]?.to ?? 0 }))),
      };
    });
  }

  #parts(edges: readonly Edge[]): Edge[] {
    const parts = edges.flatMap(({ first, last }, to) =>
      this.#letters
        .slice(first, last + 1)
        .flatMap((ranges) => ranges.map(([from, end]): Edge => ({ first: from, last: end, to }))),
    );
    this.#budget.spend(20 * parts.length);
    return parts.toSorted((a, b) => a.first - b.first);
  }

  /**
   * Cuts the characters where any class begins or ends. Characters in the same classes are one
   * letter.
   */
  #divide(classes: ReadonlyMap<string, readonly CharRange[]>): void {
    const names = [...classes.keys()];
    const cuts = [...classes.values()].flatMap((ranges, of) =>
      ranges.flatMap(([first, last]) => [
        { at: first, of, opens: true },
        { at: last + 1, of, opens: false },
      ]),
    );
    cuts.sort((a, b) => a.at - b.at);
    const numbers = new Map<string, number>();
    const open = new Set<number>();
    let from = 0;
    const close = (end: number) => {
      if (end <= from) return;
      this.#budget.spend(10 + 4 * open.size);
      const name = [...open].toSorted((a, b) => a - b).join();
      const number = numbers.get(name) ?? this.#letters.push([]) - 1;
      if (!numbers.has(name)) {
        for (const of of open) this.#classes.get(names[of] ?? "")?.push([number, number]);
      }
      numbers.set(name, number);
      this.#letters[number]?.push([from, end - 1]);
      from = end;
    };
    for (const { at, of, opens } of cuts) {
      this.#budget.spend(10);
      close(at);
      if (opens) open.add(of);
      else open.delete(of);
    }
    close(LAST_CODE_POINT + 1);
  }
}

function eachClass(pattern: Pattern, visit: (ranges: readonly CharRange[]) => void): void {
  if (pattern.kind === "chars") visit(pattern.ranges);
  else if (pattern.kind === "sequence") for (const item of pattern.items) eachClass(item, visit);
  else if (pattern.kind === "choice") for (const item of pattern.options) eachClass(item, visit);
  else if (pattern.kind === "repeat" || pattern.kind === "ahead") eachClass(pattern.item, visit);
}

/** Joins neighbouring edges that lead to the same state. */
function joined(edges: readonly Edge[]): Edge[] {
  const result: Edge[] = [];
  for (const edge of edges) {
    const previous = result.at(-1);
    if (previous && previous.to === edge.to && previous.last + 1 === edge.first) {
      result[result.length - 1] = { first: previous.first, last: edge.last, to: edge.to };
    } else result.push(edge);
  }
  return result;
}
