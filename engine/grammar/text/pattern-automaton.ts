import { Alphabet } from "./alphabet.ts";
import { type Automaton, MAX_STATES, complement, explore, intersect } from "./automaton.ts";
import { ANY_CHAR, type CharRange } from "./char-ranges.ts";
import { minimise } from "./minimise.ts";
import { type Pattern, PatternError } from "./pattern-syntax.ts";
import { type StepBudget, TooComplexError } from "./step-budget.ts";

type Node = {
  readonly edges: { readonly ranges: readonly CharRange[]; readonly to: number }[];
  /**
   * When an edge without a character may be taken: always, only at the text's start, only after it,
   * only at its end.
   */
  readonly free: number[];
  readonly atStart: number[];
  readonly later: number[];
  readonly atEnd: number[];
};

/** A state of the match: the nodes that read on, and whether the text may end here. */
type Position = {
  readonly nodes: readonly number[];
  readonly accepts: boolean;
  readonly key: string;
};

/**
 * The texts in which `pattern` is found, anywhere unless it is anchored.
 * @throws {PatternError} for a look ahead inside an endless repetition.
 * @throws {TooComplexError}
 */
export function patternAutomaton(pattern: Pattern, budget: StepBudget): Automaton {
  const net = new Net(budget);
  const begin = net.node();
  begin.node.edges.push({ ranges: ANY_CHAR, to: begin.id });
  const alphabet = new Alphabet(pattern, budget);
  begin.node.free.push(net.build(alphabet.encode(pattern), net.anything));
  return alphabet.decode(minimise(net.determine(begin.id, true), budget));
}

/**
 * Thompson's construction, from a text's end to its start. So what follows a node is always known,
 * and a lookahead becomes the part of what follows that it allows.
 */
class Net {
  readonly #nodes: Node[] = [];
  /** Accepts whatever follows. */
  readonly anything: number;
  #loops = 0;
  readonly #budget: StepBudget;

  constructor(budget: StepBudget) {
    this.#budget = budget;
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
    const budget = this.#budget;
    const allowed = (atStart: boolean) => {
      const language = minimise(this.determine(seen, atStart), budget);
      const fits = negative ? complement(language, budget) : language;
      const rest = this.determine(next, atStart);
      return this.#embed(minimise(intersect(rest, fits, budget), budget));
    };
    return this.#with(({ atStart, later }) => {
      atStart.push(allowed(true));
      later.push(allowed(false));
    });
  }

  /** The states of an automaton as nodes, which can end only at the text's end. */
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
    const start = { ...this.#position([from], atStart), key: "start" };
    const known = new Map<string, Position>();
    const after = (ids: readonly number[]): Position => {
      const name = ids.join();
      const found = known.get(name) ?? this.#position(ids, false);
      known.set(name, found);
      return found;
    };
    return explore<Position>(
      start,
      {
        key: ({ key }) => key,
        accepts: ({ accepts }) => accepts,
        edges: ({ nodes }) =>
          this.#sweep(nodes).map(({ ids, ...range }) => ({ ...range, to: after(ids) })),
      },
      this.#budget,
    );
  }

  #position(ids: readonly number[], atStart: boolean): Position {
    const reached = this.#reach(ids, { atStart, atEnd: false });
    const nodes = [...reached]
      .filter((id) => this.#nodes[id]?.edges.length)
      .toSorted((a, b) => a - b);
    const accepts = this.#reach(ids, { atStart, atEnd: true }).has(this.anything);
    return { nodes, accepts, key: `${accepts} ${nodes.join()}` };
  }

  #reach(ids: Iterable<number>, { atStart, atEnd }: { atStart: boolean; atEnd: boolean }) {
    const reached = new Set(ids);
    for (const id of reached) {
      const node = this.#nodes[id];
      for (const next of node?.free ?? []) reached.add(next);
      for (const next of (atStart ? node?.atStart : node?.later) ?? []) reached.add(next);
      if (atEnd) for (const next of node?.atEnd ?? []) reached.add(next);
    }
    this.#budget.spend(10 + 6 * reached.size);
    return reached;
  }

  /** The edges of several nodes, cut where any of them begins or ends. */
  #sweep(nodes: readonly number[]): { first: number; last: number; ids: number[] }[] {
    const cuts: { at: number; to: number; step: 1 | -1 }[] = [];
    for (const id of nodes) {
      for (const { ranges, to } of this.#nodes[id]?.edges ?? []) {
        for (const [first, last] of ranges) {
          cuts.push({ at: first, to, step: 1 }, { at: last + 1, to, step: -1 });
        }
      }
    }
    this.#budget.spend(10 * cuts.length);
    cuts.sort((a, b) => a.at - b.at);
    const open = new Map<number, number>();
    const result: { first: number; last: number; ids: number[] }[] = [];
    cuts.forEach(({ at, to, step }, index) => {
      const count = (open.get(to) ?? 0) + step;
      if (count === 0) open.delete(to);
      else open.set(to, count);
      const next = cuts[index + 1]?.at ?? at;
      if (next === at || open.size === 0) return;
      this.#budget.spend(4 * open.size);
      result.push({ first: at, last: next - 1, ids: [...open.keys()] });
    });
    return result;
  }
}
