import type { ParsedText } from "./parse.ts";
import type { Term } from "./terms.ts";

/** Two terms, one of each text, that say the same. */
export type Pair = { readonly a: Term; readonly b: Term };

/** Which terms of two texts say the same, and what is left over on either side. */
export type Alignment = {
  readonly pairs: readonly Pair[];
  readonly onlyA: readonly Term[];
  readonly onlyB: readonly Term[];
};

/** Words count as written. Another form of a word is paired, so that a rule can say whether it may be. */
function fits(x: Term, y: Term): boolean {
  if (x.kind !== y.kind) return false;
  if (x.text === y.text) return true;
  return x.kind === "word" && x.stems.some((stem) => y.stems.includes(stem));
}

/** Pairs the terms; of several candidates the one with the same preposition and the same word before it. */
export function align(a: ParsedText, b: ParsedText): Alignment {
  const free = new Set(b.terms);
  const partner = new Map<Term, Term>();
  const before = new Map<Term, Term | undefined>();
  for (const { terms } of [a, b])
    for (const [at, term] of terms.entries()) before.set(term, terms[at - 1]);
  const pass = (isPair: (x: Term, y: Term) => boolean): void => {
    for (const term of a.terms) {
      if (partner.has(term)) continue;
      for (const other of free) {
        if (isPair(term, other)) {
          partner.set(term, other);
          free.delete(other);
          break;
        }
      }
    }
  };
  const isSame = (x: Term, y: Term): boolean => x.kind === y.kind && x.text === y.text;
  pass((x, y) => isSame(x, y) && x.prep === y.prep && before.get(x)?.text === before.get(y)?.text);
  pass((x, y) => isSame(x, y) && x.prep === y.prep);
  pass(isSame);
  pass(fits);
  return {
    pairs: [...partner].map(([x, y]) => ({ a: x, b: y })),
    onlyA: a.terms.filter((term) => !partner.has(term)),
    onlyB: [...free],
  };
}
