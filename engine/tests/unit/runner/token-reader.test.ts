import type { Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import { TokenReader } from "../../../runner/token-reader.ts";

type Model = ConstructorParameters<typeof TokenReader>[0];

const MARK = "<|im_start|>";
const VOCABULARY = ["a", MARK, "(x", "<|im", "(x)", "", "b"];
const KINDS = [1, 3, 4, 2, 3, 3, 1];

/** A tokenizer that knows its vocabulary alone, and tells what it was given. */
function reader(vocabulary = VOCABULARY, kinds: number[] | undefined = KINDS) {
  const seen: string[] = [];
  const known = vocabulary.filter((text) => text !== "").toSorted((a, b) => b.length - a.length);
  const model = {
    fileInfo: { metadata: { tokenizer: { ggml: { tokens: vocabulary, token_type: kinds } } } },
    tokenize: (text: string) => {
      seen.push(text);
      const tokens: Token[] = [];
      for (let at = 0; at < text.length;) {
        const found = known.find((token) => text.startsWith(token, at)) ?? "a";
        tokens.push(vocabulary.indexOf(found) as Token);
        at += found.length;
      }
      return tokens;
    },
  };
  const read = new TokenReader(model as unknown as Model);
  return { read: read.read.bind(read), whole: model.tokenize, seen };
}

const count = (text: string) => text.split(MARK).length - 1;

describe("a text", () => {
  it.each([
    ["of special tokens", MARK.repeat(5_000)],
    ["with text between them", `${MARK}ab`.repeat(5_000)],
    ["of special tokens that contain others", "(x)(x<|im<|im_start|>b".repeat(1_000)],
    ["without any", "ab".repeat(5_000)],
    ["that is short", MARK.repeat(40)],
    ["that is empty", ""],
  ])("%s is read as in one go", (_, text) => {
    const { read, whole } = reader();
    expect(read(text)).toEqual(whole(text));
  });

  it("is given to llama.cpp in pieces with few special tokens each", () => {
    const { read, seen } = reader();
    const text = `b${MARK}a`.repeat(5_000);
    read(text);
    expect(seen.join("")).toBe(text);
    expect(Math.max(...seen.map(count))).toBeLessThanOrEqual(32);
  });

  it("is read no further than asked, and not cut short before", () => {
    const { read, seen } = reader();
    const text = MARK.repeat(5_000);
    expect(read(text, 100).length).toBeGreaterThan(100);
    expect(seen.map(count).reduce((sum, some) => sum + some)).toBeLessThan(200);
    expect(read(text, 5_000)).toHaveLength(5_000);
  });

  it("is read whole where the model names no special tokens", () => {
    const { read, seen } = reader(["a"], undefined);
    read(MARK.repeat(1_000));
    expect(seen).toHaveLength(1);
  });
});
