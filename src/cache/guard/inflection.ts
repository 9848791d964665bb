import { VERBS } from "./data/irregular.ts";

/** How a word is inflected, as far as its ending says. */
export type Form = "plain" | "s" | "ing" | "ed" | "past" | "participle";

/** The words a form may come from (several where spelling leaves it open) and the form itself. */
export type Inflection = { readonly stems: readonly string[]; readonly form: Form };

const IRREGULAR = new Map<string, Inflection>();
for (const [base, past, participle] of VERBS) {
  if (past !== base)
    IRREGULAR.set(past, { stems: [base], form: past === participle ? "ed" : "past" });
  if (participle !== base && participle !== past) {
    IRREGULAR.set(participle, { stems: [base], form: "participle" });
  }
}

const VOWEL = /[aeiouy]/;
/** consonant, vowel, consonant: such a short stem doubles its last letter ("stopping") or had an e ("making"). */
const SHORT_CLOSED = /^[^aeiou]*[aeiouy][^aeiouywx]$/;

function stemsOf(stem: string): readonly string[] {
  const last = stem.at(-1) ?? "";
  if (last === stem.at(-2) && !VOWEL.test(last)) {
    return "lsfz".includes(last) ? [stem] : [stem.slice(0, -1), stem];
  }
  if (stem.endsWith("i")) return [`${stem.slice(0, -1)}y`];
  if (SHORT_CLOSED.test(stem)) return [`${stem}e`];
  return [stem, `${stem}e`];
}

/** Undoes one regular or irregular ending. Both texts go through it, so what it cannot know it leaves alone. */
export function inflection(text: string): Inflection {
  const known = IRREGULAR.get(text);
  if (known) return known;
  const plain: Inflection = { stems: [text], form: "plain" };
  if (text.length < 4 || !/^[a-z]+$/.test(text)) return plain;
  if (text.endsWith("ing") && text.length >= 5) {
    const stem = text.slice(0, -3);
    return VOWEL.test(stem) ? { stems: stemsOf(stem), form: "ing" } : plain;
  }
  if (text.endsWith("ied") && text.length > 4) {
    return { stems: [`${text.slice(0, -3)}y`], form: "ed" };
  }
  if (text.endsWith("ed") && !text.endsWith("eed")) {
    const stem = text.slice(0, -2);
    return VOWEL.test(stem) ? { stems: stemsOf(stem), form: "ed" } : plain;
  }
  if (/(?:ss|us|is|ous)$/.test(text)) return plain;
  if (text.endsWith("ies") && text.length > 4) {
    return { stems: [`${text.slice(0, -3)}y`, text.slice(0, -1)], form: "s" };
  }
  if (/(?:ch|sh|ss|x|zz)es$/.test(text)) return { stems: [text.slice(0, -2)], form: "s" };
  if (text.endsWith("oes")) return { stems: [text.slice(0, -2), text.slice(0, -1)], form: "s" };
  if (text.endsWith("s")) return { stems: [text.slice(0, -1)], form: "s" };
  return plain;
}
