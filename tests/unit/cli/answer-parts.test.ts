import { describe, expect, it } from "vitest";
import { answerParts, waitInWords } from "../../../src/cli/answers/answer-parts.ts";
import { serverEvents } from "../../../src/cli/answers/server-events.ts";

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

describe("server-sent events", () => {
  it.each([1, 2, 3, 7, 1000])("are the same in pieces of %d bytes", async (size) => {
    const text = ": comment\n\ndata: ä\r\n\r\nevent: x\ndata: one\ndata:two\n\n\ndata: cut off";
    expect(await all(serverEvents(pieces(text, size)))).toEqual(["ä", "one\ntwo"]);
  });

  it("have an end", async () => {
    const endless = pieces(`data: ${"x".repeat(17 * 1_048_576)}`, 1_048_576);
    await expect(all(serverEvents(endless))).rejects.toThrow("an event without end");
  });
});

describe("the parts of an answer", () => {
  const events = (...parts: object[]) =>
    answerParts(pieces(parts.map((part) => `data: ${JSON.stringify(part)}\n\n`).join(""), 11));

  it("are what it waits for, its text and its end", async () => {
    const status = { waiting_for: "place", position: 2, expected_wait_ms: 2600 };
    const parts = await all(
      events(
        { chunk: "", done: false, status },
        { chunk: "Hi", done: false },
        { chunk: "", done: true, model: "m", latency_ms: 3, generation_eval_count: 1 },
        { chunk: "never read" },
      ),
    );
    const end = { model: "m", tokens: 1, latencyMs: 3, truncated: false, schemaValid: undefined };
    expect(parts).toEqual([
      { kind: "waiting", status },
      { kind: "text", text: "Hi" },
      { kind: "end", end },
    ]);
  });

  it("end with a failure, in the service's words", async () => {
    const failure = { chunk: "", done: true, error: "No more room", code: "queue_full" };
    expect(await all(events({ chunk: "Hi" }, failure))).toEqual([
      { kind: "text", text: "Hi" },
      { kind: "failed", message: "No more room", code: "queue_full" },
    ]);
  });

  it("are no answer without an end", async () => {
    await expect(all(events({ chunk: "Hi" }))).rejects.toThrow("The answer broke off: ask again");
  });
});

it.each([
  [
    { waiting_for: "place", position: 3, expected_wait_ms: 12_400 },
    "waiting, number 3, about 12 s",
  ],
  [{ waiting_for: "model" }, "loading the model"],
  [{ waiting_for: "later kinds" }, "waiting"],
])("a wait of %j is told as %s", (status, words) => {
  expect(waitInWords(status)).toBe(words);
});
