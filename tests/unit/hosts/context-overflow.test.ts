import { describe, expect, it } from "vitest";
import { overflowIn, promptDoesNotFit } from "../../../src/hosts/context-overflow.ts";
import { upstreamFailure } from "../../../src/hosts/upstream-failure.ts";

/** The error of llama.cpp's server, which Ollama from 0.30 on has as a text in its own. */
const ofLlamaServer = (message: string, more: object = {}): string =>
  JSON.stringify({ error: { code: 400, message, type: "exceed_context_size_error", ...more } });

const NUMBERS = { promptTokens: 5000, contextTokens: 4096 };
const UNKNOWN = { promptTokens: undefined, contextTokens: undefined };

describe("the refusal of a prompt for its length", () => {
  it.each([
    ["Ollama 0.13.5 and the engine", "the input length exceeds the context length", UNKNOWN],
    [
      "Ollama 0.30",
      ofLlamaServer(
        "request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it",
        { n_prompt_tokens: 5000, n_ctx: 4096 },
      ),
      NUMBERS,
    ],
    [
      "llama.cpp's server, in its fields alone",
      ofLlamaServer("the request exceeds the available context size. try increasing it", {
        n_ctx: 4096,
        n_prompt_tokens: 5000,
      }),
      NUMBERS,
    ],
    [
      "llama.cpp's server, in its text alone",
      "request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it",
      NUMBERS,
    ],
    [
      "Ollama 0.30 where the window does not slide",
      "the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the context length in settings, or use a model with a longer context length",
      UNKNOWN,
    ],
    [
      "the runner for MLX",
      "input length (5000 tokens) exceeds the model's maximum context length (4096 tokens)",
      NUMBERS,
    ],
    [
      "/api/embed, of what cannot be cut",
      "input exceeds maximum context length and cannot be truncated further",
      UNKNOWN,
    ],
    [
      "ollama.com",
      "prompt too long; exceeded max context length by 904 tokens (ref: 00ad71bb)",
      UNKNOWN,
    ],
  ])("is known in the words of %s, with its numbers", (_server, message, numbers) => {
    expect(overflowIn(message)).toEqual(numbers);
  });

  it.each([
    "invalid option: context length",
    "model requires more system memory (5000 tokens) than is available (4096 tokens)",
    'registry.ollama.ai/library/x does not support "exceed_context_size_error"',
    "",
  ])("is no other: %j", (message) => {
    expect(overflowIn(message)).toBeUndefined();
  });

  it("takes no time by the length of what is quoted", () => {
    const long = `${"(1 tokens) exceeds ".repeat(200_000)}input length exceeds the context length`;
    const startedAt = performance.now();
    expect(overflowIn(long)).toMatchObject({ promptTokens: 1 });
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe("the error for it", () => {
  it.each([
    [
      NUMBERS,
      "The prompt of 5000 tokens does not fit the model's context of 4096 tokens",
      { prompt_tokens: 5000, context_tokens: 4096 },
    ],
    [UNKNOWN, "The prompt does not fit the model's context", {}],
  ])("has the numbers that are known: %j", (overflow, message, fields) => {
    const error = promptDoesNotFit(overflow);
    expect(error).toMatchObject({ code: "prompt_too_large", status: 400, message });
    expect(error.fields).toEqual(fields);
  });

  it.each([400, 500])("is what a failure with status %i is then", (status) => {
    const error = "the input length exceeds the context length";
    expect(upstreamFailure(status, { error })).toMatchObject({ code: "prompt_too_large" });
  });

  it("is none of a server that is away", () => {
    const error = "the input length exceeds the context length";
    expect(upstreamFailure(502, { error })).toMatchObject({ code: "upstream_unavailable" });
  });
});
