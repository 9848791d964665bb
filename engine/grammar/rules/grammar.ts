import type { Alternatives, RuleRef, Sequence } from "./rule-book.ts";

/** A finished grammar: every rule is reachable from the first and can come to an end. */
export type Grammar = {
  readonly rules: readonly Alternatives[];
  /** The length of each rule's shortest text, in characters. */
  readonly lengths: readonly number[];
};

/**
 * The grammar that begins with `root`, without alternatives that can never be completed;
 * `undefined` when nothing is left. `lengths` are those of `shortestLengths`.
 */
export function finishGrammar(
  all: readonly Alternatives[],
  lengths: readonly number[],
  root: RuleRef,
): Grammar | undefined {
  if (lengths[root.rule] === Infinity) return undefined;
  const ids = new Map([[root.rule, 0]]);
  const order = [root.rule];
  const rules: Alternatives[] = [];
  for (const rule of order) {
    const kept = (all[rule] ?? []).filter((sequence) => shortest(sequence, lengths) < Infinity);
    rules.push(
      kept.map((sequence) =>
        sequence.map((part) => {
          if (typeof part === "string" || "chars" in part) return part;
          const known = ids.get(part.rule) ?? order.push(part.rule) - 1;
          ids.set(part.rule, known);
          return { rule: known };
        }),
      ),
    );
  }
  return { rules, lengths: order.map((rule) => lengths[rule] ?? Infinity) };
}

/** The length of a sequence's shortest text; `Infinity` when it never ends. */
export function shortest(sequence: Sequence, lengths: readonly number[]): number {
  return sequence.reduce((sum, part) => {
    if (typeof part === "string") return sum + part.length;
    return sum + ("chars" in part ? 1 : (lengths[part.rule] ?? Infinity));
  }, 0);
}

/**
 * The length of each rule's shortest text, `Infinity` where it can never be completed. Works back
 * from the rules whose length is known to the rules that use them.
 */
export function shortestLengths(rules: readonly Alternatives[]): number[] {
  const users: Set<number>[] = rules.map(() => new Set());
  rules.forEach((alternatives, user) => {
    for (const part of alternatives.flat()) {
      if (typeof part !== "string" && "rule" in part) users[part.rule]?.add(user);
    }
  });
  const lengths = rules.map(() => Infinity);
  const waiting = new Set(rules.keys());
  for (const rule of waiting) {
    waiting.delete(rule);
    const found = (rules[rule] ?? []).map((sequence) => shortest(sequence, lengths));
    const length = Math.min(Infinity, ...found);
    if (length >= (lengths[rule] ?? Infinity)) continue;
    lengths[rule] = length;
    for (const user of users[rule] ?? []) waiting.add(user);
  }
  return lengths;
}
