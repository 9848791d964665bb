/** What a token is. Marks stand for a phrase that was recognised: `<how>` for "how do I". */
export type TokenKind = "word" | "name" | "number" | "code" | "payload" | "mark" | "end" | "pause";

/** One piece of a text. `end` closes a sentence, `pause` is a comma, colon or dash. */
export type Token = {
  readonly kind: TokenKind;
  /** Lower case for words and names, exact for code and payloads. */
  readonly text: string;
};

export const isBreak = (token: Token | undefined): boolean =>
  token === undefined || token.kind === "end" || token.kind === "pause";

export const word = (text: string): Token => ({ kind: "word", text });
export const mark = (text: string): Token => ({ kind: "mark", text });
