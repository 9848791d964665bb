import { type Automaton, intersect, ofLength } from "./automaton.ts";
import type { StepBudget } from "./step-budget.ts";

/** The least and the largest number of code points; `Infinity` for no end. */
export type Lengths = { readonly min: number; readonly max: number };

/**
 * The texts of `automaton` with `min` to `max` code points. Limits that always hold cost nothing.
 * @throws {TooComplexError}
 */
export function limitLength(
  automaton: Automaton,
  { min, max }: Lengths,
  budget: StepBudget,
): Automaton {
  const least = shortestText(automaton) >= min ? 0 : min;
  const most = longestText(automaton) <= max ? Infinity : max;
  return least === 0 && most === Infinity
    ? automaton
    : intersect(automaton, ofLength(least, most), budget);
}

function shortestText(automaton: Automaton): number {
  const seen = new Map([[0, 0]]);
  for (const [at, length] of seen) {
    if (automaton[at]?.accepts) return length;
    for (const { to } of automaton[at]?.edges ?? []) if (!seen.has(to)) seen.set(to, length + 1);
  }
  return Infinity;
}

/**
 * The most code points of a text, `Infinity` for no end. States that no edge leads to are taken
 * away again and again; what is left then is a cycle.
 */
export function longestText(automaton: Automaton): number {
  const open = automaton.map(() => 0);
  for (const { edges } of automaton) for (const { to } of edges) open[to] = (open[to] ?? 0) + 1;
  const lengths = automaton.map(() => 0);
  const ready = open.flatMap((count, at) => (count === 0 ? [at] : []));
  for (const at of ready) {
    for (const { to } of automaton[at]?.edges ?? []) {
      lengths[to] = Math.max(lengths[to] ?? 0, (lengths[at] ?? 0) + 1);
      open[to] = (open[to] ?? 0) - 1;
      if (open[to] === 0) ready.push(to);
    }
  }
  return ready.length < automaton.length ? Infinity : Math.max(0, ...lengths);
}
