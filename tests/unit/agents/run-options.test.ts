import { describe, expect, it } from "vitest";
import { runOptions } from "../../../src/agents/run-options.ts";

describe("the options of a run", () => {
  it("win over the agent's, which hold where the run says nothing", () => {
    const own = { temperature: 0.5, seed: 1, options: { num_ctx: 8192, num_gpu: 1 } };
    const given = { temperature: 1, seed: undefined, options: { num_gpu: 2 } };
    expect(runOptions(own, given)).toEqual({
      temperature: 1,
      seed: 1,
      options: { num_ctx: 8192, num_gpu: 2 },
    });
    expect(runOptions(undefined, {})).toEqual({});
  });

  it.each([
    [{ options: { temperature: 0.9, num_ctx: 1 } }, { temperature: 0.1 }],
    [{ options: { num_predict: 9, num_ctx: 1 } }, { max_tokens: 2 }],
    [{ max_completion_tokens: 9, options: { num_ctx: 1 } }, { max_tokens: 2 }],
    [{ think: true, options: { num_ctx: 1 } }, { reasoning_effort: "none" }],
  ])("win also by another name: over %j %j", (own, given) => {
    expect(runOptions(own, given)).toEqual({ ...given, options: { num_ctx: 1 } });
  });
});
