import {
  ARTICLES,
  BE,
  CONNECTORS,
  POINTERS,
  PREPOSITIONS,
  RELATIVES,
  SPEAKER,
  SUBORDINATORS,
} from "./data/classes.ts";
import { synonymOf } from "./data/synonyms.ts";
import { isFreeAdverb } from "./data/tasks.ts";
import { type Form, inflection } from "./inflection.ts";
import { isBreak, type Token, type TokenKind, word } from "./token.ts";
import { isParticiple } from "./voice.ts";

/** A word that carries meaning, with what was said about it by the small words around. */
export type Unit = {
  readonly kind: TokenKind;
  readonly text: string;
  /** Canonical forms: two units can be the same if they share one. */
  readonly keys: readonly string[];
  /** The same without synonyms. */
  readonly stems: readonly string[];
  readonly form: Form;
  /** The preposition or conjunction in front: "to Paris", "if it rains". */
  readonly prep: string;
  /** A phrase begins here: it may be moved as a whole. */
  readonly opens: boolean;
  /** "Peru's": an of-phrase that stands in front of its noun. */
  readonly possessive: boolean;
  /** "a", "the" or nothing, as far as one was said. */
  readonly article: string;
  /** Its place does not matter: question words, modal verbs, negation (which has a rule of its own). */
  readonly free: boolean;
  /** The helping verb before it: "" for a verb on its own. */
  readonly helper: "" | "present" | "past" | "perfect" | "none";
  /** The pronoun in front that did or was it. */
  readonly subject: "" | "speaker" | "others";
  /** Follows "that", "who", "it": an -s is a verb's. */
  readonly verb: boolean;
  readonly clause: number;
};

const COMPOUND_PREPOSITIONS = new Set([
  "out of",
  "off of",
  "up to",
  "from under",
  "from behind",
  "as of",
  "of with",
  "because of",
  "instead of",
]);
/** "Than in the morning": these need what follows, preposition and all. */
const JOINS = new Set("than as if unless when while until because whether before after".split(" "));
/** Verbs whose "me" only says who wants it done. */
const SERVES =
  /^(?:give|write|show|make|help|helps|recommend|suggest|draft|create|find|let|get|buy|<list>|<what>|<explain>)$/;
const PAST_BE = new Set(["was", "were", "did", "had"]);
const HAVE = new Set(["have", "has", "had", "having"]);
const DO = new Set(["do", "does", "did"]);

/** Turns canonical tokens into units; reads a text once from left to right. */
export class UnitBuilder {
  readonly #exact: boolean;
  readonly #units: Unit[] = [];
  readonly #pointed: string[] = [];
  readonly #tenses = new Set<string>();
  #pointsBack = false;
  #vaguePointer = false;
  #prep = "";
  #opens = true;
  #article = "";
  #subject: Unit["subject"] = "";
  #clause = 0;
  #auxiliary = false;

  constructor(exact: boolean) {
    this.#exact = exact;
  }

  build(tokens: readonly Token[]) {
    for (const [at, token] of tokens.entries()) this.#take(token, at, tokens);
    this.#endClause();
    return {
      units: this.#units,
      pointed: this.#pointed,
      pointsBack: this.#pointsBack,
      vaguePointer: this.#vaguePointer,
      tenses: this.#tenses,
    };
  }

  /** A preposition with nothing behind it ("what is it used for") is a word of its own. */
  #strand(): void {
    if (this.#prep === "") return;
    const text = this.#prep;
    this.#prep = "";
    this.#push(word(text), { free: true });
  }

