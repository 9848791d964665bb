import {
  ARTICLES,
  BE,
  CONNECTORS,
  DO,
  HAVE,
  MODALS,
  POINTERS,
  PREPOSITIONS,
  PRONOUNS,
  QUESTION_WORDS,
  RELATIVES,
  SUBORDINATORS,
} from "./data/function-words.ts";
import { type Form, inflection } from "./inflection.ts";
import { isBreak, type Token, type TokenKind } from "./token.ts";

type Pause = "none" | "comma" | "stop";

/** A word, with what the articles and prepositions before it say of it. */
export type Term = {
  readonly kind: TokenKind;
  readonly text: string;
  /** The words that a form of a question stands for; undefined for words as they were written. */
  readonly written: string | undefined;
  /** The text, and the base forms it may be inflected from. */
  readonly stems: readonly string[];
  readonly form: Form;
  /** The preposition or conjunction in front: "to Paris", "if it rains". */
  readonly prep: string;
  readonly article: string;
  /** "Peru's". */
  readonly possessive: boolean;
  /** What stands before it and its preposition; a colon counts as a full stop. */
  readonly pause: Pause;
  /** It may stand before or behind the subject: question words, helping verbs, "not". */
  readonly free: boolean;
  readonly clause: number;
};

/** Words that relate others and stand where they stand. */
const LINKS = new Set(["or", ...CONNECTORS, ...RELATIVES, ...PREPOSITIONS, ...ARTICLES]);

/** A noun, verb or adjective, and not a word that only points at one. */
export const isContent = ({ free, text }: Term): boolean =>
  !free && !PRONOUNS.has(text) && !LINKS.has(text);

const COMPOUND_PREPOSITIONS = new Set([
  "out of",
  "off of",
  "up to",
  "from under",
  "from behind",
  "as of",
  "because of",
  "instead of",
]);
/** "Than in the morning": these need what follows, preposition and all. */
const JOINS = new Set("than as if unless when while until because whether before after".split(" "));

/** Turns canonical tokens into terms; takes a text once from left to right. */
export class TermBuilder {
  readonly #terms: Term[] = [];
  readonly #dos: string[] = [];
  #pointsBack = false;
  #vaguePointer = false;
  #prep = "";
  #article = "";
  #pause: Pause = "none";
  #clause = 0;
  /** A helping verb of the clause was there: the next "do" is the verb itself. */
  #helped = false;

  build(tokens: readonly Token[]) {
    for (const [at, token] of tokens.entries()) this.#take(token, at, tokens);
    this.#strand();
    return {
      terms: this.#terms,
      dos: this.#dos,
      pointsBack: this.#pointsBack,
      vaguePointer: this.#vaguePointer,
    };
  }

