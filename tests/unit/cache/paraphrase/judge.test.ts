import { describe, expect, it } from "vitest";

import {
  MIN_SIMILARITY,
  isComparable,
  normaliseExact,
} from "../../../../src/cache/paraphrase/judge.ts";
import { judgeTexts } from "./judge-texts.ts";

const options = { threshold: 0.8 };
const asked = "How do I sort a dictionary by value in Python?";
const polite = "Hi, how do I sort a dictionary by value in Python?";
const reworded = "How can I sort a dictionary by value in Python?";

describe("judge", () => {
  it("admits courtesy at any similarity down to the floor", () => {
    for (const cosine of [0.97, 0.8, MIN_SIMILARITY]) {
      expect(judgeTexts(asked, polite, cosine, options)).toEqual({ ok: true });
    }
    const refused = judgeTexts(asked, polite, MIN_SIMILARITY - 0.01, options);
    expect(refused).toEqual({ ok: false, rule: "similarity" });
  });

  it("admits another form of the question from the threshold on only", () => {
    expect(judgeTexts(asked, reworded, 0.8, options)).toEqual({ ok: true });
    expect(judgeTexts(asked, reworded, 0.79, options)).toEqual({ ok: false, rule: "similarity" });
    expect(judgeTexts(asked, reworded, 0.79, { threshold: 0.7 })).toEqual({ ok: true });
  });

  it("follows a threshold below its own floor", () => {
    expect(judgeTexts(asked, reworded, 0.4, { threshold: 0.4 })).toEqual({ ok: true });
  });

  it.each([Number.NaN, -1, Number.NEGATIVE_INFINITY])("refuses a similarity of %s", (cosine) => {
    expect(judgeTexts(asked, reworded, cosine, options)).toEqual({ ok: false, rule: "similarity" });
  });

  it("refuses a different question however similar its vector", () => {
    const other = "How do I sort a dictionary by key in Python?";
    expect(judgeTexts(asked, other, 1, options)).toEqual({ ok: false, rule: "wording" });
  });

  it("says which text it can say nothing of", () => {
    const verdict = judgeTexts(asked, `${asked}!`, 1, options);
    expect(verdict).toEqual({ ok: false, rule: "not_guardable" });
  });
});

const HOSTILE: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["white space", " \n\t "],
  ["punctuation", "?!.,;:—…"],
  ["emoji", "👩‍👩‍👧‍👦🎉 what is the meaning of the 🎉?"],
  ["Japanese", "日本の首都はどこですか"],
  ["Arabic", "ما هي عاصمة مصر؟"],
  ["mixed scripts", "What is the capital of Россия in the south?"],
  ["letters that look Latin", "Whаt is the cаpital of the country?"],
  ["half of a surrogate pair", "What is the \uD83D of the matter?"],
  ["control characters", "What is the \u0000 of the \u0007?"],
  ["private use", "What is the \uE0000\uE001 of the \uE000?"],
  ["a megabyte", "how is the ".repeat(95_000)],
  ["a megabyte without a space", "a".repeat(1_000_000)],
  ["a very long word", `what is the ${"x".repeat(1_500)} of the day`],
  ["many quotes", `what is the ${'"'.repeat(900)}`],
  ["many apostrophes", `what is the ${"'a ".repeat(400)}`],
  ["many brackets", `what is the ${"(((".repeat(300)} of the day`],
  ["many colons", `write the ${"a: ".repeat(300)}`],
  ["many backticks", `what is the ${"`".repeat(900)}`],
  ["many hyphens", `what is the ${"a-".repeat(400)}b`],
  ["many dots", `what is the ${"U.S.".repeat(200)}`],
  ["many capitals", `what is the ${"Aa ".repeat(230)} (AAA)`],
  ["one phrase over and over", "how do i ".repeat(60)],
  ["many lines", "what is the\n".repeat(80)],
  ["names of object members", "what is the __proto__ of the constructor and toString to you"],
];

describe("hostile texts", () => {
  it.each(HOSTILE)("%s: no crash, no wrong hit", (_, text) => {
    expect(judgeTexts(text, asked, 0.99, options).ok).toBe(false);
    expect(judgeTexts(asked, text, 0.99, options).ok).toBe(false);
    expect(judgeTexts(text, `${text} not`, 0.99, options).ok).toBe(false);
    isComparable(text);
    normaliseExact(text);
  });

  it("keeps other languages and scripts to exact hits", () => {
    for (const text of [
      "Wie sortiere ich ein Wörterbuch nach Werten in Python?",
      "¿Cómo ordeno un diccionario por valor en Python?",
      "Hoe sorteer ik een lijst in Python?",
      "Comment trier un dictionnaire par valeur ?",
      "Как отсортировать словарь?",
      "What is the capital of Россия?",
    ]) {
      expect(isComparable(text), text).toBe(false);
    }
  });
});
