import { expect, it } from "vitest";
import { loadOptions } from "../../../src/models/load-options.ts";
import { RUNNER_OPTIONS } from "../../support/fake-ollama.ts";

it.each([
  [undefined, undefined],
  [{}, undefined],
  [{ top_k: 1 }, undefined],
  [{ num_ctx: null, num_gpu: "all", num_batch: [9] }, undefined],
  [
    { num_ctx: 8, top_k: 1, use_mmap: false },
    { num_ctx: 8, use_mmap: false },
  ],
  [{ ...RUNNER_OPTIONS, temperature: 0 }, RUNNER_OPTIONS],
])("a load takes of the options %j only %j", (options, expected) => {
  expect(loadOptions(options)).toEqual(expected);
});
