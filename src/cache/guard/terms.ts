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

/** A word, with what the articles and prepositions before it say of it. */
export type Term = {
  readonly kind: TokenKind;
  readonly text: string;
  /** The words that a question form or another spelling stands for; undefined for words as they were written. */
  readonly written: string | undefined;
  /** The text, and the base forms it may be inflected from. */
  readonly stems: readonly string[];
  readonly form: Form;
  /** The preposition or conjunction in front: "to Paris", "if it rains". */
  readonly prep: string;
  readonly article: string;
  /** "Peru's". */
  readonly possessive: boolean;
  /** A comma or a full stop stands right before it. */
  readonly paused: boolean;
  /** A phrase begins here: it may be moved as a whole. */
  readonly opens: boolean;
  /** Its place inside its clause says nothing: question words, helping verbs, "and". */
  readonly free: boolean;
  readonly clause: number;
};

/** A noun, verb or adjective, and not a word that only points at one. */
export const isContent = ({ free, text }: Term): boolean => !free && !PRONOUNS.has(text);

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
  #opens = true;
  #paused = false;
  #clause = 0;
  /** A helping verb of the clause was there: the next "do" is the verb itself. */
  #helped = false;

  build(tokens: readonly Token[]) {
    for (const [at, token] of tokens.entries()) this.#take(token, at, tokens);
    this.#endPhrase();
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
      this.#paused = true;
    } else if (token.kind === "question") {
      this.#strand();
      this.#pushFree(token);
      this.#opens = true;
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
      this.#pushFree(token);
      this.#opens ||= text === "or";
      return true;
    }
    if (QUESTION_WORDS.has(text) && this.#atStart(at, tokens)) {
      if (text === "when") return this.#preposition(token);
      this.#strand();
      this.#pushFree(token);
      this.#opens = true;
      return true;
    }
    if (CONNECTORS.has(text) || (RELATIVES.has(text) && isInside(at, tokens))) {
      if (this.#prep !== "" && RELATIVES.has(text)) this.#strand();
      this.#pushFree(token);
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
    if (MODALS.has(text)) this.#opens = true;
    return true;
  }

  #preposition({ text }: Token): boolean {
    // "Look like for a family", "wake up at five": the first one belongs to the verb before it.
    const joins = JOINS.has(this.#prep) || COMPOUND_PREPOSITIONS.has(`${this.#prep} ${text}`);
    if (this.#prep !== "" && !joins) this.#strand();
    this.#prep = this.#prep === "" ? text : `${this.#prep}_${text}`;
    this.#opens = true;
    if (SUBORDINATORS.has(text)) {
      this.#clause += 1;
      this.#helped = false;
    }
    return true;
  }

  #push(token: Token): void {
    const paused = this.#paused && this.#prep === "";
    this.#terms.push({ ...this.#term(token), prep: this.#prep, article: this.#article, paused });
    this.#paused = false;
    this.#prep = "";
    this.#article = "";
    this.#opens = false;
  }

  #pushFree(token: Token): void {
    this.#terms.push({ ...this.#term(token), free: true });
    this.#paused = false;
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
      paused: false,
      opens: this.#opens,
      free: false,
      clause: this.#clause,
    };
  }

  /** A preposition or article with nothing behind it ("what is it used for") is a term of its own. */
  #strand(): void {
    for (const text of [this.#prep, this.#article]) {
      if (text !== "") this.#pushFree({ kind: "word", text });
    }
    this.#prep = "";
    this.#article = "";
  }

  #endPhrase(): void {
    this.#strand();
    this.#opens = true;
  }

  #endClause(): void {
    this.#endPhrase();
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
