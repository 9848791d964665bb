import { describe, expect, it } from "vitest";
import { ChatInputReader } from "../../../src/cli/chat/chat-input.ts";
import { imagePaths } from "../../../src/cli/chat/image-paths.ts";

describe("what is typed in a chat", () => {
  it("is a message, a command, or nothing", () => {
    const reader = new ChatInputReader();
    expect(reader.add("Hello there")).toEqual({ kind: "message", text: "Hello there" });
    expect(reader.add("   ")).toEqual({ kind: "nothing" });
    expect(reader.add("/model  qwen3:8b ")).toEqual({
      kind: "command",
      name: "model",
      rest: "qwen3:8b",
    });
    expect(reader.add("/bye")).toEqual({ kind: "command", name: "bye", rest: "" });
    expect(reader.add("/?")).toMatchObject({ kind: "command", name: "?" });
  });

  it("is no command where it is a path or a comment", () => {
    const reader = new ChatInputReader();
    for (const text of ["/usr/share/a.png", "// a comment", "/ or", "what is /model?"]) {
      expect(reader.add(text)).toEqual({ kind: "message", text });
    }
  });

  it('has many lines between """', () => {
    const reader = new ChatInputReader();
    expect(reader.add('"""first')).toEqual({ kind: "more" });
    expect(reader.isOpen).toBe(true);
    expect(reader.add("/bye")).toEqual({ kind: "more" });
    expect(reader.add("")).toEqual({ kind: "more" });
    expect(reader.add('last"""')).toEqual({ kind: "message", text: "first\n/bye\n\nlast" });
    expect(reader.isOpen).toBe(false);
    expect(reader.add('"""in one line"""')).toEqual({ kind: "message", text: "in one line" });
    expect([reader.add('"""'), reader.add("alone"), reader.add('"""')]).toEqual([
      { kind: "more" },
      { kind: "more" },
      { kind: "message", text: "alone" },
    ]);
  });

  it("has the lines that were pasted, with the one that Enter ended", () => {
    const reader = new ChatInputReader();
    expect(reader.add("/bye", { isPasted: true })).toEqual({ kind: "more" });
    expect(reader.add("two", { isPasted: true })).toEqual({ kind: "more" });
    expect(reader.add("three")).toEqual({ kind: "message", text: "/bye\ntwo\nthree" });
  });

  it("is forgotten when it is given up, and when it is too long", () => {
    const reader = new ChatInputReader();
    reader.add('"""half');
    reader.drop();
    expect(reader.add("whole")).toEqual({ kind: "message", text: "whole" });
    reader.add('"""');
    expect(() => reader.add("x".repeat(4_000_001))).toThrow("at most 4 million characters");
    expect(reader.add("again")).toEqual({ kind: "message", text: "again" });
  });
});

describe("paths of images in a message", () => {
  it.each([
    ["What is in ./a.png?", ["./a.png"]],
    ["/tmp/a.JPG and b.webp, please", ["/tmp/a.JPG", "b.webp"]],
    ['see "my photo.jpeg" now', ["my photo.jpeg"]],
    [String.raw`/home/me/my\ photo.png what?`, ["/home/me/my photo.png"]],
    ["'a b.gif'", ["a b.gif"]],
    ["~/p.tiff", ["/home/me/p.tiff"]],
    ["What is a png file, or .png?", []],
    ["the file a.pngs", []],
  ])("of %j are %j", (text, paths) => {
    expect(imagePaths(text, "/home/me").map(({ path }) => path)).toEqual(paths);
  });

  it("are found in a long text without delay", () => {
    expect(imagePaths("a".repeat(1_000_000), undefined)).toEqual([]);
    expect(imagePaths(String.raw`\a`.repeat(200_000), undefined)).toEqual([]);
  });
});