  #take(token: Token, at: number, tokens: readonly Token[]): void {
    if (isBreak(token)) {
      this.#endClause();
      this.#pause = token.text === "," ? "comma" : "stop";
    } else if (token.kind === "question") {
      this.#strand();
      this.#pushFree(token);
    } else if (token.kind !== "word" || !this.#functionWord(token, at, tokens)) {
      this.#push(token);
    }
  }

  /** Handles a word that only relates others; false if it is a term like any other. */
  #functionWord(token: Token, at: number, tokens: readonly Token[]): boolean {
    const { text } = token;
    if (ARTICLES.has(text)) {
      // "My the": never English, and nothing is dropped.
      this.#article = `${this.#article} ${text}`.trim();
      return true;
    }
    if (text === "'s") {
      const owner = this.#terms.pop();
      if (owner) this.#terms.push({ ...owner, possessive: true });
      return true;
    }
    if (text === "or" || text === "not") {
      if (text === "or") this.#pushLink(token);
      else this.#pushFree(token);
      return true;
    }
    if (QUESTION_WORDS.has(text) && this.#atStart(at, tokens)) {
      if (text === "when") return this.#preposition(token);
      this.#strand();
      const count = askedWords(at, tokens);
      this.#pushFree(count > 0 ? { kind: "question", text: `<${text} ${count}>` } : token);
      return true;
    }
    if (CONNECTORS.has(text) || (RELATIVES.has(text) && isInside(at, tokens))) {
      if (this.#prep !== "" && RELATIVES.has(text)) this.#strand();
      this.#pushLink(token);
      this.#endClause();
      return true;
    }
    if (SUBORDINATORS.has(text) || PREPOSITIONS.has(text)) return this.#preposition(token);
    if (POINTERS.has(text)) {
      if (isImpersonal(at, tokens)) this.#vaguePointer ||= !this.#hasNamed();
      else this.#point(tokens[at + 1]);
      return false;
    }
    return this.#helpingVerb(token, at, tokens);
  }

  /** Forms of "be", "have", "do" and modal verbs, as far as they help another verb. */
  #helpingVerb(token: Token, at: number, tokens: readonly Token[]): boolean {
    const { text } = token;
    if (DO.has(text)) {
      if (this.#helped) return false;
      this.#helped = true;
      this.#dos.push(text);
      return true;
    }
    const helps = BE.has(text) || MODALS.has(text) || (HAVE.has(text) && isPerfect(tokens, at));
    if (!helps) return false;
    this.#helped = true;
    this.#pushFree(token);
    return true;
  }

  #preposition({ text }: Token): boolean {
    // "Look like for a family", "wake up at five": the first one belongs to the verb before it.
    const joins = JOINS.has(this.#prep) || COMPOUND_PREPOSITIONS.has(`${this.#prep} ${text}`);
    if (this.#prep !== "" && !joins) this.#strand();
    this.#prep = this.#prep === "" ? text : `${this.#prep}_${text}`;
    if (SUBORDINATORS.has(text)) {
      this.#clause += 1;
      this.#helped = false;
    }
    return true;
  }

  #push(token: Token): void {
    this.#terms.push({ ...this.#term(token), prep: this.#prep, article: this.#article });
    this.#prep = "";
    this.#article = "";
    this.#pause = "none";
  }

  #pushFree(token: Token): void {
    this.#terms.push({ ...this.#term(token), free: true });
    this.#pause = "none";
  }

  /** A word whose article and preposition belong to what follows. */
  #pushLink(token: Token): void {
    this.#terms.push(this.#term(token));
    this.#pause = "none";
  }

  #term({ kind, text, written }: Token): Term {
    const { form, stems } =
      kind === "word" ? inflection(text) : { form: "plain" as const, stems: [text] };
    return {
      kind,
      text,
      written,
      stems: stems.includes(text) ? stems : [text, ...stems],
      form,
      prep: "",
      article: "",
      possessive: false,
      pause: this.#pause,
      free: false,
      clause: this.#clause,
    };
  }

  /** A preposition or article with nothing behind it ("what is it used for") is a term of its own. */
  #strand(): void {
    for (const text of [this.#prep, this.#article]) {
      if (text !== "") this.#pushLink({ kind: "word", text });
    }
    this.#prep = "";
    this.#article = "";
  }

  #endClause(): void {
    this.#strand();
    this.#clause += 1;
    this.#helped = false;
  }

  /** A question word opens its clause: only a preposition may stand before it ("at what temperature"). */
  #atStart(at: number, tokens: readonly Token[]): boolean {
    const before = tokens[at - 1];
    return (
      isBreak(before) ||
      before?.kind === "question" ||
      CONNECTORS.has(before?.text ?? "") ||
      before?.text === "or" ||
      (PREPOSITIONS.has(before?.text ?? "") && isBreak(tokens[at - 2])) ||
      !RELATIVES.has(tokens[at]?.text ?? "")
    );
  }

  #hasNamed(): boolean {
    return this.#terms.some((term) => isContent(term) && term.clause < this.#clause);
  }

  /** A pointer needs a thing in an earlier clause; "this function" names its own. */
  #point(next: Token | undefined): void {
    if (next?.kind === "payload") return;
    // "Before painting it, how do I prepare a wall?" points forward.
    const first = this.#terms.find((term) => term.clause === this.#clause && isContent(term));
    if (first !== undefined && first.prep !== "") return;
    this.#pointsBack ||= !this.#hasNamed();
  }
}

/**
 * Words behind a question word that it asks about: "what birds", "how old", "how many sick people". A helping
 * verb that moves from before them to behind them makes another question.
 */
function askedWords(at: number, tokens: readonly Token[]): number {
  const text = tokens[at]?.text ?? "";
  if (!/^(?:what|which|whose|how)$/.test(text)) return 0;
  const behind = tokens.slice(at + 1);
  const isAsked = ({ kind, text: word }: Token): boolean =>
    /^(?:word|name|number)$/.test(kind) && !NEVER_ASKED.has(word);
  const end = behind.findIndex((token) => !isAsked(token));
  const count = end < 0 ? behind.length : end;
  // "How GDP grows", "how diamonds are formed": a name or a plural is no degree.
  const [first] = behind;
  if (text === "how" && (first?.kind !== "word" || /[^su]s$/.test(first.text))) return 0;
  // "What photosynthesis is": nothing is left that it could be about.
  const rest = behind[count + 1];
  const isWhole = isBreak(rest) || CONNECTORS.has(rest?.text ?? "");
  return text === "what" && BE.has(behind[count]?.text ?? "") && isWhole ? 0 : count;
}
const NEVER_ASKED = new Set(["not", ...LINKS, ...PRONOUNS, ...BE, ...DO, ...HAVE, ...MODALS]);

const isInside = (at: number, tokens: readonly Token[]): boolean =>
  !isBreak(tokens[at - 1]) && !isBreak(tokens[at + 1]);

/** "It rains", "is it safe to": nothing is pointed at. */
function isImpersonal(at: number, tokens: readonly Token[]): boolean {
  const beside = [tokens[at - 1]?.text ?? "", tokens[at + 1]?.text ?? ""];
  return (
    tokens[at]?.text === "it" &&
    beside.some(
      (text) =>
        BE.has(text) || /^(?:takes?|costs?|seems?|matters?|rains?|snows?|freezes)$/.test(text),
    )
  );
}

/** "has been", "have not used": the verb "have" as a helper. */
function isPerfect(tokens: readonly Token[], at: number): boolean {
  for (const token of tokens.slice(at + 1, at + 4)) {
    const { form } = inflection(token.text);
    if (token.text === "been" || form === "ed" || form === "participle") return true;
    if (!PRONOUNS.has(token.text) && !/^(?:not|never|already|just|ever|always)$/.test(token.text))
      return false;
  }
  return false;
}
