import { describe, expect, it } from "vitest";
import { textBatches } from "../../../src/cli/embed/text-batches.ts";
import { keepAliveOf } from "../../../src/cli/models/keep-alive-flag.ts";
import { modelFacts } from "../../../src/cli/models/model-facts.ts";
import { isSameModel } from "../../../src/cli/models/same-model.ts";
import { ago, until } from "../../../src/cli/models/times.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");

it.each([
  ["2026-01-01T11:59:30Z", "just now"],
  ["2026-01-01T11:59:00Z", "1 minute ago"],
  ["2026-01-01T09:00:00Z", "3 hours ago"],
  ["2025-12-30T11:00:00Z", "2 days ago"],
  ["2025-01-01T00:00:00Z", "12 months ago"],
  [null, "–"],
  ["never", "–"],
])("%s is shown as %s", (time, words) => {
  expect(ago(time, NOW)).toBe(words);
});

it.each([
  ["2026-01-01T11:00:00Z", "now"],
  ["2026-01-01T12:00:30Z", "in 30 seconds"],
  ["2026-01-01T12:05:00Z", "in 5 minutes"],
  ["2318-04-11T23:47:16Z", "never"],
])("a model that expires at %s leaves %s", (time, words) => {
  expect(until(time, NOW)).toBe(words);
});

it.each([
  ["30m", "30m"],
  ["1h30m", "1h30m"],
  ["-1", -1],
  ["300", 300],
  ["-1m", "-1m"],
])("keep-alive %s is sent as %j", (typed, sent) => {
  expect(keepAliveOf(typed)).toBe(sent);
});

it.each(["soon", "5 minutes", "", "1d"])("keep-alive %j is refused", (typed) => {
  expect(() => keepAliveOf(typed)).toThrow("expected a time such as 30m");
});

it("names mean the same model with the tag latest and without one", () => {
  expect(isSameModel("Qwen3", "qwen3:latest")).toBe(true);
  expect(isSameModel("host:5000/qwen3", "host:5000/qwen3:latest")).toBe(true);
  expect(isSameModel("qwen3:8b", "qwen3")).toBe(false);
});

it("facts of a model are those that are known", () => {
  const facts = modelFacts({
    details: { family: "llama", parameter_size: "134.52M", quantization_level: "" },
    model_info: { "general.architecture": "llama", "llama.context_length": 8192 },
    parameters: 'stop                           "<|im_end|>"\ntemperature 0.5\n',
    capabilities: ["completion", "tools"],
    license: "\nApache License\nVersion 2.0",
  });
  expect(facts).toEqual([
    ["Architecture", "llama"],
    ["Parameters", "134.52M"],
    ["Context", "8,192"],
    ["Capabilities", "completion, tools"],
    ["Settings", 'stop "<|im_end|>"'],
    ["", "temperature 0.5"],
    ["License", "Apache License"],
  ]);
});

describe("lines for vectors", () => {
  it("come in batches that are neither too many nor too long, with their numbers", async () => {
    const batches = [];
    for await (const batch of textBatches(["a", "", "bb", "cccc", "d", " "], {
      texts: 2,
      characters: 4,
    })) {
      batches.push(batch);
    }
    expect(batches).toEqual([
      [
        { line: 1, text: "a" },
        { line: 3, text: "bb" },
      ],
      [{ line: 4, text: "cccc" }],
      [{ line: 5, text: "d" }],
    ]);
  });
});
