/** Short forms with what they stand for. Only forms with one reading: "how'd" has two. */
export const CONTRACTIONS: Readonly<Record<string, string>> = {
  "can't": "can not",
  cannot: "can not",
  "won't": "will not",
  "shan't": "shall not",
  dont: "do not",
  doesnt: "does not",
  didnt: "did not",
  isnt: "is not",
  arent: "are not",
  wasnt: "was not",
  werent: "were not",
  hasnt: "has not",
  havent: "have not",
  hadnt: "had not",
  couldnt: "could not",
  shouldnt: "should not",
  wouldnt: "would not",
  ive: "i have",
  youre: "you are",
  theyre: "they are",
  thats: "that is",
  whats: "what is",
  theres: "there is",
  "let's": "let us",
  pls: "please",
  plz: "please",
  thx: "thanks",
};

/** Words after which 's is "is"; after any other word it is read as a possessive. */
export const IS_AFTER: ReadonlySet<string> = new Set(
  "what where who how when why it that there he she here this".split(" "),
);
