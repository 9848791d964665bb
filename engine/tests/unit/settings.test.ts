import { describe, expect, it } from "vitest";
import { readSettings } from "../../settings.ts";

describe("OLLAMA_NOPRUNE", () => {
  it.each([
    [undefined, true],
    ["", true],
    ["0", true],
    ["false", true],
    ["1", false],
    ["true", false],
    ["whatever", false],
  ])("of %j lets unused blobs be removed: %s", (value, prune) => {
    expect(readSettings({ OLLAMA_NOPRUNE: value }).prune).toBe(prune);
  });
});

describe("figures", () => {
  const figures = (environment: Record<string, string>) => {
    const { parallel, maxLoaded, maxQueue, contextLength, keepAliveMs } = readSettings(environment);
    return { parallel, maxLoaded, maxQueue, contextLength, keepAliveMs };
  };
  const defaults = {
    parallel: 4,
    maxLoaded: 3,
    maxQueue: 512,
    contextLength: 4_096,
    keepAliveMs: 300_000,
  };

  it("are Ollama's", () => {
    const environment = {
      OLLAMA_NUM_PARALLEL: " '2' ",
      OLLAMA_MAX_LOADED_MODELS: "1",
      OLLAMA_MAX_QUEUE: "0",
      OLLAMA_CONTEXT_LENGTH: "8192",
      OLLAMA_KEEP_ALIVE: "-1",
    };
    expect(figures(environment)).toEqual({
      parallel: 2,
      maxLoaded: 1,
      maxQueue: 0,
      contextLength: 8_192,
      keepAliveMs: Number.POSITIVE_INFINITY,
    });
  });

  it.each(["", "many", "-3", "1.5", "0x10", "1e1"])(
    "that do not parse (%j) are left at their defaults",
    (text) => {
      const names = ["NUM_PARALLEL", "MAX_LOADED_MODELS", "MAX_QUEUE", "CONTEXT_LENGTH"];
      expect(figures(Object.fromEntries(names.map((name) => [`OLLAMA_${name}`, text])))).toEqual(
        defaults,
      );
    },
  );
});
