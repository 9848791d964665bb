import { expect, it } from "vitest";
import { ServerWords } from "../../../src/mcp/server-words.ts";

function setUp() {
  const clock = { now: 0 };
  const said: string[] = [];
  const leftOut: number[] = [];
  const words = new ServerWords({
    say: (line) => void said.push(line),
    leftOut: (lines) => void leftOut.push(lines),
    now: () => clock.now,
  });
  return { clock, said, leftOut, words };
}

it("says lines, however they come in pieces", () => {
  const { words, said } = setUp();
  words.add("a\nb");
  words.add("c\r\n\n  \n");
  words.add("end");
  expect(said).toEqual(["a", "bc"]);
  words.end();
  expect(said).toEqual(["a", "bc", "end"]);
});

it("cuts a long line, and keeps no more of one without end", () => {
  const { words, said } = setUp();
  for (let i = 0; i < 1000; i += 1) words.add("x".repeat(1000));
  words.add("\nnext\n");
  expect(said).toEqual([`${"x".repeat(500)}…`, "next"]);
});

it("says so many lines in ten seconds, and then how many it has left out", () => {
  const { words, said, leftOut, clock } = setUp();
  words.add("line\n".repeat(100));
  expect([said.length, leftOut]).toEqual([20, []]);
  clock.now += 10_000;
  words.add("later\n");
  expect([said.length, said.at(-1), leftOut]).toEqual([21, "later", [80]]);
});
