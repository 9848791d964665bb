import type { Automaton, Edge, State } from "./automaton.ts";
import type { StepBudget } from "./step-budget.ts";

/**
 * Rounds of refinement after which an automaton is left as it is. A round costs as much as the
 * automaton is large; long chains need many rounds and gain little.
 */
const MAX_ROUNDS = 40;

/** Steps of looking at a state, and at an edge. */
const STATE_STEPS = 30;
const EDGE_STEPS = 20;

/**
 * An automaton of the same language with fewer states. It has the fewest where states lead at most
 * back to themselves, or where few rounds suffice; otherwise it is the given one.
 * @throws {TooComplexError}
 */
export function minimise(automaton: Automaton, budget: StepBudget): Automaton {
  const size = automaton.reduce(
    (sum, { edges }) => sum + STATE_STEPS + EDGE_STEPS * edges.length,
    0,
  );
  budget.spend(size);
  const block = fromTheEnd(automaton) ?? refined(automaton, () => budget.spend(size));
  return block ? merge(automaton, block) : automaton;
}

/** Joins states from the last ones on; `undefined` where one leads back to an earlier one. */
function fromTheEnd(automaton: Automaton): number[] | undefined {
  const open = automaton.map(({ edges }, at) => edges.filter(({ to }) => to !== at).length);
  const before: number[][] = automaton.map(() => []);
  automaton.forEach(({ edges }, at) => {
    for (const { to } of edges) if (to !== at) before[to]?.push(at);
  });
  const ready = open.flatMap((count, at) => (count === 0 ? [at] : []));
  const known = new Map<string, number>();
  const block = automaton.map(() => -1);
  for (const at of ready) {
    const { accepts = false, edges = [] } = automaton[at] ?? {};
    const name = (self: string) =>
      `${accepts}:${describe(edges, (to) => (to === at ? self : String(block[to])))}`;
    const text = name("self");
    const own = known.get(text) ?? known.size;
    block[at] = own;
    known.set(text, own);
    // A state that leads to one which repeats itself, and otherwise does the same, is that state.
    if (edges.some(({ to }) => to === at)) known.set(name(String(own)), own);
    for (const from of before[at] ?? []) {
      open[from] = (open[from] ?? 0) - 1;
      if (open[from] === 0) ready.push(from);
    }
  }
  return ready.length === automaton.length ? block : undefined;
}

/** Moore's refinement. */
function refined(automaton: Automaton, onRound: () => void): number[] | undefined {
  let block: number[] = automaton.map(({ accepts }) => (accepts ? 1 : 0));
  let count = new Set(block).size;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    onRound();
    const ids = new Map<string, number>();
    const next = automaton.map(({ edges }, at) => {
      const name = `${block[at]}:${describe(edges, (to) => String(block[to]))}`;
      const id = ids.get(name) ?? ids.size;
      ids.set(name, id);
      return id;
    });
    if (ids.size === count) return next;
    block = next;
    count = ids.size;
  }
  return undefined;
}

/** The edges by their targets' classes, neighbours joined. */
function describe(edges: readonly Edge[], nameOf: (to: number) => string): string {
  let text = "";
  let open: { first: number; last: number; name: string } | undefined;
  for (const { first, last, to } of edges) {
    const name = nameOf(to);
    if (open && open.name === name && open.last + 1 === first) open.last = last;
    else {
      if (open) text += `${open.first}-${open.last}>${open.name};`;
      open = { first, last, name };
    }
  }
  return open ? `${text}${open.first}-${open.last}>${open.name}` : text;
}

function merge(automaton: Automaton, block: readonly number[]): Automaton {
  const order = new Map<number, number>();
  for (const id of block) if (!order.has(id)) order.set(id, order.size);
  const states: State[] = [];
  automaton.forEach(({ accepts, edges }, at) => {
    const id = order.get(block[at] ?? 0) ?? 0;
    states[id] ??= {
      accepts,
      edges: edges.map((edge) => ({ ...edge, to: order.get(block[edge.to] ?? 0) ?? 0 })),
    };
  });
  return states;
}
