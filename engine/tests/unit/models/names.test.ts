import { describe, expect, it } from "vitest";
import { fullName, parseModelName, sameName, schemeOf, shortName } from "../../../models/names.ts";

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
    ["http://host:5000/me/m:t", "host:5000/me/m:t", "host:5000/me/m:t"],
    ["Registry.Ollama.ai/Library/m", "m:latest", "Registry.Ollama.ai/Library/m:latest"],
    ["_m-1.5:v2.1_x", "_m-1.5:v2.1_x", "registry.ollama.ai/library/_m-1.5:v2.1_x"],
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
    `m:${"t".repeat(81)}`,
    `${"n".repeat(81)}/m`,
    `${"h".repeat(351)}/n/m`,
    "https://m",
    "https://n/m",
    "a/b/.hidden",
    "m\n",
    "m\0",
    "ä",
    "a\\b",
  ])("refuses %j", (text) => {
    expect(parseModelName(text)).toBeUndefined();
  });

  it("never leads out of the store", () => {
    expect(parseModelName("../../etc/passwd")).toBeUndefined();
    expect(parseModelName("a/..:x")).toBeUndefined();
  });

  it("tell the scheme they were given with", () => {
    expect(schemeOf("HTTP://host/me/m")).toBe("http");
    expect(schemeOf("https://host/me/m")).toBe("https");
    expect(schemeOf("ftp://host/me/m")).toBeUndefined();
    expect(schemeOf("host/me/m")).toBeUndefined();
  });

  it("are equal whatever their case", () => {
    expect(sameName(parsed("SmolLM2:135M"), parsed("smollm2:135m"))).toBe(true);
  });
});
