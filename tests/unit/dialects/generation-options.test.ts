import { describe, expect, it } from "vitest";
import { ollamaOptions } from "../../../src/dialects/generation-options.ts";

const filled = { temperature: 0.2, top_p: 0.9, top_k: 40, repeat_penalty: 1.1 };

describe("ollamaOptions", () => {
  it.each([{}, { temperature: undefined, stop: undefined }, { prompt: "hi", model: "m" }])(
    "sends nothing for %j, so that the model's own defaults hold",
    (given) => {
      expect(ollamaOptions(given)).toBeUndefined();
    },
  );

  it.each([
    ["temperature", { temperature: 0.7 }, { ...filled, temperature: 0.7 }],
    ["a temperature of zero", { temperature: 0 }, { ...filled, temperature: 0 }],
    ["a top_p of zero", { top_p: 0 }, { ...filled, top_p: 0 }],
    ["a seed of zero", { seed: 0 }, { ...filled, seed: 0 }],
    ["top_k", { top_k: 1 }, { ...filled, top_k: 1 }],
    ["max_tokens", { max_tokens: 9 }, { ...filled, num_predict: 9 }],
    ["stop", { stop: ["a"] }, { ...filled, stop: ["a"] }],
    ["repeat_penalty", { repeat_penalty: 1 }, { ...filled, repeat_penalty: 1 }],
    ["a penalty of POML's", { frequency_penalty: -1 }, { ...filled, frequency_penalty: -1 }],
  ])("fills in the contract's column beside %s", (_case, given, expected) => {
    expect(ollamaOptions(given)).toEqual(expected);
  });

  it("passes Ollama's own options on as they are, and lets them win", () => {
    expect(ollamaOptions({ options: { num_ctx: 8 } })).toEqual({ num_ctx: 8 });
    const given = { temperature: 0.5, max_tokens: 5, options: { num_predict: 3, temperature: 0 } };
    expect(ollamaOptions(given)).toEqual({ ...filled, temperature: 0, num_predict: 3 });
  });
});
