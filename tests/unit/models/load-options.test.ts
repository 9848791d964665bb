import { expect, it } from "vitest";
import {
  areLoadable,
  loadOptions,
  sameLoadOptions,
  withLoadOptions,
} from "../../../src/models/load-options.ts";
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

it.each<[options: unknown, expected: boolean]>([
  [undefined, true],
  [{ num_ctx: 8, use_mmap: true, num_gpu: null, top_k: "x" }, true],
  [{ num_ctx: "8" }, false],
  [{ num_ctx: true }, false],
  [{ use_mmap: 1 }, false],
  [null, false],
  ["x", false],
])("a server takes the load options of %j: %s", (options, expected) => {
  expect(areLoadable(options)).toBe(expected);
});

it("others take the place of a request's own", () => {
  const own = { top_k: 1, num_ctx: 8, num_gpu: 2 };
  expect(withLoadOptions(own, { num_ctx: 16 })).toEqual({ top_k: 1, num_ctx: 16 });
  expect(withLoadOptions(own, undefined)).toEqual({ top_k: 1 });
  expect(withLoadOptions({ num_ctx: 8 }, undefined)).toBeUndefined();
  expect(withLoadOptions(undefined, { num_ctx: 8 })).toEqual({ num_ctx: 8 });
});

it("are the same where each that a load looks at is", () => {
  expect(sameLoadOptions(undefined, {})).toBe(true);
  expect(sameLoadOptions({ num_ctx: 8, top_k: 1 }, { num_ctx: 8 })).toBe(true);
  for (const [name, value] of Object.entries(RUNNER_OPTIONS)) {
    expect(sameLoadOptions({}, { [name]: value }), name).toBe(false);
  }
});
