import { describe, expect, it } from "vitest";
import { canFollow, errorPart } from "../../../src/dialects/last-words.ts";
import { CalledOff } from "../../../src/errors/abort-reasons.ts";

describe("an error as the last part of a stream", () => {
  it.each([
    [
      "application/x-ndjson",
      "ollama",
      /^\{"error":"The request was cancelled","code":"cancelled"\}\n$/,
    ],
    ["text/event-stream", "openai", /^data: \{"error":\{.+"code":"cancelled"\}.*\}\n\n$/],
    [
      "text/event-stream; charset=utf-8",
      "anthropic",
      /^event: error\ndata: \{"type":"error",.+\}\n\n$/,
    ],
  ] as const)("is one of %s in the dialect %s", (contentType, dialect, form) => {
    expect(errorPart(new CalledOff(), { contentType, dialect, requestId: "id" })).toMatch(form);
  });

  it.each([
    ["application/x-ndjson", "", true],
    ["application/x-ndjson", '{"a":1}\n', true],
    ["application/x-ndjson", '{"a":', false],
    ["text/event-stream", "data: 1\n\n", true],
    ["text/event-stream", "data: 1\r\n\r\n", true],
    ["text/event-stream", "data: 1\n", false],
    ["text/event-stream", "data: 1", false],
    ["application/json", '{"a":1}\n', false],
    ["text/plain; charset=utf-8", "Hello\n", false],
  ])("can follow in %s after %j: %s", (contentType, sent, can) => {
    expect(canFollow(sent, contentType)).toBe(can);
  });
});
