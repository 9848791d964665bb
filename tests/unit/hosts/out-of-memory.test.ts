import { expect, it } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { isOutOfMemory } from "../../../src/hosts/out-of-memory.ts";

it.each([
  ["model requires more system memory (31.4 GiB) than is available (23.9 GiB)", true],
  ["model requires more GPU memory (9.0 GiB) than is available (7.1 GiB)", true],
  ["llama runner process has terminated: cudaMalloc failed: out of memory", true],
  ["llama runner process has terminated: error:failed to allocate compute buffers", true],
  ["error loading model: unable to allocate CUDA0 buffer", true],
  ["Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)", true],
  ["memory layout cannot be allocated with num_gpu = 48", true],
  ["llama runner process has terminated: exit status 2", false],
  ["model 'memory' not found", false],
  ["server busy, please try again.  maximum pending requests exceeded", false],
])("%s: %s", (message, expected) => {
  expect(isOutOfMemory(new ServiceError("upstream_unavailable", message))).toBe(expected);
});

it("only the server's own words count", () => {
  expect(isOutOfMemory(new Error("out of memory"))).toBe(false);
  expect(isOutOfMemory("out of memory")).toBe(false);
});
