import { describe, expect, it } from "vitest";

import { plain } from "../../../../src/cache/paraphrase/plain.ts";

describe("plain", () => {
  it.each<[string, readonly string[]]>([
    ["Why is the sky blue?", ["Why is the sky blue?"]],
    [" why is the sky blue\n", ["why is the sky blue"]],
    ["A dog bit me, and I bleed.", ["A dog bit me, and I bleed."]],
    ["It’s my well-known sister's 40 cats", ["It's my well-known sister's 40 cats"]],
    ["I fell. What now? Is it bad?", ["I fell.", "What now?", "Is it bad?"]],
  ])("reads %j", (text, sentences) => {
    expect(plain(text)).toEqual(sentences);
  });

  it.each([
    ["nothing", ""],
    ["two spaces", "Why is the  sky blue?"],
    ["a line break", "Why is the sky\nblue?"],
    ["a tab", "Why is the\tsky blue?"],
    ["two marks", "Why is the sky blue??"],
    ["an exclamation mark", "Who wrote Oklahoma!"],
    ["a mark behind a space", "Why is the sky blue ?"],
    ["a mark in front", "?Why is the sky blue"],
    ["a comma behind a space", "Why , is the sky blue?"],
    ["a comma without a space", "Why,is the sky blue?"],
    ["two commas", "Why,, is the sky blue?"],
    ["a comma at the end", "Why is the sky blue,"],
    ["a small letter behind a mark", "What does nil? do in Ruby?"],
    ["a quotation", 'Who sings "Hello"?'],
    ["an open apostrophe", "What is the type of 'a in it?"],
    ["brackets", "Who (if anybody) sings it?"],
    ["a colon", "My question: who sings it?"],
    ["a dash", "Who sings it – and why?"],
    ["two hyphens", "What is a re--cover?"],
    ["a decimal", "What is 3.5 of it?"],
    ["a group of digits", "What is 1,000 of it?"],
    ["a unit", "What is 5km of it?"],
    ["a percentage", "What is 5% of it?"],
    ["a sign", "What does x <- 5 do?"],
    ["a path", "What is in /etc for it?"],
    ["an option", "What does -v do?"],
    ["a letter on its own", "What is the value of n in it?"],
    ["a small i", "What is i in it?"],
    ["a letter that is counted", "How many e's are in it?"],
    ["a capital inside", "What is the size of A in it?"],
    ["an accent", "Where is the café?"],
    ["another script", "Where is the саfe?"],
    ["an emoji", "Where is the 🎉?"],
    ["a text that is too long", "what is the ".repeat(200)],
  ])("does not read %s", (_, text) => {
    expect(plain(text)).toBeUndefined();
  });

  it.each([
    "What does the word set mean?",
    "How do I spell necessary?",
    "How do I pronounce scone?",
    "How many syllables does the sentence have?",
    "Is the email line too formal?",
    "How should I reply to the text from my ex?",
    "What is the tone of the note?",
    "Show me how to sign please",
    "What is please in German?",
    "How do I say please to a waiter?",
    "Translate good morning.",
    "Is it rude to answer no, thank you",
    "Is accomodate accepted in Scrabble?",
    "How many characters are in hello world?",
    "What is the plural of ox?",
  ])("does not read what is about words: %s", (text) => {
    expect(plain(text)).toBeUndefined();
  });
});
