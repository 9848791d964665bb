import { type CharRange, LAST_CODE_POINT } from "./char-ranges.ts";

/** Where the characters of a range lead. */
export type Edge = { readonly first: number; readonly last: number; readonly to: number };

/** Edges are sorted and do not overlap; a character without one ends in failure. */
export type State = { readonly accepts: boolean; readonly edges: readonly Edge[] };

/** A deterministic automaton over code points; it begins in state 0. */
export type Automaton = readonly State[];

/** A language that needs more states or steps than a grammar may have. */
export class TooComplexError extends Error {}

/** States an automaton on the way to a grammar may have. */
export const MAX_STATES = 20_000;

/**
 * Explores an automaton from its first state: `edges` and `accepts` describe a state, which `key`
 * tells apart. States from which no end can be reached are left out.
 * @throws {TooComplexError}
 */
export function explore<S>(
  first: S,
  describe: {
    key: (state: S) => string | number;
    accepts: (state: S) => boolean;
    edges: (state: S) => readonly { first: number; last: number; to: S }[];
  },
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
    const edges = describe.edges(state).map((edge) => ({ ...edge, to: idOf(edge.to) }));
    states.push({ accepts: describe.accepts(state), edges: joinEdges(edges) });
  }
  return trim(states);
}

/** What both accept. */
export function intersect(one: Automaton, other: Automaton): Automaton {
  type Pair = readonly [number, number];
  return explore<Pair>([0, 0], {
    key: ([a, b]) => a * MAX_STATES + b,
    accepts: ([a, b]) => isEnd(one, a) && isEnd(other, b),
    edges: ([a, b]) => sharedEdges(one[a]?.edges ?? [], other[b]?.edges ?? []),
  });
}

/** Every text that `automaton` does not accept. */
export function complement(automaton: Automaton): Automaton {
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

/** These words and no others. */
export function ofWords(words: readonly string[]): Automaton {
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
  return explore(root, {
    key: ({ id }) => id,
    accepts: ({ end }) => end,
    edges: ({ next }) =>
      [...next]
        .toSorted(([a], [b]) => a - b)
        .map(([code, to]) => ({ first: code, last: code, to })),
  });
}

/** Whether it accepts nothing at all. */
export function isEmpty(automaton: Automaton): boolean {
  return !automaton.some(({ accepts }) => accepts);
}

/** Whether `text` is accepted. */
export function accepts(automaton: Automaton, text: string): boolean {
  let at = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const edge = automaton[at]?.edges.find(({ first, last }) => first <= code && code <= last);
    if (!edge) return false;
    at = edge.to;
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

function joinEdges(edges: readonly Edge[]): Edge[] {
  const result: Edge[] = [];
  for (const edge of edges) {
    const previous = result.at(-1);
    if (previous && previous.to === edge.to && previous.last + 1 === edge.first) {
      result[result.length - 1] = { ...previous, last: edge.last };
    } else result.push(edge);
  }
  return result;
}

/** Leaves out what leads nowhere. */
function trim(states: readonly State[]): Automaton {
  const before: number[][] = states.map(() => []);
  states.forEach(({ edges }, at) => edges.forEach(({ to }) => before[to]?.push(at)));
  const alive = new Set(states.flatMap(({ accepts }, at) => (accepts ? [at] : [])));
  for (const at of alive) for (const from of before[at] ?? []) alive.add(from);
  if (!alive.has(0)) return [{ accepts: false, edges: [] }];
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
