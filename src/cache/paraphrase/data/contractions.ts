/** Short forms that are no word and an ending. */
export const CONTRACTIONS: ReadonlyMap<string, string> = new Map([
  ["can't", "cannot"],
  ["won't", "will not"],
  ["shan't", "shall not"],
  ["dont", "do not"],
  ["doesnt", "does not"],
  ["didnt", "did not"],
  ["isnt", "is not"],
  ["arent", "are not"],
  ["wasnt", "was not"],
  ["werent", "were not"],
  ["hasnt", "has not"],
  ["havent", "have not"],
  ["couldnt", "could not"],
  ["shouldnt", "should not"],
  ["wouldnt", "would not"],
  ["whats", "what is"],
  ["thats", "that is"],
]);

/** What an ending stands for, whatever it follows; "'s" and "'d" have several readings. */
export const ENDINGS: Readonly<Record<string, string>> = {
  re: "are",
  m: "am",
  ll: "will",
  ve: "have",
};

/** Verbs whose short form of "not" is spelt out: "is" for "isn't". */
export const NEGATED: ReadonlySet<string> = new Set(
  "is are was were has have had do does did could should would must need might".split(" "),
);

/** Words whose endings are short forms of verbs; behind any other word "'s" may be an owner's mark. */
export const IS_AFTER: ReadonlySet<string> = new Set(
  "what where who how why when it that there he she here this I you we they".split(" "),
);
