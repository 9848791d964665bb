import { describe, expect, it } from "vitest";

import { normaliseExact } from "../../../../src/cache/paraphrase/exact.ts";

describe("normaliseExact", () => {
  it.each([
    ["What is the capital of Peru?", "what is the capital of Peru"],
    [" \n What is the capital of Peru? ", "What is the capital of Peru"],
    ["tell me a joke", "Tell me a joke."],
    ["It’s late, what now?", "it's late, what now?"],
  ])("merges %s and %s", (a, b) => {
    expect(normaliseExact(a)).toBe(normaliseExact(b));
  });

  it.each([
    ["What is R?", "What is r?"],
    ["Can US citizens vote?", "Can us citizens vote?"],
    ["What is userId for?", "What is userid for?"],
    ["Was weiß der Weise?", "Was weiß der weise?"],
    ["What does `Foo` do?", "What does `foo` do?"],
    ['Translate "Polish"', 'Translate "polish"'],
    ["a  b\nc", "a b\nc"],
    ["Polish sausages", "polish sausages"],
    ["Java prices today", "java prices today"],
    ["May in Rome", "may in Rome"],
    ["Wie heißt die Hauptstadt?", "wie heißt die Hauptstadt"],
    ["Compare Orange vs. Apple", "Compare orange vs. apple"],
    ["Is it late. May we go", "Is it late. may we go"],
    ["if x:\n    y", "if x:\n  y"],
    ["Tell me a joke.", "Tell me a joke!"],
    ["Who wrote Oklahoma?", "Who wrote Oklahoma!"],
    ["I am ill.", "I am ill?"],
    ["What is 5!", "What is 5!!"],
    ["What is 5!", "What is 5"],
    ["What is n!", "What is n?"],
    ["What is (a+b)!", "What is (a+b)"],
    ["No, the other file.", "No, the other file!!"],
    ["", "?"],
    ["What is   the capital of Peru?", "What is the capital of Peru?"],
    ["What is the capital of Peru ?", "What is the capital of Peru?"],
    ["What is the capital of Peru??", "What is the capital of Peru?"],
    ["What does (a) do?", "what does (a) do?"],
    ["What is (a)?", "What is (a)"],
    ["What is “it’s”?", "What is “it's”?"],
    ["What is the apostrophe in it’s?", "What is the apostrophe in it's?"],
    ["Is tomorrow a word?", "Is tomorrow a word"],
    ["What is the code point of ;", "What is the code point of ,"],
  ])("keeps %s and %s apart", (a, b) => {
    expect(normaliseExact(a)).not.toBe(normaliseExact(b));
  });
});
