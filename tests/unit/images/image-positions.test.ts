import { describe, expect, it } from "vitest";
import { visitImages } from "../../../src/images/image-positions.ts";

function found(body: unknown, ownRoutes: boolean): [string, string, string][] {
  const seen: [string, string, string][] = [];
  visitImages(body, ownRoutes, (text, { path, notation }) => {
    seen.push([path, notation, text]);
    return undefined;
  });
  return seen;
}

describe("visitImages", () => {
  it("finds Ollama's images, of the body and of its messages", () => {
    const body = {
      images: ["a", "b"],
      messages: [{ content: "x" }, { images: ["c"] }],
    };
    expect(found(body, false)).toEqual([
      ["images.0", "base64", "a"],
      ["images.1", "base64", "b"],
      ["messages.1.images.0", "base64", "c"],
    ]);
  });

  it("finds OpenAI's parts, of chat and of responses", () => {
    const body = {
      messages: [{ content: [{ type: "text", text: "t" }, { image_url: { url: "a" } }] }],
      input: [
        { content: [{ type: "input_image", image_url: "b" }] },
        { type: "function_call_output", output: [{ type: "input_image", image_url: "c" }] },
        { type: "function_call_output", output: "data:" },
      ],
    };
    expect(found(body, false)).toEqual([
      ["messages.0.content.1.image_url.url", "url", "a"],
      ["input.0.content.0.image_url", "url", "b"],
      ["input.1.output.0.image_url", "url", "c"],
    ]);
  });

  it("of the service's own routes knows batches, and data URLs in images", () => {
    const body = {
      images: ["a"],
      requests: [{ images: ["b"] }, { messages: [{ content: [{ image_url: { url: "c" } }] }] }],
    };
    expect(found(body, true)).toEqual([
      ["requests.0.images.0", "url", "b"],
      ["requests.1.messages.0.content.0.image_url.url", "url", "c"],
      ["images.0", "url", "a"],
    ]);
    expect(found(body, false)).toEqual([["images.0", "base64", "a"]]);
  });

  it("puts texts in the places of images and leaves the rest as it is", () => {
    const body = {
      prompt: "x",
      images: ["a", 1, "b"],
      messages: [{ content: [{ image_url: { url: "c", detail: "low" } }, { image_url: "d" }] }],
    };
    visitImages(body, false, (text) => (text === "b" ? undefined : text.toUpperCase()));
    expect(body).toEqual({
      prompt: "x",
      images: ["A", 1, "b"],
      messages: [{ content: [{ image_url: { url: "C", detail: "low" } }, { image_url: "D" }] }],
    });
  });

  it("leaves texts alone that stand where no image belongs", () => {
    const body = {
      image: "a",
      image_url: "a",
      url: "a",
      content: [{ image_url: "a" }],
      options: { images: ["a"] },
      tools: [{ images: ["a"] }],
      messages: [
        { content: "a", image_url: "a", tool_calls: [{ images: ["a"] }] },
        { content: [{ text: "a", url: "a", images: ["a"] }, "a"] },
      ],
      requests: [{ requests: [{ images: ["a"] }] }],
    };
    expect(found(body, true)).toEqual([]);
    expect(found(body, false)).toEqual([]);
  });

  it.each([
    null,
    undefined,
    7,
    "images",
    [],
    [{ images: ["a"] }],
    { images: "a" },
    { images: null },
    { images: { 0: "a", length: 1 } },
    { images: [null, 1, {}, ["a"], true] },
    { messages: "a", input: "a", requests: "a" },
    { messages: { 0: { images: ["a"] } } },
    { messages: [null, [], "a", 1, [{ images: ["a"] }]] },
    { messages: [{ content: null, images: "a" }, { content: { 0: { image_url: "a" } } }] },
    { messages: [{ content: [null, [], "a", { image_url: null }, { image_url: ["a"] }] }] },
    { messages: [{ content: [{ image_url: { url: { url: "a" } } }, { image_url: {} }] }] },
    { requests: [null, "a", [{ images: ["a"] }], { messages: 1 }] },
  ])("takes any other shape for a body without images: %j", (body) => {
    expect(found(body, true)).toEqual([]);
    expect(found(body, false)).toEqual([]);
  });

  it("does not look into what a body has inherited", () => {
    const body: unknown = JSON.parse(
      '{"__proto__":{"images":["a"]},"constructor":{"images":["a"]}}',
    );
    expect(found(body, true)).toEqual([]);
  });
});
