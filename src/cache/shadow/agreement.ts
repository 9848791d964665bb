/** Numbers in digits, and the words for small ones. "One" is mostly no number. */
const NUMBER =
  /\d+(?:[.,]\d+)*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b/gi;
const WORDS = "two three four five six seven eight nine ten eleven twelve".split(" ");
const NEGATION =
  /\b(?:not|no|never|none|nothing|nobody|nowhere|nor|neither|cannot|without)\b|n['’]t\b/i;

/** Whether two answers name the same numbers, in whatever order and however often. */
export function numbersAgree(a: string, b: string): boolean {
  const [first, second] = [numbersIn(a), numbersIn(b)];
  return first.size === second.size && [...first].every((number) => second.has(number));
}

/** Whether both answers deny something, or neither does. */
export function negationsAgree(a: string, b: string): boolean {
  return NEGATION.test(a) === NEGATION.test(b);
}

function numbersIn(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(NUMBER), ([found]) => canonical(found.toLowerCase())));
}

/** Thousands are written with and without commas; decimals as they are. */
function canonical(number: string): string {
  const word = WORDS.indexOf(number);
  if (word >= 0) return String(word + 2);
  return number.replaceAll(/,(?=\d{3}(?:\D|$))/g, "");
}
