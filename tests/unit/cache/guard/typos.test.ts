import { describe, expect, it } from "vitest";

import { judge } from "../../../../src/cache/guard/guard.ts";
import { meantBy } from "../../../../src/cache/guard/small-words.ts";
import { isTypo } from "../../../../src/cache/guard/typos.ts";

describe("isTypo", () => {
  it.each([
    ["scrambeld", "scrambled", "two letters swapped"],
    ["vlaue", "value", "two letters of a short word swapped"],
    ["vacinations", "vaccinations", "a letter of a pair missing"],
    ["migrane", "migraine", "a letter missing"],
    ["vaction", "vacation", "a letter missing"],
    ["begginning", "beginning", "a letter doubled"],
    ["seperate", "separate", "another vowel"],
    ["tommorow", "tomorrow", "the doubling wrong twice"],
    ["neccesary", "necessary", "the doubling wrong twice"],
    ["faling", "failing", "a form of a short word"],
    ["recomended", "recommended", "a form"],
  ])("%s is meant to be %s: %s", (typed, meant) => {
    expect(isTypo(typed, meant)).toBe(true);
    expect(isTypo(meant, typed)).toBe(false);
  });

  it.each([
    ["form", "from"],
    ["trail", "trial"],
    ["nitrite", "nitrate"],
    ["methanol", "methane"],
    ["hypotension", "hypertension"],
    ["inulin", "insulin"],
    ["carprofen", "ibuprofen"],
    ["mongo", "mango"],
    ["canva", "canvas"],
    ["statin", "station"],
    ["desert", "dessert"],
    ["casual", "causal"],
    ["adsorption", "absorption"],
    ["interstate", "intrastate"],
    ["boat", "boar"],
    ["daniela", "daniel"],
    ["planed", "planned"],
    ["bakes", "brakes"],
    ["backs", "blacks"],
    ["buyer", "buyers"],
    ["zebra", "cobra"],
    ["aple", "maple"],
  ])("%s is no slip of %s", (typed, meant) => {
    expect(isTypo(typed, meant)).toBe(false);
  });
});

describe("meantBy", () => {
  it.each([
    ["teh", "the"],
    ["waht", "what"],
    ["wich", "which"],
    ["recieve", "receive"],
    ["definately", "definitely"],
    ["befor", "before"],
    ["shoudl", "should"],
    ["pyhton", "python"],
  ])("reads %s as %s", (typed, meant) => {
    expect(meantBy(typed)).toBe(meant);
  });

  it.each(["form", "whit", "wit", "thee", "hose", "constructor", "__proto__", "sold", "fund"])(
    "takes %s at its word",
    (text) => {
      expect(meantBy(text)).toBe(text);
    },
  );
});

describe("a mistyped question", () => {
  const verdict = (asked: string, cached: string) =>
    judge(asked, cached, 0.6, { threshold: 0.95 }).ok;

  it.each([
    ["how do i make scrambeld eggs flufy?", "How do I make scrambled eggs fluffy?"],
    ["waht should i eat befor a tenis match?", "What should I eat before a tennis match?"],
    [
      "how do i sort a dictonary by vlaue in pyhton?",
      "How do I sort a dictionary by value in Python?",
    ],
    ["pls help, how do i reheat piza?? thx", "how do i reheat pizza"],
  ])("%s is %s", (asked, cached) => {
    expect(verdict(asked, cached)).toBe(true);
    expect(verdict(cached, asked)).toBe(true);
  });

  it.each([
    [
      "names are never put right",
      "Where was Micheal born in Ireland?",
      "Where was Michael born in Ireland?",
    ],
    ["nor is code", "What does `lenght` do in a loop?", "What does `length` do in a loop?"],
    ["nor are options", "What does --recusrive do in grep?", "What does --recursive do in grep?"],
    ["a slip of two words", "How do I cook a penaut?", "How do I cook a walnut?"],
  ])("%s", (_, asked, cached) => {
    expect(verdict(asked, cached)).toBe(false);
    expect(verdict(cached, asked)).toBe(false);
  });
});
