import { ACRONYM_WORDS, ELEMENTS, NUMBERED } from "./data/cased.ts";
import { CONTRACTIONS, IS_AFTER } from "./data/contractions.ts";
import { ALWAYS_ISE, SPELLINGS } from "./data/spelling.ts";
import { PAYLOAD } from "./payload.ts";
import { FUNCTION_WORDS, UNIT_FORMS } from "./data/classes.ts";
import { meantBy } from "./small-words.ts";
import { isBreak, type Token } from "./token.ts";

/** Written in capitals for emphasis, not because they are names. */
const EMPHASISED = new Set("NOT NO NEVER ONLY AND OR ALL MUST I".split(" "));

/** Products that start small and are written in any case by people who mean the same. */
const SMALL_START =
  /^(?:i(?:phone|pad|pod|mac|os|cloud|message|tunes|movie|watch)s?|macos|ebay|esim|npm|ipados)$/i;

const LETTERS = /^\p{Script=Latin}+$/u;
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  "a.m": "am",
  "p.m": "pm",
  "e.g": "for example",
  "i.e": "that is",
  "u.s": "usa",
  "u.s.a": "usa",
  "u.k": "uk",
  vs: "versus",
  etc: "etcetera",
  approx: "about",
};

/** True when capitals carry no meaning: a shouted text, or one in title case. */
function capitalsSayNothing(prose: string): boolean {
  const words = prose.match(/[A-Za-z][A-Za-z'’]*/g) ?? [];
  if (words.length > 2 && words.every((text) => text === text.toUpperCase())) return true;
  const long = words.filter((text) => text.length > 3);
  const capital = long.filter((text) => /^[A-Z]/.test(text));
  return long.length >= 4 && capital.length > long.length * 0.75;
}

/** "US", "IT", "May" and "Who" are other words than "us", "it", "may" and "who". */
function nameText(lower: string, raw: string): string {
  if (lower === "us") return "usa";
  // "Co" and "CO": an element and a compound. "AIDS" and "aids": a disease and what helps.
  if (ELEMENTS.has(raw) || ACRONYM_WORDS.has(raw)) return raw;
  return raw;
}

type Capital = { readonly shouted: boolean; readonly works: boolean };

/** Of works and those who make them, any word with a capital may be the name: "who wrote It". */
const OF_WORKS =
  /\b(?:wrote|directed|sang|sings?|plot|movies?|films?|novels?|songs?|bands?|books?|albums?|starred|stars|cast|lyrics|sitcom|musical|series)\b/;

/** A capital on a small word is emphasis or a title's; only these few are something else with it. */
function isNameLike(lower: string, raw: string, { shouted, works }: Capital): boolean {
  // "All A are B": a letter that stands for something.
  if (raw === "A") return true;
  if (!FUNCTION_WORDS.has(lower)) return true;
  if (works && !shouted && !/^(?:a|an|the|of|and|i)$/.test(lower)) return true;
  return shouted
    ? /^(?:it|us|who)$/.test(lower) && raw === lower.toUpperCase()
    : /^(?:may|will)$/.test(lower);
}

const isCasedName = (lower: string, raw: string): boolean =>
  FUNCTION_WORDS.has(lower) || ELEMENTS.has(raw) || ACRONYM_WORDS.has(raw);

function respell(text: string): string {
  const meant = meantBy(text);
  const known = Object.hasOwn(SPELLINGS, meant) ? SPELLINGS[meant] : undefined;
  if (known !== undefined || meant !== text) return known ?? meant;
  const ise = /^([a-z]{2,})(is)(e|ed|es|er|ers|ing|able|ation|ations)$/.exec(text);
  const stem = ise?.[1];
  if (ise === null || stem === undefined || ALWAYS_ISE.has(stem)) return text;
  return stem.length >= 4 ? `${stem}iz${ise[3] ?? ""}` : text;
}

/** Expands a short form; the possessive stays, as a token `'s` of its own. */
function expand(text: string): readonly string[] {
  const known = Object.hasOwn(CONTRACTIONS, text) ? CONTRACTIONS[text] : undefined;
  if (known !== undefined) return known.split(" ");
  if (!text.includes("'")) return [text];
  const parts = /^(.+?)(n't|'re|'m|'ll|'ve|'d|'s|')$/.exec(text);
  const stem = parts?.[1] ?? text;
  switch (parts?.[2] ?? "") {
    case "n't":
      return [stem, "not"];
    case "'re":
      return [stem, "are"];
    case "'m":
      return [stem, "am"];
    case "'ll":
      return [stem, "will"];
    case "'ve":
      return [stem, "have"];
    case "'d":
      return [stem, "would"];
    case "'s":
      return IS_AFTER.has(stem) ? [stem, "is"] : [stem, "'s"];
    case "'":
      return [stem, "'s"];
    default:
      return [text];
  }
}

/** "MB" and "Mb", "mW" and "MW": units whose case counts. */
const isCasedUnit = (raw: string): boolean =>
  raw.length <= 3 && /\p{Lu}/u.test(raw) && (Object.hasOwn(UNIT_FORMS, raw) || /\p{Ll}/u.test(raw));

class Tokeniser {
  readonly tokens: Token[] = [];
  readonly #plainCapitals: boolean;
  readonly #works: boolean;

  constructor(prose: string) {
    this.#plainCapitals = capitalsSayNothing(prose);
    this.#works = OF_WORKS.test(prose);
  }

  push(token: Token): void {
    this.tokens.push(token);
  }

  /** A break; two in a row are one, and a sentence end wins over a comma. */
  breakAt(kind: "end" | "pause", text: string): void {
    const last = this.tokens.at(-1);
    if (last === undefined) return;
    if (last.kind === "end") return;
    if (last.kind === "pause") this.tokens.pop();
    this.push({ kind, text });
  }

  word(raw: string): void {
    const small = raw.toLowerCase();
    const written = expand(small);
    const first = written[0] ?? "";
    const stem = raw.slice(0, first.length);
    if (this.tokens.at(-1)?.kind === "number" && isCasedUnit(raw)) {
      // A unit: "MB" and "Mb" are not the same amount.
      this.push({ kind: "word", text: raw });
      return;
    }
    const atStart = isBreak(this.tokens.at(-1));
    if (raw === "I" && NUMBERED.has(this.tokens.at(-1)?.text ?? "")) {
      this.push({ kind: "name", text: "i" });
      return;
    }
    const shouted = stem.length > 1 && stem === stem.toUpperCase();
    const capital =
      !this.#plainCapitals &&
      /^\p{Lu}/u.test(stem) &&
      !EMPHASISED.has(stem) &&
      (!atStart || shouted || /\p{Lu}/u.test(stem.slice(1))) &&
      isNameLike(first, stem, { shouted, works: this.#works });
    const inner = /\p{Ll}\p{Lu}/u.test(stem) || SMALL_START.test(stem);
    // camelCase is an identifier: its case counts. PascalCase is as often a product's name.
    if (!this.#plainCapitals && /^\p{Ll}/u.test(stem) && inner && !SMALL_START.test(stem)) {
      this.push({ kind: "code", text: raw });
      return;
    }
    // "R", "C", "B": a single capital names something; "r" does not. Names are never misspelt.
    const named = capital || SMALL_START.test(first);
    for (const [at, text] of (named ? written : expand(meantBy(small))).entries()) {
      if (at === 0 && named) {
        this.push({ kind: "name", text: isCasedName(text, stem) ? nameText(text, stem) : text });
      } else {
        for (const piece of respell(text).split("_")) this.push({ kind: "word", text: piece });
      }
    }
  }

  /** A chunk between spaces, already free of the punctuation around it. */
  chunk(core: string): void {
    const lower = core.toLowerCase();
    const abbreviation = Object.hasOwn(ABBREVIATIONS, lower) ? ABBREVIATIONS[lower] : undefined;
    if (abbreviation !== undefined) {
      for (const text of abbreviation.split(" ")) this.push({ kind: "word", text });
      return;
    }
    if (Object.hasOwn(SPELLINGS, lower) && core.includes("-")) {
      this.word(SPELLINGS[lower] ?? core);
      return;
    }
    if (/^[\p{Script=Latin}]+(?:['][\p{Script=Latin}]+)*'?$/u.test(core)) {
      this.word(core);
      return;
    }
    const amount = /^([$€£¥])?(\d[\d,]*(?:\.\d+)?)(?:(%)|[-]?(°[CF]?|[A-Za-zµ]{1,4}))?$/.exec(core);
    if (amount && plausible(amount[2] ?? "")) {
      this.push({ kind: "number", text: (amount[2] ?? "").replaceAll(",", "") });
      if (amount[1]) this.push({ kind: "word", text: amount[1] });
      if (amount[3]) this.push({ kind: "word", text: "percent" });
      if (amount[4]) this.push({ kind: "word", text: amount[4] });
      return;
    }
    if (core === "&") {
      this.push({ kind: "word", text: "and" });
      return;
    }
    if (/^(?:[A-Z][a-z]?\.)+[A-Z]$/.test(core)) {
      this.word(core.replaceAll(".", ""));
      return;
    }
    const parts = core.split("-");
    if (
      parts.length > 1 &&
      parts.every((part) => LETTERS.test(part) || /^\d+(?:\.\d+|st|nd|rd|th)?$/.test(part))
    ) {
      if (
        parts.some((part) => LETTERS.test(part)) &&
        parts.slice(1).every((part) => LETTERS.test(part))
      ) {
        for (const part of parts) this.chunk(part);
        return;
      }
    }
    // Whatever is no plain word or amount is code: a path, an option, an expression, a version.
    this.push({ kind: "code", text: core });
  }
}

/** Thousands separators in the right places; "1,2" is a list or a decimal comma, not twelve. */
function plausible(digits: string): boolean {
  return !digits.includes(",") || /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(digits);
}

const OPENING = /^["'([{<*]+(?=[\p{L}\p{N}$€£])/u;
/** What may follow a word without belonging to it. A closing bracket only if nothing opened inside. */
const CLOSING = /[.,;:!?…"'*]+$/;

function peel(chunk: string): { core: string; before: string; after: string } {
  let core = chunk;
  let after = "";
  const before = OPENING.exec(core)?.[0] ?? "";
  // `[1,2]` and `<div>` are code: brackets are peeled only where they hold prose.
  const bracketed =
    before.length > 0 && /^[^([{<>]*[)\]}>"'*.,;:!?]*$/.test(core.slice(before.length));
  const keepsBracket = /[[{<]/.test(before) || !bracketed;
  if (!keepsBracket) core = core.slice(before.length);
  for (;;) {
    const tail = CLOSING.exec(core)?.[0];
    if (tail !== undefined && /[\p{L}\p{N}\uE001]/u.test(core.slice(0, -tail.length))) {
      after = tail + after;
      core = core.slice(0, -tail.length);
    } else if (core.length > 1 && core.endsWith(")") && !core.includes("(")) {
      after = `)${after}`;
      core = core.slice(0, -1);
    } else {
      return { core, before: keepsBracket ? "" : before, after };
    }
  }
}

/** "application programming interface (API)": said twice. */
const ACRONYM_BEHIND = /((?:[A-Za-z]+[ -]){1,5}[A-Za-z]+) \(([A-Z]{2,6})s?\)/g;
const initials = (words: string): string =>
  words
    .toLowerCase()
    .split(/[ -]/)
    .map((text) => text[0] ?? "")
    .join("");

const withoutAcronyms = (text: string): string =>
  text.replaceAll(ACRONYM_BEHIND, (whole, words: string, acronym: string) =>
    initials(words).endsWith(acronym.toLowerCase()) ? words : whole,
  );

/** Splits prose (code and quotations already replaced by placeholders) into tokens. */
export function tokenise(text: string): Token[] {
  const prose = text.includes(" (") ? withoutAcronyms(text) : text;
  const out = new Tokeniser(prose);
  const chunks = prose
    .replaceAll(/([\p{Ll}\d)])(—|–|--|…|\.{3})\s*(?=\p{L})/gu, "$1 $2 ")
    .split(/\s+/);
  for (const [at, chunk] of chunks.entries()) {
    if (chunk === "") continue;
    const payload = PAYLOAD.exec(chunk);
    if (payload) {
      // Punctuation around a placeholder only: `⟦0⟧,` – what is glued to it otherwise is code.
      const rest = chunk.replace(payload[0], "");
      if (/[\p{L}\p{N}]/u.test(rest)) out.push({ kind: "code", text: rest });
      out.push({ kind: "payload", text: payload[0] });
      if (/[.!?]/.test(rest)) out.breakAt("end", ".");
      else if (/[,;:]/.test(rest)) out.breakAt("pause", ",");
      continue;
    }
    if (/^(?:[-–—…,;:]+|--+)$/.test(chunk)) {
      const between = /\d$/.test(chunks[at - 1] ?? "") && /^[\d$€£]/.test(chunks[at + 1] ?? "");
      if (between) out.push({ kind: "code", text: chunk });
      else out.breakAt("pause", ",");
      continue;
    }
    if (/^[.!?]+$/.test(chunk)) {
      out.breakAt("end", ".");
      continue;
    }
    const { core, before, after } = peel(chunk);
    if (before.includes("(")) out.breakAt("pause", ",");
    out.chunk(core);
    const name = core.toLowerCase();
    // "vs." and "a.m." end no sentence, unless a capital follows.
    const dotted = /^(?:[A-Z]\.)+[A-Z]$|^(?:Dr|Mr|Mrs|Ms|St|Prof|No|Jr|Sr)$/.test(core);
    const abbreviated =
      (dotted && at + 1 < chunks.length) ||
      (Object.hasOwn(ABBREVIATIONS, name) && !/^\p{Lu}/u.test(chunks[at + 1] ?? ""));
    if (/[.!?…]/.test(after) && !abbreviated) out.breakAt("end", ".");
    else if (/[,;:)]/.test(after)) out.breakAt("pause", ",");
  }
  while (isBreak(out.tokens.at(-1)) && out.tokens.length > 0) out.tokens.pop();
  return out.tokens;
}
