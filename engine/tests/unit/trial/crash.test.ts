import { expect, it } from "vitest";
import { crashFrom } from "../../../trial/crash.ts";

const ASSERT = "loading\n/src/llama-vocab.cpp:3123: GGML_ASSERT(n > 0) failed\nmore";
const thrown = (type: string) =>
  `terminate called after throwing an instance of '${type}'\n  what():  x\n`;

it.each([
  ["gave up in words", ASSERT, "GGML_ASSERT(n > 0) failed (llama-vocab.cpp)"],
  [
    "threw, on Linux",
    "terminate called after throwing an instance of 'std::out_of_range'\n  what():  _Map_base::at\n",
    "_Map_base::at (std::out_of_range)",
  ],
  [
    "threw, on macOS",
    "libc++abi: terminating due to uncaught exception of type std::out_of_range: map::at\n",
    "map::at (std::out_of_range)",
  ],
  ["threw without a text", "terminate called after throwing an instance of 'Odd'\n", "Odd"],
])("is the model's own where llama.cpp %s", (_, lastWords, reason) => {
  expect(crashFrom(lastWords, "SIGABRT")).toEqual({ kind: "crashed", reason, isLasting: true });
});

it.each<[string, string, NodeJS.Signals | null, string]>([
  ["a kill", ASSERT, "SIGKILL", "GGML_ASSERT(n > 0) failed"],
  ["a kill without words", "", "SIGKILL", "it came to no end"],
  ["a signal without words", "", "SIGSEGV", "its process ended with SIGSEGV"],
  ["an exit without words", "", null, "its process ended with an error"],
  ["memory by its name", "ggml.c:1: failed to allocate 9 bytes", "SIGABRT", "failed to allocate"],
  ["memory by an exception", thrown("std::bad_alloc"), "SIGABRT", "std::bad_alloc"],
  ["threads by an exception", thrown("std::system_error"), "SIGABRT", "x (std::system_error)"],
  ["memory in an assertion", "ggml.c:2: GGML_ASSERT(mem_buffer)", "SIGABRT", "GGML_ASSERT"],
])("may be the machine's after %s", (_, lastWords, signal, reason) => {
  expect(crashFrom(lastWords, signal)).toEqual({
    kind: "crashed",
    reason: expect.stringContaining(reason) as string,
    isLasting: false,
  });
});
