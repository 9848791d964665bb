import { CONTRACTIONS, IS_AFTER } from "./data/contractions.ts";
import {
  BE,
  DETERMINERS,
  DO,
  HAVE,
  MODALS,
  NO_NAMES,
  PREPOSITIONS,
  PRONOUNS,
  QUESTION_WORDS,
  SUBORDINATORS,
} from "./data/function-words.ts";
import { REQUEST } from "./data/requests.ts";
import { PAYLOAD } from "./payload.ts";
import { isBreak, type Token } from "./token.ts";

/** Spells a contraction out; the possessive stays, as a token `'s` of its own. */
function expand(text: string, next = "", last = ""): readonly string[] {
  // "Can not only", "cannot only"; "use don't in a text": the word itself.
  if (next === "only" || (/nt$|n't$|^cannot$/.test(text) && MENTIONS.has(last))) return [text];
  const known = Object.hasOwn(CONTRACTIONS, text) ? CONTRACTIONS[text] : undefined;
  if (known !== undefined) return known.split(" ");
  const [, stem = text, ending = ""] = /^(.+?)(n't|'re|'m|'ll|'ve|'d|'s|')$/.exec(text) ?? [];
  // "What'd", "he'd put": "did", "had" or "would".
  if (ending === "'d" && !WOULD_BEFORE.test(next)) return [text];
  const full = ENDINGS[ending];
  if (full !== undefined) return [stem, full];
  if (ending === "") return [text];
  if (ending !== "'s") return [stem, "'s"];
  if (next === "been") return [stem, "has"];
  return [stem, IS_AFTER.has(stem.toLowerCase()) || IS_BEFORE.test(next) ? "is" : "'s"];
}
/** Behind these a short form of "not" is no verb. */
const MENTIONS: ReadonlySet<string> = new Set(
  [...BE, ...MODALS, ...DO, ...HAVE].concat(
    "use using prefer avoid allow contain include than or and versus".split(" "),
  ),
);
/** What an owner's mark cannot stand before: "my flight's cancelled", "the car's making a noise". */
const IS_BEFORE =
  /^(?:(?:not|an?|the|my|so|too|very|always|just|still|already)$|[a-z]+(?:ed|ing)\b)/;
const WOULD_BEFORE = /^(?:like|love|be|prefer|appreciate|really|rather|want|need)$/i;
const ENDINGS: Readonly<Record<string, string>> = {
  "n't": "not",
  "'re": "are",
  "'m": "am",
  "'ll": "will",
  "'ve": "have",
  "'d": "would",
};

const isHelping = (text: string): boolean => DO.has(text) || HAVE.has(text) || MODALS.has(text);

/** A single "i" is the speaker beside these words; elsewhere it may be a number, a unit or a variable. */
function isSpeaker(last: Token | undefined, next: string): boolean {
  if (isBreak(last)) return /^[a-z]/.test(next) && next !== "is" && !PREPOSITIONS.has(next);
  const before = last?.text ?? "";
  return (
    isHelping(before) ||
    QUESTION_WORDS.has(before) ||
    SUBORDINATORS.has(before) ||
    /^(?:am|was|and|but|or|that|not|than)$/.test(before) ||
    isHelping(next) ||
    /^(?:am|was|want|wanted|just)$/.test(next)
  );
}

class Tokeniser {
  readonly tokens: Token[] = [];
  readonly #literal: boolean;

  constructor(literal: boolean) {
    this.#literal = literal;
  }

  push(token: Token): void {
    this.tokens.push(token);
  }

  /** A break; two in a row are one, and a sentence end wins over a comma. */
  breakAt(kind: "end" | "pause", text: string): void {
    const last = this.tokens.at(-1);
    if (last === undefined || last.kind === "end") return;
    if (last.kind === "pause") this.tokens.pop();
    this.push({ kind, text });
  }

  /** The break that the marks behind a word make; a mark said several times is said once. */
  breakBehind(marks: string): void {
    if (marks === "") return;
    const ends = marks.replaceAll(/[^.!?…]/g, "").replace(/^([.!?])\1+$|…/, "$1");
    if (/[.!?…]/.test(marks)) this.breakAt("end", ends === "" ? "." : ends);
    else if (/[,;:)]/.test(marks)) this.breakAt("pause", marks.includes(":") ? ":" : ",");
  }

  /**
   * Case counts: a word with a capital anywhere is a name, and never equal to the word written small. Only
   * the first letter of a sentence says nothing, and only where the word is known to be no name.
   */
  word(raw: string, next: string): void {
    const last = this.tokens.at(-1);
    const small = raw.toLowerCase();
    const isLevelled = raw === small || this.#isNoName(raw, small, next.toLowerCase());
    const written = isLevelled ? small : raw;
    const asks = /^(?:what|who|where|how|when|why)'s$/.test(small) && isBreak(last);
    for (const [at, text] of (this.#literal && !asks
      ? [written]
      : expand(written, next, last?.text)
    ).entries()) {
      this.push({ kind: isLevelled || at > 0 ? "word" : "name", text });
    }
  }

  /** The speaker, or a word that begins a sentence and is no name. */
  #isNoName(raw: string, small: string, next: string): boolean {
    const last = this.tokens.at(-1);
    const [follows = ""] = expand(next);
    if (small === "i") return isSpeaker(last, follows);
    if (small.startsWith("i'")) return true;
    if (!isBreak(last) || raw.slice(1) !== small.slice(1)) return false;
    return (
      NO_NAMES.has(expand(small)[0] ?? "") ||
      (REQUEST.has(small) && DETERMINERS.has(follows)) ||
      (MODALS.has(small) && PRONOUNS.has(follows))
    );
  }

  /** A chunk between spaces, already free of the punctuation around it. */
  chunk(core: string, next: string): void {
    if (/^\p{Script=Latin}+(?:[-']\p{Script=Latin}+)*'?$/u.test(core)) {
      this.word(core, next);
      return;
    }
    const amount = /^([$€£¥])?(\d[\d,]*(?:\.\d+)?)(%|°[CF]?|[A-Za-zµ]{1,4})?$/.exec(core);
    if (amount) {
      const [, currency, number = "", unit] = amount;
      this.push({ kind: "number", text: isGrouped(number) ? number.replaceAll(",", "") : number });
      for (const text of [currency, unit]) {
        if (text) this.push({ kind: text === text.toLowerCase() ? "word" : "name", text });
      }
      return;
    }
    if (/^[%°$€£¥]$/.test(core)) {
      this.push({ kind: "word", text: core });
      return;
    }
    // Whatever is no plain word or amount is code: a path, an option, an expression, a version.
    this.push({ kind: "code", text: core });
  }
}

/** Thousands separators in the right places; "1,2" is a list or a decimal comma, not twelve. */
const isGrouped = (digits: string): boolean => /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(digits);

const OPENING = /^["'([{<]+(?=[\p{L}\p{N}$€£])/u;
/** What may follow a word without belonging to it. A closing bracket only if nothing opened inside. */
const CLOSING = /[.,;:!?…"]+$/;

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
    // "0.333…" goes on.
    if (tail && /^\d.*(?:\.{3}|…)$/.test(core.replace(/[?!]$/, ""))) return { core, before, after };
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

/** Short forms that end in a full stop: "a.m.", "vs.", "Dr." end no sentence. */
const DOTTED = /^(?:(?:\p{L}\.)+\p{L}|vs|etc|approx|Dr|Mr|Mrs|Ms|St|Prof|No|Jr|Sr)$/u;

/**
 * Splits prose (code and quotations already replaced by placeholders) into tokens. In a `literal` text, one
 * about words, contractions stay as they are but for "what's" at the start.
 */
export function tokenise(prose: string, literal = false): Token[] {
  const out = new Tokeniser(literal);
  const chunks = prose
    .replaceAll(/([\p{Ll}\d)])(—|–|--|…|\.{3})\s*(?=\p{L})/gu, "$1 $2 ")
    .split(/\s+/)
    .filter((chunk) => chunk !== "");
  for (const [at, chunk] of chunks.entries()) {
    const payload = PAYLOAD.exec(chunk);
    if (payload) {
      // Punctuation around a placeholder only: `⟦0⟧,` – what is glued to it otherwise is code.
      const rest = chunk.replace(payload[0], "");
      if (/[\p{L}\p{N}]/u.test(rest)) out.push({ kind: "code", text: rest });
      out.push({ kind: "payload", text: payload[0] });
      out.breakBehind(rest);
      continue;
    }
    if (/^(?:[-–—…,;:]+|--+)$/.test(chunk)) {
      const between = /\d$/.test(chunks[at - 1] ?? "") && /^[\d$€£]/.test(chunks[at + 1] ?? "");
      if (between) out.push({ kind: "code", text: chunk });
      else out.breakAt("pause", ",");
      continue;
    }
    if (/^[.!?]+$/.test(chunk)) {
      out.breakBehind(chunk);
      continue;
    }
    const { core, before, after } = peel(chunk);
    if (before.includes("(")) out.breakAt("pause", ",");
    out.chunk(core, chunks[at + 1] ?? "");
    const goesOn = DOTTED.test(core) && at + 1 < chunks.length;
    out.breakBehind(goesOn ? after.replaceAll(/[.!?…]/g, "") : after);
  }
  if (out.tokens.at(-1)?.kind === "pause") out.tokens.pop();
  return out.tokens;
}
