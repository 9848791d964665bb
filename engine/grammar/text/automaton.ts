import { type CharRange, LAST_CODE_POINT } from "./char-ranges.ts";
import { type StepBudget, TooComplexError } from "./step-budget.ts";

/** Where the characters of a range lead. */
export type Edge = { readonly first: number; readonly last: number; readonly to: number };

/** Edges are sorted and do not overlap. A character without an edge is rejected. */
export type State = { readonly accepts: boolean; readonly edges: readonly Edge[] };

/** A deterministic automaton over code points; it begins in state 0. */
export type Automaton = readonly State[];

/** Steps of making a state, and of an edge. */
const STATE_STEPS = 30;
const EDGE_STEPS = 20;

/** The most states of an automaton while a grammar is compiled. */
export const MAX_STATES = 20_000;

/**
 * Explores an automaton from its first state: `edges` and `accepts` describe a state, `key`
 * identifies it. States from which no end can be reached are left out.
 * @throws {TooComplexError}
 */
export function explore<S>(
  first: S,
  describe: {
    key: (state: S) => string | number;
    accepts: (state: S) => boolean;
    edges: (state: S) => readonly { first: number; last: number; to: S }[];
  },
  budget: StepBudget,
): Automaton {
  const ids = new Map<string | number, number>([[describe.key(first), 0]]);
  const found = [first];
  const states: State[] = [];
  const idOf = (state: S) => {
    const key = describe.key(state);
    const known = ids.get(key);
    if (known !== undefined) return known;
    if (found.length >= MAX_STATES) throw new TooComplexError("too many states");
    ids.set(key, found.length);
    return found.push(state) - 1;
  };
  for (const state of found) {
    const all = describe.edges(state);
    budget.spend(STATE_STEPS + EDGE_STEPS * all.length);
    const edges: Edge[] = [];
    for (const { first, last, to: next } of all) {
      const to = idOf(next);
      const previous = edges.at(-1);
      const joins = previous && previous.to === to && previous.last + 1 === first;
      if (joins) edges[edges.length - 1] = { first: previous.first, last, to };
      else edges.push({ first, last, to });
    }
    states.push({ accepts: describe.accepts(state), edges });
  }
  return trim(states);
}

/** The texts that both automata accept. @throws {TooComplexError} */
export function intersect(one: Automaton, other: Automaton, budget: StepBudget): Automaton {
  type Pair = readonly [number, number];
  return explore<Pair>(
    [0, 0],
    {
      key: ([a, b]) => a * MAX_STATES + b,
      accepts: ([a, b]) => isEnd(one, a) && isEnd(other, b),
      edges: ([a, b]) => {
        const [mine, theirs] = [one[a]?.edges ?? [], other[b]?.edges ?? []];
        budget.spend(mine.length + theirs.length);
        return sharedEdges(mine, theirs);
      },
    },
    budget,
  );
}

/** The texts that any of the automata accepts. @throws {TooComplexError} */
export function union(parts: readonly Automaton[], budget: StepBudget): Automaton {
  const none = parts.map((part) => complement(part, budget));
  return complement(
    none.reduce((one, other) => intersect(one, other, budget), anyText),
    budget,
  );
}

/** Every text that `automaton` does not accept. @throws {TooComplexError} */
export function complement(automaton: Automaton, budget: StepBudget): Automaton {
  for (const { edges } of automaton) budget.spend(STATE_STEPS + EDGE_STEPS * edges.length);
  const sink = automaton.length;
  const states = automaton.map(({ accepts, edges }) => {
    const all: Edge[] = [];
    let next = 0;
    for (const edge of edges) {
      if (edge.first > next) all.push({ first: next, last: edge.first - 1, to: sink });
      all.push(edge);
      next = edge.last + 1;
    }
    if (next <= LAST_CODE_POINT) all.push({ first: next, last: LAST_CODE_POINT, to: sink });
    return { accepts: !accepts, edges: all };
  });
  return trim([...states, { accepts: true, edges: [anyTo(sink)] }]);
}

/** All texts. */
export const anyText: Automaton = [
  { accepts: true, edges: [{ first: 0, last: LAST_CODE_POINT, to: 0 }] },
];

