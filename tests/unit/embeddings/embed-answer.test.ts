import { describe, expect, it } from "vitest";
import { readEmbedAnswer } from "../../../src/embeddings/embed-answer.ts";

const read = (embeddings: unknown, texts = ["a", "b"], tokens?: number) =>
  readEmbedAnswer({ embeddings, prompt_eval_count: tokens }, texts);

describe("readEmbedAnswer", () => {
  it("gives unit vectors, also of what was not normalised", () => {
    const [first, second] = read([
      [0.6, 0.8],
      [3, 4],
    ]);
    expect(first?.vector).toEqual(Float32Array.of(0.6, 0.8));
    expect(second?.vector).toEqual(Float32Array.of(0.6, 0.8));
  });

  it.each([
    ["by characters", ["aaaa", "bb", "cc"], 16, [8, 4, 4]],
    ["so that they make up the whole", ["a", "b", "c"], 10, [3, 4, 3]],
    ["all to one", ["hello"], 7, [7]],
    ["one at least", ["a", "b".repeat(1000)], 4, [1, 4]],
    ["one where none were counted", ["a", "b"], undefined, [1, 1]],
  ])("shares the tokens out: %s", (_how, texts, tokens, shares) => {
    const embeddings = texts.map(() => [1]);
    expect(read(embeddings, texts, tokens).map(({ tokens }) => tokens)).toEqual(shares);
  });

  it.each([
    ["no embedding", undefined],
    ["no embedding", []],
    ["no embedding", "[[1],[1]]"],
    ["another number of embeddings than of texts", [[1]]],
    ["another number of embeddings than of texts", [[1], [1], [1]]],
    ["embeddings of different lengths", [[1], [1, 1]]],
    ["an embedding that is no vector", [[1], []]],
    ["an embedding that is no vector", [[1], [null]]],
    ["an embedding that is no vector", [[1], ["1"]]],
    ["an embedding that is no vector", [[1], null]],
    ["an embedding that is no vector", [[1], [1e300]]],
    ["an embedding that is no vector", [[1], [0]]],
  ])("does not take %s", (what, embeddings) => {
    expect(() => read(embeddings)).toThrow(
      expect.objectContaining({
        code: "upstream_unavailable",
        message: `The inference server sent ${what}`,
      }),
    );
  });
});
