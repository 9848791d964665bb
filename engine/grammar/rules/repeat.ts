import type { RuleBook, RuleRef, Sequence } from "./rule-book.ts";

/**
 * A long repetition is made of blocks of this length and a rest. Of 8 000 rules, one for each
 * position, some 200 are left, and at most three parses are open at once.
 */
const BLOCK = 64;

/** The longest repetition that is counted; a longer one is held to this. */
export const MAX_COUNT = 65_536;

/** Optional values that are counted one by one. */
const MAX_VALUES = 4_096;

type Range = readonly [min: number, max: number];

/**
 * A character, `min` to `max` times. The parser's own `{m,n}` is not used: it silently takes a
 * bound above 2 000 for none.
 */
export function repeatChar(book: RuleBook, char: RuleRef, [min, max]: Range): Sequence {
  return [...exactly(book, char, min), ...upTo(book, char, Math.min(max, MAX_COUNT) - min)];
}

/**
 * A value, `min` to `max` times; `Infinity` for no end. There are no blocks: values can be nested,
 * and three parses at one level are nine at the next.
 */
export function repeatValue(book: RuleBook, value: RuleRef, [min, max]: Range): Sequence {
  const rest = Number.isFinite(max)
    ? chain(book, value, Math.min(max - min, MAX_VALUES))
    : [book.once(`${value.rule} endless`, (self) => [[value, self], []])];
  return [...exactly(book, value, min), ...rest];
}

function exactly(book: RuleBook, item: RuleRef, count: number): Sequence {
  const block = blockOf(book, item);
  return [
    ...Array.from({ length: Math.floor(count / BLOCK) }, () => block),
    ...Array.from({ length: count % BLOCK }, () => item),
  ];
}

function upTo(book: RuleBook, item: RuleRef, count: number): Sequence {
  let result = chain(book, item, count % BLOCK);
  if (count < BLOCK) return result;
  const block = blockOf(book, item);
  const last = chain(book, item, BLOCK - 1);
  for (let most = (count % BLOCK) + BLOCK; most <= count; most += BLOCK) {
    const rest = result;
    result = [book.once(`${item.rule} up to ${most}`, () => [[block, ...rest], last])];
  }
  return result;
}

function chain(book: RuleBook, item: RuleRef, count: number): Sequence {
  let result: Sequence = [];
  for (let most = 1; most <= count; most += 1) {
    const rest = result;
    result = [book.once(`${item.rule} up to ${most}`, () => [[item, ...rest], []])];
  }
  return result;
}

function blockOf(book: RuleBook, item: RuleRef): RuleRef {
  return book.once(`${item.rule} block`, () => [Array.from({ length: BLOCK }, () => item)]);
}