  #endClause(): void {
    this.#strand();
    this.#article = "";
    this.#opens = true;
  }

  #push(
    token: Token,
    {
      free = false,
      helper = "none",
      verb = false,
      keys,
    }: { free?: boolean; helper?: Unit["helper"]; verb?: boolean; keys?: readonly string[] } = {},
  ): void {
    const { form, stems } =
      token.kind === "word" ? inflection(token.text) : uninflected(token.text);
    this.#units.push({
      kind: token.kind,
      text: token.text,
      keys: keys ?? this.#keys(token, stems),
      stems: this.#exact ? [token.text] : [...new Set([token.text, ...stems])],
      form,
      prep: free ? "" : this.#prep,
      opens: this.#opens,
      possessive: false,
      article: this.#article,
      free,
      helper,
      verb,
      subject: this.#subject,
      clause: this.#clause,
    });
    if (free) return;
    this.#prep = "";
    this.#opens = false;
    this.#article = "";
    this.#subject = "";
  }

  #keys(token: Token, stems: readonly string[]): readonly string[] {
    if (token.kind !== "word" || this.#exact) return [token.text];
    const whole = synonymOf(token.text);
    return whole === token.text ? [...new Set([token.text, ...stems].map(synonymOf))] : [whole];
  }

  #take(token: Token, at: number, tokens: readonly Token[]): void {
    if (isBreak(token)) {
      this.#endClause();
      this.#clause += 1;
      this.#auxiliary = false;
      return;
    }
    if (token.kind === "mark") {
      // "At what temperature …" as "what temperature … at".
      if (/^<(?:what|who)>$/.test(token.text)) this.#strand();
      // "<who> to" carries its preposition; a phrase begins behind a question word or modal verb.
      this.#push(token, { free: true });
      this.#opens = true;
      this.#auxiliary ||= /^<(?:can|may|might|must|need|should|will)>$/.test(token.text);
      if (token.text === "<will>") this.#tenses.add("future");
      return;
    }
    if (token.kind === "number" && token.text === "1" && isSingularNoun(tokens[at + 1])) {
      this.#article = "one";
      return;
    }
    if (token.kind !== "word" || !this.#small(token, at, tokens))
      this.#push(token, {
        free: isFreeAdverb(token.text),
        helper: this.#helper(at, tokens),
        verb: /^(?:that|this|which|who|it|he|she|to)$/.test(tokens[at - 1]?.text ?? ""),
      });
    this.#noteTense(token, at, tokens);
  }

  /** Handles a word that carries no meaning of its own; false if it does. */
  #small({ text }: Token, at: number, tokens: readonly Token[]): boolean {
    if (ARTICLES.has(text)) {
      this.#article = text === "the" ? "the" : "a";
      return true;
    }
    if (text === "some" && /^<(?:list|what)>$/.test(tokens[at - 1]?.text ?? "")) {
      this.#article = "some";
      return true;
    }
    if (text === "'s") {
      this.#possessive();
      return true;
    }
    if (text === "or") {
      this.#push({ kind: "word", text }, { free: true });
      this.#opens = true;
      return true;
    }
    if (text === "not") {
      this.#push({ kind: "word", text }, { free: true });
      return true;
    }
    if (CONNECTORS.has(text) || RELATIVES.has(text)) {
      if (text === "that" && !this.#relative(at, tokens)) this.#point(tokens[at + 1]);
      if (this.#prep !== "" && RELATIVES.has(text)) return true;
      this.#endClause();
      this.#clause += 1;
      this.#auxiliary = false;
      return true;
    }
    if (/^(?:its|their)$/.test(text)) {
      this.#article = "their";
      return true;
    }
    if (text === "using" && !this.#isVerbForm(at, tokens)) {
      this.#prep = this.#prep === "" ? "with" : `${this.#prep}_with`;
      this.#opens = true;
      return true;
    }
    if (SUBORDINATORS.has(text) || PREPOSITIONS.has(text)) {
      // "Look like for a family", "wake up at five": the first one belongs to the verb before it.
      const joins = JOINS.has(this.#prep) || COMPOUND_PREPOSITIONS.has(`${this.#prep} ${text}`);
      if (this.#prep !== "" && !joins) this.#strand();
      this.#prep = this.#prep === "" ? text : `${this.#prep}_${text}`;
      this.#opens = true;
      if (SUBORDINATORS.has(text)) {
        this.#clause += 1;
        this.#auxiliary = false;
      }
      return true;
    }
    if (text === "my" || text === "our") {
      if (this.#prep === "if") this.#prep = "if_i";
      this.#article = "my";
      return true;
    }
    if (SPEAKER.has(text)) {
      if (text === "i" || text === "we") this.#subject = "speaker";
      // "If I weigh 70 kg" may be said as "I weigh 70 kg".
      if (this.#prep === "if" && (text === "i" || text === "we")) this.#prep = "if_i";
      // "about me", "for us": an object like any other.
      if (this.#prep !== "" && (text === "me" || text === "us")) {
        // "Draft a plan for us" is no other plan.
        if (this.#prep === "for") this.#prep = "";
        else this.#push(word("me"));
      } else if ((text === "me" || text === "us") && !SERVES.test(tokens[at - 1]?.text ?? "")) {
        this.#push(word("me"));
      }
      return true;
    }
    if (POINTERS.has(text)) {
      if (text === "they" || text === "it") this.#subject = "others";
      const impersonal =
        text === "it" &&
        [tokens[at - 1], tokens[at + 1]].some(
          (next) =>
            BE.has(next?.text ?? "") ||
            /^(?:takes?|means?|costs?|seems?|matters?|rains?|snows?|hails?|freezes?|thunders?|rained|snowed|raining|snowing)$/.test(
              next?.text ?? "",
            ),
        );
      if (impersonal)
        this.#vaguePointer ||= !this.#units.some(
          (unit) => !unit.free && unit.clause < this.#clause,
        );
      else this.#point(tokens[at + 1]);
      if (
        this.#prep !== "" &&
        !/^(?:if|when|because|as|so|since|while|unless|until|after|before)/.test(this.#prep)
      ) {
        this.#pointed.push(this.#prep);
        this.#prep = "";
      }
      return true;
    }
    if (text === "there") return true;
    if (BE.has(text)) {
      this.#auxiliary = true;
      return true;
    }
    if (DO.has(text)) {
      // The second auxiliary of a clause is the verb itself: "what does it do", "what can I do".
      if (
        this.#auxiliary ||
        (isBreak(tokens[at - 1]) && /^(?:this|that|it)$/.test(tokens[at + 1]?.text ?? ""))
      )
        return false;
      this.#auxiliary = true;
      return true;
    }
    if (/^(?:get|gets|got|getting)$/.test(text) && isParticiple(tokens[at + 1])) return true;
    if (
      HAVE.has(text) &&
      !perfect(tokens, at) &&
      /^(?:that|which|who)$/.test(tokens[at - 1]?.text ?? "")
    ) {
      // "people who have a pacemaker", "people with a pacemaker".
      this.#prep = "with";
      this.#opens = true;
      return true;
    }
    if (HAVE.has(text) && perfect(tokens, at)) {
      this.#tenses.add("perfect");
      return true;
    }
    return false;
  }

  /** A pointer needs a thing in an earlier clause; "this function" names its own. */
  #point(next: Token | undefined): void {
    if (next?.kind === "payload") return;
    // "Before painting it, how do I prepare a wall?" points forward.
    const clause = this.#units.find((unit) => unit.clause === this.#clause && !unit.free);
    if (clause !== undefined && clause.prep !== "") return;
    const named = this.#units.some((unit) => !unit.free && unit.clause < this.#clause);
    if (!named) this.#pointsBack = true;
  }

  /** "New York's theatre" as "theatre of New York", in its place. */
  #possessive(): void {
    let first = this.#units.length - 1;
    const nounStart = (at: number): boolean => {
      const unit = this.#units[at];
      return (
        unit === undefined || unit.opens || unit.article !== "" || unit.clause !== this.#clause
      );
    };
    let start = first;
    while (!nounStart(start) && first - start < 4) start -= 1;
    // With an article the noun phrase is known; without one only a name is longer than a word.
    if ((this.#units[start]?.article ?? "") !== "") first = start;
    else
      while (this.#units[first - 1]?.kind === "name" && this.#units[first]?.kind === "name")
        first -= 1;
    const owner = this.#units[first];
    if (owner) {
      this.#prep = owner.prep;
      this.#units[first] = { ...owner, prep: "of", opens: true, possessive: true };
    }
    // The owner and what is owned are one phrase: they move together or not at all.
    this.#opens = false;
  }

  /** "that" is a relative unless a clause ends or a verb follows at once. */
  #relative(at: number, tokens: readonly Token[]): boolean {
    return !isBreak(tokens[at - 1]) && !isBreak(tokens[at + 1]);
  }

  #noteTense(token: Token, at: number, tokens: readonly Token[]): void {
    if (token.kind !== "word") return;
    if (PAST_BE.has(token.text)) this.#tenses.add("past");
    // "is" and "are" before a participle say nothing about the time of what was done.
    if (/^(?:is|are|am|do|does)$/.test(token.text) && !isParticiple(tokens[at + 1]))
      this.#tenses.add("present");
  }

  #isVerbForm(at: number, tokens: readonly Token[]): boolean {
    const before = tokens[at - 1];
    return (
      isBreak(before) ||
      (before !== undefined &&
        (BE.has(before.text) || PREPOSITIONS.has(before.text) || SUBORDINATORS.has(before.text)))
    );
  }

  /** The helping verb in front; "none" for "the book written by", which has no time. */
  #helper(at: number, tokens: readonly Token[]): Unit["helper"] {
    if (tokens[at + 1]?.text === "by") return "none";
    for (let back = at - 1; back >= Math.max(0, at - 8); back -= 1) {
      const before = tokens[back];
      if (before === undefined || isBreak(before)) return "";
      if (before.text === "be") return "none";
      if (/^(?:been|being)$/.test(before.text)) continue;
      if (/^(?:was|were|got)$/.test(before.text)) return "past";
      if (HAVE.has(before.text)) return "perfect";
      if (BE.has(before.text) || before.text === "get" || before.text === "gets") return "present";
    }
    return "";
  }
}

/** "One sentence" as "a sentence"; "1 and 2" and "1.5 litres" stay numbers. */
const isSingularNoun = (token: Token | undefined): boolean =>
  token?.kind === "word" &&
  !PREPOSITIONS.has(token.text) &&
  !CONNECTORS.has(token.text) &&
  inflection(token.text).form === "plain" &&
  !/^(?:or|percent|am_time|pm_time|to)$/.test(token.text);

const uninflected = (text: string): { form: Form; stems: readonly string[] } => ({
  form: "plain",
  stems: [text],
});

/** "has been", "have not used": the verb "have" as a helper. */
function perfect(tokens: readonly Token[], at: number): boolean {
  for (let next = at + 1; next <= at + 3; next += 1) {
    const token = tokens[next];
    if (token?.kind !== "word") return false;
    const { form } = inflection(token.text);
    if (token.text === "been" || form === "ed" || form === "participle") return true;
    if (
      !/^(?:not|never|already|just|recently|i|we|you|they|he|she|it|ever|always)$/.test(token.text)
    )
      return false;
  }
  return false;
}
