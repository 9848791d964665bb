import { assert, nat, property, string } from "fast-check";
import { expect, it } from "vitest";
import { toolOutput, withinBytes } from "../../../src/mcp/tool-output.ts";

const output = (result: object) => toolOutput(result as never, 1000);

it("keeps whole characters, and as many as fit", () => {
  assert(
    property(string({ unit: "grapheme" }), nat({ max: 100 }), (text, most) => {
      const whole = Buffer.from(text);
      const { text: kept, cutBytes } = withinBytes(text, most);
      const bytes = Buffer.from(kept);
      expect(bytes.length).toBeLessThanOrEqual(most);
      expect(bytes.length + cutBytes).toBe(whole.length);
      expect(whole.subarray(0, bytes.length)).toEqual(bytes);
      // What was cut off to keep a character whole is less than one.
      if (cutBytes > 0) expect(most - bytes.length).toBeLessThan(4);
    }),
  );
});

it("says what content is that is no text", () => {
  const data = Buffer.alloc(10).toString("base64");
  const content = [
    { type: "text", text: "a" },
    { type: "image", data, mimeType: "image/png" },
    { type: "audio", data, mimeType: "x".repeat(500) },
    { type: "resource_link", name: "n", uri: "file:///n", size: 7 },
    { type: "resource", resource: { uri: "file:///t", text: "tëxt" } },
    { type: "resource", resource: { uri: "file:///b", blob: data, mimeType: "image/gif" } },
    { type: "of tomorrow" },
  ];
  expect(output({ content }).text.split("\n")).toEqual([
    "a",
    "[image, image/png, 10 bytes: not shown]",
    `[audio, ${"x".repeat(200)}…, 10 bytes: not shown]`,
    "[link to a resource: n, file:///n, 7 bytes]",
    "[resource file:///t, unknown type, 5 bytes]",
    "tëxt",
    "[resource file:///b, image/gif, 10 bytes: not shown]",
    "[content of an unknown kind: not shown]",
  ]);
});

it("has structured content where there is no other", () => {
  const structuredContent = { a: [1] };
  expect(output({ content: [], structuredContent }).text).toBe('{"a":[1]}');
  expect(output({ content: [{ type: "text", text: "b" }], structuredContent }).text).toBe("b");
  expect(output({ content: [], isError: true })).toEqual({ text: "", isError: true, cutBytes: 0 });
});
