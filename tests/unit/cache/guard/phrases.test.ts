import { describe, expect, it } from "vitest";

import { PhraseBook } from "../../../../src/cache/guard/phrases.ts";
import { tokenise } from "../../../../src/cache/guard/tokenise.ts";

const apply = (source: string, text: string): string =>
  new PhraseBook(source, { WH: new Set(["what", "how"]) })
    .apply(tokenise(text))
    .map((token) => token.text)
    .join(" ");

describe("PhraseBook", () => {
  it("replaces words, choices and optional words", () => {
    expect(apply("get/got rid of => remove", "how I got rid of it")).toBe(
      "how I remove it".toLowerCase(),
    );
    expect(apply("thanks a? lot =>", "it works thanks lot")).toBe("it works");
  });

  it("keeps to the start or the end of a clause", () => {
    expect(apply("^ please =>", "please sit and say please")).toBe("sit and say please");
    expect(apply("please $ =>", "please sit, please")).toBe("please sit ,");
    expect(apply("^^ but =>", "but sit, but stay")).toBe("sit , but stay");
  });

  it("puts kept words back", () => {
    expect(apply("what the ... is $ => what is the ...", "what the price of tea is")).toBe(
      "what is the price of tea",
    );
  });

  it("does not let kept words reach across a comma", () => {
    expect(apply("is ... red => red", "is it, well, red")).toBe("is it , well , red");
  });

  it("looks ahead without taking", () => {
    expect(apply("^ tell me &WH =>", "tell me what it is")).toBe("what it is");
    expect(apply("^ tell me &WH =>", "tell me the price")).toBe("tell me the price");
    expect(apply("^ can you !see => do", "can you see")).toBe("can you see");
  });

  it("says which line has no arrow", () => {
    expect(() => new PhraseBook("a b c", {})).toThrow("no arrow in: a b c");
  });
});
