import { describe, expect, it } from "vitest";
import {
  fullName,
  parseModelName,
  sameName,
  shortName,
} from "../../../../src/engine/models/names.ts";

const parsed = (text: string) => {
  const name = parseModelName(text);
  if (!name) throw new Error(`${text} did not parse`);
  return name;
};

describe("model names", () => {
  it.each([
    ["smollm2", "smollm2:latest", "registry.ollama.ai/library/smollm2:latest"],
    ["smollm2:135m", "smollm2:135m", "registry.ollama.ai/library/smollm2:135m"],
    ["me/m:t", "me/m:t", "registry.ollama.ai/me/m:t"],
    ["host:5000/me/m", "host:5000/me/m:latest", "host:5000/me/m:latest"],
    ["https://host/me/m", "host/me/m:latest", "host/me/m:latest"],
  ])("reads %s", (text, short, full) => {
    expect(shortName(parsed(text))).toBe(short);
    expect(fullName(parsed(text))).toBe(full);
  });

  it.each([
    "",
    ":t",
    "m:",
    "/m",
    "a//m",
    "-m",
    "a.b/m:t",
    "m:t:u",
    "a/b/c/d",
    "m ",
    "x".repeat(81),
  ])("refuses %j", (text) => {
    expect(parseModelName(text)).toBeUndefined();
  });

  it("never leads out of the store", () => {
    expect(parseModelName("../../etc/passwd")).toBeUndefined();
    expect(parseModelName("a/..:x")).toBeUndefined();
  });

  it("are equal whatever their case", () => {
    expect(sameName(parsed("SmolLM2:135M"), parsed("smollm2:135m"))).toBe(true);
  });
});
