import type { Alternatives, Part, RuleBook, Sequence } from "../rules/rule-book.ts";

/**
 * One of these texts. What they begin with alike is written once, so that a long list is read in
 * few ways at a time.
 */
export function oneOf(book: RuleBook, texts: readonly string[]): Alternatives {
  return branches(
    book,
    [...new Set(texts)].map((text) => Array.from(text)),
    0,
  );
}

function branches(
  book: RuleBook,
  texts: readonly (readonly string[])[],
  from: number,
): Alternatives {
  const groups = new Map<string, (readonly string[])[]>();
  for (const text of texts) {
    const char = text[from] ?? "";
    const group = groups.get(char);
    if (group) group.push(text);
    else groups.set(char, [text]);
  }
  return [...groups].map(([char, group]): Sequence => {
    if (char === "") return [];
    let end = from + 1;
    while (group.every((text) => text[end] !== undefined && text[end] === group[0]?.[end]))
      end += 1;
    const shared = group[0]?.slice(from, end).join("") ?? "";
    const [only] = group;
    if (group.length === 1 && only?.length === end) return [shared];
    const rest: Part = book.add(branches(book, group, end));
    return [shared, rest];
  });
}
