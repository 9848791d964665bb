import { array, assert, nat, property, string } from "fast-check";
import { expect, it } from "vitest";
import { FloodGuard } from "../../../src/mcp/flood-guard.ts";
import { MAX_MESSAGE_BYTES } from "../../../src/mcp/message-limits.ts";
import { MessageLines } from "../../../src/mcp/message-lines.ts";
import { parseMessage } from "../../../src/mcp/parse-message.ts";

it("cuts lines the same way, however they come in pieces", () => {
  const cuts = array(nat({ max: 200 }), { maxLength: 20 });
  assert(
    property(array(string({ unit: "grapheme" })), cuts, (texts, at) => {
      const lines = texts.map((text) => text.replaceAll("\n", ""));
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const reader = new MessageLines();
      const found: string[] = [];
      const ends = [...at.filter((end) => end < bytes.length).sort((a, b) => a - b), bytes.length];
      let from = 0;
      for (const end of ends) {
        for (const line of reader.cut(bytes.subarray(from, end))) found.push(line.toString());
        from = end;
      }
      expect(found).toEqual(lines);
    }),
  );
});

it("takes a line of the limit, and none that is longer", () => {
  const reader = new MessageLines();
  const half = Buffer.alloc(MAX_MESSAGE_BYTES / 2, "x");
  expect([...reader.cut(half), ...reader.cut(half)]).toEqual([]);
  expect([...reader.cut(Buffer.from("\n"))]).toMatchObject([{ length: MAX_MESSAGE_BYTES }]);
  expect([...reader.cut(half), ...reader.cut(half)]).toEqual([]);
  expect(() => [...reader.cut(Buffer.from("x"))]).toThrow(/more than \d+ bytes/);
});

it("lets a server send much over time, and not at once", () => {
  let now = 0;
  const guard = new FloodGuard(() => now);
  for (; now < 100_000; now += 10_000) guard.count(16 * MAX_MESSAGE_BYTES, 20_000);
  expect(() => guard.count(16 * MAX_MESSAGE_BYTES, 20_000)).not.toThrow();
  expect(() => guard.count(1, 0)).toThrow("far more than it was asked for");
  now += 10_000;
  expect(() => guard.count(0, 20_001)).toThrow("far more than it was asked for");
});

it.each<[string, unknown]>([
  ['{"a":1}', { a: 1 }],
  ["[1]", [1]],
  ["hello", undefined],
  ['"text"', undefined],
  ["{", undefined],
  ["", undefined],
])("reads %j as %j", (line, value) => {
  expect(parseMessage(Buffer.from(line))).toEqual(value);
});

it.each([
  ["values", `[${"1,".repeat(100_000)}1]`],
  ["levels", "[".repeat(600) + "]".repeat(600)],
])("refuses too many %s", (_what, line) => {
  expect(() => parseMessage(Buffer.from(line))).toThrow("more JSON than can be read");
});
