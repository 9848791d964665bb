import type { Alternatives, Part, RuleBook, Sequence } from "../rules/rule-book.ts";

/** A text, and what follows it. */
export type Choice = { readonly text: string; readonly next: Sequence };

/**
 * One of these texts. Common beginnings are written once, so that a long list opens few parses at a
 * time.
 */
export function oneOf(book: RuleBook, choices: readonly Choice[]): Alternatives {
  return branches(
    book,
    choices.map(({ text, next }) => ({ chars: Array.from(text), next })),
    0,
  );
}

type Spelled = { readonly chars: readonly string[]; readonly next: Sequence };

function branches(book: RuleBook, choices: readonly Spelled[], from: number): Alternatives {
  const groups = new Map<string, Spelled[]>();
  for (const choice of choices) {
    const char = choice.chars[from] ?? "";
    const group = groups.get(char);
    if (group) group.push(choice);
    else groups.set(char, [choice]);
  }
  return [...groups].map(([char, group]): Sequence => {
    const [first, ...others] = group;
    if (!first || char === "") return first?.next ?? [];
    let end = from + 1;
    while (group.every(({ chars }) => chars[end] !== undefined && chars[end] === first.chars[end]))
      end += 1;
    const shared = first.chars.slice(from, end).join("");
    if (others.length === 0) return [shared, ...first.next];
    const rest: Part = book.add(branches(book, group, end));
    return [shared, rest];
  });
}
