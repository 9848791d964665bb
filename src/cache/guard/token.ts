/** What a token is. A `question` stands for a phrase that was recognised: `<how>` for "how do I". */
export type TokenKind =
  | "word"
  | "name"
  | "number"
  | "code"
  | "payload"
  | "question"
  | "end"
  | "pause";

/** One piece of a text. `end` closes a sentence, `pause` is a comma, colon or dash. */
export type Token = {
  readonly kind: TokenKind;
  /** Lower case for words; as written for everything else, marks included. */
  readonly text: string;
  /** The words that a form of a question stands for; the text itself where absent. */
  readonly written?: string;
};

export const isBreak = (token: Token | undefined): boolean =>
  token === undefined || token.kind === "end" || token.kind === "pause";