/** Every text of `min` to `max` code points. */
export function ofLength(min: number, max: number): Automaton {
  const last = Number.isFinite(max) ? max : min;
  if (last >= MAX_STATES) throw new TooComplexError("too long");
  return Array.from({ length: last + 1 }, (_, at) => {
    const next = at < last ? at + 1 : at;
    const ends = at === last && Number.isFinite(max);
    return { accepts: at >= min, edges: ends ? [] : [anyTo(next)] };
  });
}

/** These words and no others. @throws {TooComplexError} */
export function ofWords(words: readonly string[], budget: StepBudget): Automaton {
  type Node = { end: boolean; readonly next: Map<number, Node>; readonly id: number };
  let count = 0;
  const node = (): Node => ({ end: false, next: new Map(), id: count++ });
  const root = node();
  for (const word of words) {
    let at = root;
    for (const char of word) {
      const code = char.codePointAt(0) ?? 0;
      const next = at.next.get(code) ?? node();
      at.next.set(code, next);
      at = next;
    }
    at.end = true;
  }
  return explore(
    root,
    {
      key: ({ id }) => id,
      accepts: ({ end }) => end,
      edges: ({ next }) =>
        [...next]
          .toSorted(([a], [b]) => a - b)
          .map(([code, to]) => ({ first: code, last: code, to })),
    },
    budget,
  );
}

/** Whether an automaton accepts no text. */
export function isEmpty(automaton: Automaton): boolean {
  return !automaton.some(({ accepts }) => accepts);
}

/** Whether an automaton accepts `text`. */
export function accepts(automaton: Automaton, text: string): boolean {
  let at = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const to = target(automaton[at]?.edges ?? [], code);
    if (to === undefined) return false;
    at = to;
  }
  return isEnd(automaton, at);
}

/** Whether every text is accepted from `state` on. */
export function isUniversal(automaton: Automaton, state: number): boolean {
  const { accepts = false, edges = [] } = automaton[state] ?? {};
  const [edge] = edges;
  return accepts && edge?.to === state && edge.first === 0 && edge.last === LAST_CODE_POINT;
}

/** The ranges that lead from a state to each of the next. */
export function rangesByTarget({ edges }: State): Map<number, CharRange[]> {
  const result = new Map<number, CharRange[]>();
  for (const { first, last, to } of edges) {
    const ranges = result.get(to) ?? [];
    ranges.push([first, last]);
    result.set(to, ranges);
  }
  return result;
}

/** The edge of a character, by binary search: a class of letters may have hundreds of edges. */
function target(edges: readonly Edge[], code: number): number | undefined {
  let [from, end] = [0, edges.length];
  while (from < end) {
    const middle = (from + end) >> 1;
    if ((edges[middle]?.last ?? Infinity) < code) from = middle + 1;
    else end = middle;
  }
  const edge = edges[from];
  return edge && edge.first <= code ? edge.to : undefined;
}

const anyTo = (to: number): Edge => ({ first: 0, last: LAST_CODE_POINT, to });
const isEnd = (automaton: Automaton, at: number) => automaton[at]?.accepts ?? false;

function sharedEdges(one: readonly Edge[], other: readonly Edge[]) {
  const result: { first: number; last: number; to: readonly [number, number] }[] = [];
  let [i, j] = [0, 0];
  for (let a = one[0], b = other[0]; a && b; a = one[i], b = other[j]) {
    const [first, last] = [Math.max(a.first, b.first), Math.min(a.last, b.last)];
    if (first <= last) result.push({ first, last, to: [a.to, b.to] });
    if (a.last < b.last) i += 1;
    else j += 1;
  }
  return result;
}

/** Leaves out states from which no end can be reached. */
function trim(states: readonly State[]): Automaton {
  const before: number[][] = states.map(() => []);
  states.forEach(({ edges }, at) => edges.forEach(({ to }) => before[to]?.push(at)));
  const alive = new Set(states.flatMap(({ accepts }, at) => (accepts ? [at] : [])));
  for (const at of alive) for (const from of before[at] ?? []) alive.add(from);
  if (!alive.has(0)) return [{ accepts: false, edges: [] }];
  if (alive.size === states.length) return states;
  const renamed = new Map([...alive].toSorted((a, b) => a - b).map((at, id) => [at, id]));
  return states.flatMap(({ accepts, edges }, at) => {
    if (!alive.has(at)) return [];
    const kept = edges.flatMap((edge) => {
      const to = renamed.get(edge.to);
      return to === undefined ? [] : [{ ...edge, to }];
    });
    return [{ accepts, edges: kept }];
  });
}
