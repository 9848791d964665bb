import {
  type Automaton,
  MAX_STATES,
  TooComplexError,
  complement,
  explore,
  intersect,
} from "./automaton.ts";
import { ANY_CHAR, type CharRange } from "./char-ranges.ts";
import { minimise } from "./minimise.ts";
import { type Pattern, PatternError } from "./pattern-syntax.ts";

/** Steps a pattern may cost; more than any sane one, and less than a tenth of a second or so. */
const MAX_STEPS = 3_000_000;

type Node = {
  readonly edges: { readonly ranges: readonly CharRange[]; readonly to: number }[];
  /** Nodes reached without a character: always, only at the text's start, after it, at its end. */
  readonly free: number[];
  readonly atStart: number[];
  readonly later: number[];
  readonly atEnd: number[];
};

/**
 * The texts in which `pattern` is found, anywhere unless it is anchored.
 * @throws {PatternError} for a look ahead inside an endless repetition.
 * @throws {TooComplexError}
 */
export function patternAutomaton(pattern: Pattern): Automaton {
  const net = new Net();
  const begin = net.node();
  begin.node.edges.push({ ranges: ANY_CHAR, to: begin.id });
  begin.node.free.push(net.build(pattern, net.anything));
  return minimise(net.determine(begin.id, true));
}

/**
 * Thompson's construction, from a text's end to its start, so that what follows is always known:
 * a look ahead becomes the part of what follows that it allows.
 */
class Net {
  readonly #nodes: Node[] = [];
  /** Accepts whatever follows. */
  readonly anything: number;
  #loops = 0;
  #steps = 0;

  constructor() {
    const { id, node } = this.node();
    node.edges.push({ ranges: ANY_CHAR, to: id });
    this.anything = id;
  }

  node(): { id: number; node: Node } {
    if (this.#nodes.length >= MAX_STATES) throw new TooComplexError("too many repetitions");
    const node = { edges: [], free: [], atStart: [], later: [], atEnd: [] };
    return { id: this.#nodes.push(node) - 1, node };
  }

  /** The node from which `pattern`, then what begins at `next`, is read. */
  build(pattern: Pattern, next: number): number {
    switch (pattern.kind) {
      case "sequence":
        return pattern.items.reduceRight((after, item) => this.build(item, after), next);
      case "repeat":
        return this.#repeat(pattern, next);
      case "ahead":
        return this.#ahead(pattern, next);
      case "chars":
        return this.#with(({ edges }) => edges.push({ ranges: pattern.ranges, to: next }));
      case "choice":
        return this.#with(({ free }) =>
          free.push(...pattern.options.map((option) => this.build(option, next))),
        );
      case "start":
        return this.#with(({ atStart }) => atStart.push(next));
      case "end":
        return this.#with(({ atEnd }) => atEnd.push(next));
    }
  }

  #with(fill: (node: Node) => void): number {
    const { id, node } = this.node();
    fill(node);
    return id;
  }

  #repeat({ item, min, max }: Pattern & { kind: "repeat" }, next: number): number {
    const copies = Number.isFinite(max) ? max : min;
    if (copies > MAX_STATES) throw new TooComplexError(`a repetition of ${copies}`);
    let after = next;
    if (Number.isFinite(max)) {
      for (let count = min; count < max; count += 1) {
        const rest = after;
        after = this.#with(({ free }) => free.push(next, this.build(item, rest)));
      }
    } else {
      this.#loops += 1;
      const { id, node } = this.node();
      node.free.push(next, this.build(item, id));
      this.#loops -= 1;
      after = id;
    }
    for (let count = 0; count < min; count += 1) after = this.build(item, after);
    return after;
  }

  #ahead({ item, negative }: Pattern & { kind: "ahead" }, next: number): number {
    if (this.#loops > 0) {
      throw new PatternError("looking ahead inside an endless repetition cannot be enforced");
    }
    const seen = this.build(item, this.anything);
    const allowed = (atStart: boolean) => {
      const language = minimise(this.determine(seen, atStart));
      const rest = this.determine(next, atStart);
      return this.#embed(minimise(intersect(rest, negative ? complement(language) : language)));
    };
    return this.#with(({ atStart, later }) => {
      atStart.push(allowed(true));
      later.push(allowed(false));
    });
  }

  /** The automaton's states as nodes; its ends can only be the text's end. */
  #embed(automaton: Automaton): number {
    const ids = automaton.map(() => this.node());
    automaton.forEach(({ accepts, edges }, at) => {
      const node = ids[at]?.node;
      if (accepts) node?.atEnd.push(this.anything);
      for (const { first, last, to } of edges) {
        node?.edges.push({ ranges: [[first, last]], to: ids[to]?.id ?? 0 });
      }
    });
    return ids[0]?.id ?? 0;
  }

  /** The deterministic automaton that begins at `from`. */
  determine(from: number, atStart: boolean): Automaton {
    type Place = { readonly nodes: readonly number[]; readonly accepts: boolean };
    const place = (ids: Iterable<number>, atStart: boolean): Place => ({
      nodes: [...this.#reach(ids, { atStart, atEnd: false })].toSorted((a, b) => a - b),
      accepts: this.#reach(ids, { atStart, atEnd: true }).has(this.anything),
    });
    const start = place([from], atStart);
    return explore(start, {
      key: (state) => (state === start ? "start" : state.nodes.join()),
      accepts: ({ accepts }) => accepts,
      edges: ({ nodes }) =>
        this.#sweep(nodes).map(({ ids, ...range }) => ({ ...range, to: place(ids, false) })),
    });
  }

  #reach(ids: Iterable<number>, { atStart, atEnd }: { atStart: boolean; atEnd: boolean }) {
    const reached = new Set(ids);
    for (const id of reached) {
      const node = this.#nodes[id];
      for (const next of node?.free ?? []) reached.add(next);
      for (const next of (atStart ? node?.atStart : node?.later) ?? []) reached.add(next);
      if (atEnd) for (const next of node?.atEnd ?? []) reached.add(next);
    }
    this.#count(reached.size);
    return reached;
  }

  /** The nodes' edges, cut where any of them begins or ends. */
  #sweep(nodes: readonly number[]): { first: number; last: number; ids: number[] }[] {
    const cuts: { at: number; to: number; step: 1 | -1 }[] = [];
    for (const id of nodes) {
      for (const { ranges, to } of this.#nodes[id]?.edges ?? []) {
        for (const [first, last] of ranges) {
          cuts.push({ at: first, to, step: 1 }, { at: last + 1, to, step: -1 });
        }
      }
    }
    cuts.sort((a, b) => a.at - b.at);
    const open = new Map<number, number>();
    const result: { first: number; last: number; ids: number[] }[] = [];
    cuts.forEach(({ at, to, step }, index) => {
      const count = (open.get(to) ?? 0) + step;
      if (count === 0) open.delete(to);
      else open.set(to, count);
      const next = cuts[index + 1]?.at ?? at;
      if (next > at && open.size > 0)
        result.push({ first: at, last: next - 1, ids: [...open.keys()] });
      this.#count(1);
    });
    return result;
  }

  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new TooComplexError("too many combinations");
  }
}
