import { describe, expect, it } from "vitest";
import { resolveOptions } from "../../../values/options.ts";
import { decodeThink, refuseThinking } from "../../../values/think.ts";

const refusal = (status: number, message: string) => expect.objectContaining({ status, message });

describe("resolveOptions", () => {
  it("puts the request before the model's parameters before the defaults", () => {
    const options = resolveOptions({ top_k: 7.9 }, { top_k: 3, top_p: 0.5 }, 4_096);
    expect(options).toMatchObject({ top_k: 7, top_p: 0.5, temperature: 0.8, num_ctx: 4_096 });
  });

  it("replaces the model's stop sequences", () => {
    expect(resolveOptions({}, { stop: ["a"] }, 64).stop).toEqual(["a"]);
    expect(resolveOptions({ stop: ["b"] }, { stop: ["a"] }, 64).stop).toEqual(["b"]);
  });

  it("ignores unknown names and null, and raises a tiny context", () => {
    const options = resolveOptions({ mirostat: "x", seed: null, num_ctx: 1 }, {}, 64);
    expect(options).toMatchObject({ seed: -1, num_ctx: 4 });
  });

  it.each([
    [{ temperature: "hot" }, 'option "temperature" must be of type float32'],
    [{ seed: "x" }, 'option "seed" must be of type integer'],
    [{ num_gpu: true }, 'option "num_gpu" must be of type integer'],
    [{ use_mmap: 1 }, 'option "use_mmap" must be of type boolean'],
    [{ stop: "x" }, 'option "stop" must be of type array'],
    [{ stop: [1] }, 'option "stop" must be of an array of strings'],
  ])("refuses %j", (options, message) => {
    expect(() => resolveOptions(options, {}, 64)).toThrow(refusal(500, message));
  });
});

describe("think", () => {
  it("lets off pass and refuses the rest in the order of the route", () => {
    const generate = { levelFirst: true };
    expect(() => refuseThinking(decodeThink(false), "m", generate)).not.toThrow();
    const level = 'think value "high" is not supported for this model';
    expect(() => refuseThinking("high", "m", generate)).toThrow(refusal(400, level));
    const capability = '"m" does not support thinking';
    expect(() => refuseThinking("high", "m", { levelFirst: false })).toThrow(
      refusal(400, capability),
    );
    expect(() => refuseThinking(true, "m", generate)).toThrow(refusal(400, capability));
  });

  it("refuses a value that is none", () => {
    const text = 'invalid think value: "x" (must be "high", "medium", "low", true, or false)';
    expect(() => decodeThink("x")).toThrow(refusal(400, text));
    expect(() => decodeThink(3)).toThrow(/think must be a boolean or string/);
  });
});
