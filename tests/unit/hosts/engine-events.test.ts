import { describe, expect, it } from "vitest";
import { EngineEvents } from "../../../src/hosts/engine-events.ts";

const LOADED = '{"event":"model_loaded","model":"m","duration_ms":5}\n';

function hasLoadedAfter(...chunks: string[]): boolean {
  const events = new EngineEvents();
  for (const chunk of chunks) events.read(chunk);
  return events.takeHasLoaded();
}

describe("EngineEvents", () => {
  it.each([
    ["nothing", [], false],
    ["other events", ['{"event":"listening"}\n{"event":"llama_opened"}\n'], false],
    ["a loaded model", ['{"event":"listening"}\n', LOADED], true],
    ["a loaded model that went again", [LOADED, '{"event":"model_unloaded"}\n'], true],
    ["a line in pieces", LOADED.split(""), true],
    ["a line that was cut off", [LOADED.slice(0, -1)], false],
    ["the word in another event", ['{"event":"pull","model":"model_loaded"}\n'], false],
    ["what is no event", ["model_loaded\n", "null\n", "{\n", "\n", '"model_loaded"\n'], false],
    ["a line without end before", ["x".repeat(100_000), "\n", LOADED], true],
  ])("knows from %s whether a model was in memory", (_case, chunks, loaded) => {
    expect(hasLoadedAfter(...chunks)).toBe(loaded);
  });

  it("begins anew with the next engine, also where the last one broke off in a line", () => {
    const events = new EngineEvents();
    events.read(LOADED + '{"event":"mod');
    expect(events.takeHasLoaded()).toBe(true);
    expect(events.takeHasLoaded()).toBe(false);
    events.read(LOADED);
    expect(events.takeHasLoaded()).toBe(true);
  });

  it("knows why an engine has ended itself, until the next one begins", () => {
    const events = new EngineEvents();
    events.read('{"event":"listening"}\n');
    expect(events.stuck).toBeUndefined();
    events.read(`{"event":"stuck","reason":"${"so it is ".repeat(1_000)}"}\nnull\n`);
    expect(events.stuck).toMatch(/^so it is/);
    expect(events.stuck).toHaveLength(500);
    events.takeHasLoaded();
    expect(events.stuck).toBeUndefined();
  });
});
