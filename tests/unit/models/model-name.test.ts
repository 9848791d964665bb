import { describe, expect, it } from "vitest";
import {
  assertModelLength,
  assertModelName,
  canonicalModel,
  modelMatcher,
  wildcard,
} from "../../../src/models/model-name.ts";

describe("canonicalModel", () => {
  it.each([
    ["llama3", "llama3:latest"],
    ["Llama3:8B", "llama3:8b"],
    ["library/llama3", "llama3:latest"],
    ["registry.ollama.ai/library/llama3:8b", "llama3:8b"],
    ["https://registry.ollama.ai/library/llama3", "llama3:latest"],
    ["any thing://registry.ollama.ai/library/llama3", "llama3:latest"],
    [" llama3:8b\n\u0085", "llama3:8b"],
    ["me/mine", "me/mine:latest"],
    ["hf.co/org/repo:Q4", "hf.co/org/repo:q4"],
    ["localhost:5000/me/mine", "localhost:5000/me/mine:latest"],
  ])("writes %s as %s", (name, canonical) => {
    expect(canonicalModel(name)).toBe(canonical);
    expect(canonicalModel(name)).toBe(canonical);
  });

  it.each(["", undefined, null, 7, {}, ["llama3"]])("takes %j for no name", (name) => {
    expect(canonicalModel(name)).toBe("");
  });

  it("takes for no name what is longer than 512 characters", () => {
    expect(canonicalModel("x".repeat(505))).toBe(`${"x".repeat(505)}:latest`);
    expect(canonicalModel("x".repeat(513))).toBe("");
    expect(() => assertModelLength("x".repeat(512))).not.toThrow();
    expect(() => assertModelLength("x".repeat(513))).toThrow(
      expect.objectContaining({ code: "invalid_request", status: 400, param: "model" }),
    );
  });

  it("still knows names after many others have come", () => {
    for (let i = 0; i < 2000; i++) canonicalModel(`flood-${i}`);
    expect(canonicalModel("llama3")).toBe("llama3:latest");
  });
});

describe("assertModelName", () => {
  it.each([
    "llama3",
    "Llama3.1:8B-instruct_q4",
    "me/mine:latest",
    "_x",
    "hf.co/bartowski/Llama-3:Q4_K_M",
    "localhost:5000/me/mine",
    "https://registry.ollama.ai/library/llama3",
    "gpt-oss:120b-cloud",
    "gpt-oss:120b:cloud",
    "gpt-oss:local",
    `${"h".repeat(350)}/${"n".repeat(80)}/${"m".repeat(80)}`,
  ])("lets %s pass", (name) => {
    expect(() => assertModelName(name)).not.toThrow();
  });

  it.each([
    "",
    " ",
    "foo bar",
    "a\0b",
    "a\nb",
    "größe",
    "a/b/c/d",
    "/a",
    "a/",
    "a//b",
    ":tag",
    "a:",
    "a:b:c",
    "-a",
    "../a",
    "a:..",
    "n.s/a",
    "a@sha256:1",
    "%ZZ",
    "https://a/b",
    "m".repeat(81),
    "x".repeat(513),
  ])("refuses %j", (name) => {
    expect(() => assertModelName(name)).toThrow(
      expect.objectContaining({ code: "invalid_request", status: 400, param: "model" }),
    );
  });
});

describe("modelMatcher", () => {
  it.each([
    [["*"], "anything", true],
    [[], "anything", false],
    [["llama3"], "llama3", true],
    [["llama3"], "LLAMA3:8b", true],
    [["llama3"], "llama3.1", false],
    [["llama3:8b"], "llama3:8b", true],
    [["llama3:8b"], "llama3", false],
    [["LLAMA3:8B"], "library/llama3:8b", true],
    [["qwen*"], "qwen3:14b", true],
    [["qwen*"], "my-qwen3", false],
    [["me/*"], "me/mine", true],
    [["me/*"], "mex/mine", false],
    [["a.b"], "axb", false],
    [["library/llama3"], "llama3:8b", true],
    [["registry.ollama.ai/library/llama3:8b"], "llama3:8b", true],
  ])("for the patterns %j says of %s: %s", (patterns, name, allowed) => {
    expect(modelMatcher(patterns)(name)).toBe(allowed);
  });
});

it("wildcard takes everything but the star by its letters", () => {
  expect(wildcard("http://a.b:*").test("http://a.b:80")).toBe(true);
  expect(wildcard("http://a.b:*").test("http://aXb:80")).toBe(false);
  expect(wildcard("(a|b)+").test("(a|b)+")).toBe(true);
  expect(wildcard("a").test("xax")).toBe(false);
});

it.each([
  ["*", "", true],
  ["a*", "a", true],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["a*b*c", "axbxc", true],
  ["a*b*c", "acb", false],
  ["*b*", "abc", true],
  ["**", "x", true],
  ["a*bc*c", "abc", false],
  ["*.b", "a.c.b", true],
])("wildcard %s over %j: %s", (pattern, text, fits) => {
  expect(wildcard(pattern).test(text)).toBe(fits);
});

it("wildcard goes over a text once, however many stars there are", () => {
  const pattern = wildcard(`${"*a".repeat(30)}*b`);
  const text = "a".repeat(512);
  const startedAt = performance.now();
  expect(pattern.test(text)).toBe(false);
  // A regular expression would take years.
  expect(performance.now() - startedAt).toBeLessThan(1000);
});
