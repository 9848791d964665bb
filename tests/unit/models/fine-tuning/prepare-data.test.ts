import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { DATA_LIMITS } from "../../../../src/models/fine-tuning/data-check.ts";
import { prepareData } from "../../../../src/models/fine-tuning/prepare-data.ts";
import { within } from "../../../support/deadline.ts";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "prepare-data-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function* pieces(...list: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* list;
}

const qa = (number: number): string => JSON.stringify({ question: `q${number}`, answer: "a" });
const manyLines = (count: number): string =>
  Array.from({ length: count }, (_, number) => `${qa(number)}\n`).join("");
const linesIn = (folder: string, name: string): string[] =>
  readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1);
/** The question of each example. */
const questionsIn = (folder: string, name: string): string[] =>
  linesIn(folder, name).map((line) => {
    const { messages } = JSON.parse(line) as { messages: { content: string }[] };
    return messages[0]?.content ?? "";
  });
const refusal = (message: string, param = "source") =>
  expect.objectContaining({
    code: "invalid_request",
    param,
    message: expect.stringContaining(message),
  });

describe("prepareData", () => {
  it("brings the lines of a file into one form, and says what became of them", async () => {
    const folder = newFolder();
    const source = join(folder, "data.jsonl");
    const lines = [
      '\uFEFF{"question":"1","answer":"a é"}',
      '{"instruction":"2","input":"more","output":"b"}\r',
      "",
      " \t\r",
      '\uFEFF{"prompt":"3","completion":"c"}',
      '{ "answer": "a é", "question": "1", "id": 5 }',
      '{"messages":[{"content":"4","role":"user"},{"role":"assistant","content":"d"}]}',
    ];
    writeFileSync(source, lines.join("\n"));
    expect(await prepareData({ source, folder, validationShare: 0 })).toEqual({
      train: 4,
      validation: 0,
      duplicates: 1,
      emptyLines: 2,
    });
    expect(readdirSync(folder).sort()).toEqual(["data.jsonl", "train.jsonl"]);
    expect(linesIn(folder, "train.jsonl").sort()).toEqual([
      '{"messages":[{"role":"user","content":"1"},{"role":"assistant","content":"a é"}]}',
      '{"messages":[{"role":"user","content":"2\\n\\nmore"},{"role":"assistant","content":"b"}]}',
      '{"messages":[{"role":"user","content":"3"},{"role":"assistant","content":"c"}]}',
      '{"messages":[{"role":"user","content":"4"},{"role":"assistant","content":"d"}]}',
    ]);
  });

  it("splits what it shuffled in two, each example in one of them", async () => {
    const folder = newFolder();
    const counts = await prepareData({
      source: pieces(manyLines(200)),
      folder,
      validationShare: 0.25,
      seed: 7,
    });
    expect(counts).toEqual({ train: 150, validation: 50, duplicates: 0, emptyLines: 0 });
    const train = questionsIn(folder, "train.jsonl");
    const validation = questionsIn(folder, "validation.jsonl");
    expect([train.length, validation.length]).toEqual([150, 50]);
    expect(new Set([...train, ...validation]).size).toBe(200);
    expect(train).not.toEqual([...train].sort());
    expect(readdirSync(folder).sort()).toEqual(["train.jsonl", "validation.jsonl"]);
  });

  it("gives the same files for the same seed, however the data is cut, others for another", async () => {
    const bytes = Buffer.from(manyLines(50).replaceAll(':"q', ':"é'));
    const results: string[] = [];
    for (const [seed, size] of [
      [7, bytes.length],
      [7, 1],
      [7, 37],
      [8, 37],
    ] as const) {
      const folder = newFolder();
      const cut: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
      await prepareData({ source: pieces(...cut), folder, seed });
      results.push(["train.jsonl", "validation.jsonl"].map((n) => linesIn(folder, n)).join("\n"));
    }
    const [whole, ...others] = results;
    expect(others.map((other) => other === whole)).toEqual([true, true, false]);
  });

  it.each([
    [1, 0.5, 0],
    [2, 0.01, 1],
    [3, 0.99, 2],
    [10, 0.1, 1],
  ])("holds back of %d examples, with a share of %d, %d", async (examples, share, validation) => {
    const folder = newFolder();
    const source = pieces(manyLines(examples));
    expect(await prepareData({ source, folder, validationShare: share })).toMatchObject({
      train: examples - validation,
      validation,
    });
  });

  it("names the first ten wrong lines and counts the others", async () => {
    const folder = newFolder();
    const wrong = [
      "{",
      '"text"',
      Buffer.from([0xff, 0xfe, 0x7b, 0x0a]),
      '{"question":"a"}',
      `{"question":"${"x".repeat(DATA_LIMITS.lineBytes)}","answer":"b"}`,
      `{"answer":${"[".repeat(600)}${"]".repeat(600)},"question":"a"}`,
      ...Array.from({ length: 6 }, () => "{}"),
    ];
    const source = pieces(
      `${qa(1)}\n\n`,
      ...wrong.map((line) => (typeof line === "string" ? `${line}\n` : line)),
      qa(2),
    );
    const failure: unknown = await prepareData({ source, folder }).catch((err: unknown) => err);
    expect(failure).toEqual(refusal("12 lines are no examples, the first 10: line 3: is not JSON"));
    const { fields } = failure as { fields: { mistakes: { line: number; problem: string }[] } };
    expect(fields).toMatchObject({ mistake_count: 12 });
    expect(fields.mistakes.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(fields.mistakes.map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/^is not JSON: ./),
      "is not a JSON object",
      "is not UTF-8",
      "'answer' is missing",
      "is longer than 1048576 bytes",
      "has more JSON than can be read",
      ...Array.from({ length: 4 }, () => expect.stringContaining("has no example's fields")),
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("says of the last line, too, that it is wrong", async () => {
    const source = pieces(`${qa(1)}\n${qa(2)}\n{"question":`);
    await expect(prepareData({ source, folder: newFolder() })).rejects.toEqual(
      refusal("training data: 1 line is no example: line 3: is not JSON"),
    );
  });

  it.each([
    ["", "there is no example in it"],
    ["\n \n\r\n", "there is no example in it"],
    [manyLines(4), "line 4: there are more than 3 examples"],
    [" ".repeat(300), "it is longer than 200 bytes"],
    ["\n".repeat(300), "it is longer than 200 bytes"],
  ])("refuses %j", async (text, message) => {
    const folder = newFolder();
    const limits = { bytes: 200, lineBytes: 100, examples: 3 };
    const work = prepareData({ source: pieces(text), folder, limits });
    await expect(work).rejects.toEqual(refusal(message));
    expect(readdirSync(folder)).toEqual([]);
  });

  it("takes as many examples, and lines as long, as it may", async () => {
    const limits = { bytes: 3 * 34, lineBytes: 33, examples: 3 };
    const source = pieces(...[1, 2, 3].map((number) => `${qa(number).padEnd(33)}\n`));
    expect(await prepareData({ source, folder: newFolder(), limits })).toMatchObject({ train: 2 });
    const long = prepareData({ source: pieces(qa(1).padEnd(34)), folder: newFolder(), limits });
    await expect(long).rejects.toEqual(refusal("line 1: is longer than 33 bytes"));
  });

  it.each([
    [{ validationShare: 1 }, "validationShare"],
    [{ validationShare: -0.1 }, "validationShare"],
    [{ validationShare: Number.NaN }, "validationShare"],
    [{ seed: 0.5 }, "seed"],
  ])("refuses %j before it reads", async (options, param) => {
    const source = pieces(qa(1));
    const work = prepareData({ source, folder: newFolder(), ...options });
    await expect(work).rejects.toEqual(refusal(param, param));
    expect(await source.next()).toMatchObject({ done: false });
  });

  it("refuses a folder that is none, and a source that cannot be read", async () => {
    const folder = newFolder();
    const none = join(folder, "none");
    const prepared = (source: string, into: string) => prepareData({ source, folder: into });
    await expect(prepared(folder, none)).rejects.toEqual(refusal("' is none", "folder"));
    await expect(prepared(none, folder)).rejects.toEqual(refusal("it cannot be read: ENOENT"));
    await expect(prepared(folder, folder)).rejects.toEqual(refusal("is a folder"));
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(["train.jsonl", "validation.jsonl"])("leaves a %s that is there alone", async (name) => {
    const folder = newFolder();
    writeFileSync(join(folder, name), "earlier");
    const work = prepareData({ source: pieces(manyLines(9)), folder });
    await expect(work).rejects.toEqual(refusal(`has a ${name} already`, "folder"));
    expect(readdirSync(folder)).toEqual([name]);
    expect(readFileSync(join(folder, name), "utf8")).toBe("earlier");
  });

  it("leaves nothing when one of the files cannot be put in place", async () => {
    const folder = newFolder();
    async function* source() {
      yield manyLines(9);
      mkdirSync(join(folder, "train.jsonl"));
    }
    await expect(prepareData({ source: source(), folder })).rejects.toThrow(/EISDIR|ENOTEMPTY/);
    expect(readdirSync(folder)).toEqual(["train.jsonl"]);
  });

  it("leaves nothing when the source fails in the middle", async () => {
    const folder = newFolder();
    async function* source() {
      yield manyLines(9);
      throw new Error("the disk is gone");
    }
    await expect(prepareData({ source: source(), folder })).rejects.toThrow("the disk is gone");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("ends with the signal's reason, and leaves nothing", async () => {
    const folder = newFolder();
    const stop = new AbortController();
    const reason = new Error("enough");
    let given = 0;
    async function* endless() {
      for (; ; given += 1) {
        if (given === 1000) stop.abort(reason);
        yield `${qa(given)}\n`;
      }
    }
    const work = prepareData({ source: endless(), folder, signal: stop.signal });
    await expect(within(work, "the end of the work")).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
    const late = prepareData({ source: endless(), folder, signal: stop.signal });
    await expect(late).rejects.toBe(reason);
  });

  it("does not wait, once it is given up, for a source that is silent", async () => {
    const folder = newFolder();
    const stop = new AbortController();
    const reason = new Error("enough");
    async function* silent() {
      yield manyLines(9);
      stop.abort(reason);
      await new Promise(() => {});
    }
    const work = prepareData({ source: silent(), folder, signal: stop.signal });
    await expect(within(work, "the end of the work")).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });
});
