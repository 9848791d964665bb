import { describe, expect, it } from "vitest";
import { batchFrames } from "../../../../../routes/service/batch/batch-frames.ts";
import { BatchCount, type ItemResult } from "../../../../../routes/service/batch/run-batch.ts";
import { RequestRecord } from "../../../../../src/requests/request-record.ts";

const RESULTS: ItemResult[] = [
  { index: 1, success: true, data: { text: "two\nlines" } },
  { index: 0, success: false, error: "no", code: "invalid_request" },
];

const FIGURES = { batch_id: "id", total_requests: 2, total_time_ms: expect.any(Number) };

async function* given(results: ItemResult[]): AsyncGenerator<ItemResult> {
  yield* results;
}

function count(total: number): BatchCount {
  return new BatchCount(new RequestRecord("id", () => {}), total);
}

/** Of a batch whose client has left. */
function onFailure(err: unknown): never {
  throw err;
}

describe("batchFrames", () => {
  it("writes one line of JSON for each result and one for the figures", async () => {
    const pieces = await allOf(
      batchFrames(given(RESULTS), count(2), { stream: "ndjson", onFailure }),
    );
    const text = pieces.join("");
    expect(text.endsWith("\n")).toBe(true);
    const lines = text.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { ...RESULTS[0], completed: 1, total_requests: 2, done: false },
      { ...RESULTS[1], completed: 2, total_requests: 2, done: false },
      { ...FIGURES, successful: 1, failed: 1, done: true },
    ]);
  });

  it("writes events, and [DONE] at the end", async () => {
    const pieces = await allOf(
      batchFrames(given(RESULTS), count(2), { stream: "events", onFailure }),
    );
    const [first = "", ...events] = pieces;
    expect(first).toMatch(/^:.*\n\n$/);
    expect(events.pop()).toBe("data: [DONE]\n\n");
    expect(events.map((event) => /^data: (.*)\n\n$/.exec(event)?.[1])).toEqual(
      events.map((event) => event.slice(6, -2)),
    );
    expect(events.map((event) => JSON.parse(event.slice(6)) as unknown)).toMatchObject([
      { index: 1, completed: 1 },
      { index: 0, completed: 2 },
      { done: true },
    ]);
  });

  it.each(["ndjson", "events"] as const)(
    "has something to send before the first result, so that the head goes out: %s",
    async (stream) => {
      const never = new Promise<never>(() => {});
      async function* silent(): AsyncGenerator<ItemResult> {
        yield await never;
      }
      const { value } = await batchFrames(silent(), count(1), { stream, onFailure }).next();
      expect(String(value).length).toBeGreaterThan(0);
    },
  );

  it("ends the batch when it is ended itself", async () => {
    let ended = false;
    async function* results(): AsyncGenerator<ItemResult> {
      try {
        yield* RESULTS;
      } finally {
        ended = true;
      }
    }
    const frames = batchFrames(results(), count(2), { stream: "ndjson", onFailure });
    await frames.next();
    await frames.next();
    await frames.return(undefined);
    expect(ended).toBe(true);
  });

  it("breaks when the batch breaks", async () => {
    async function* results(): AsyncGenerator<ItemResult> {
      yield* RESULTS.slice(0, 1);
      throw new Error("left");
    }
    const frames = batchFrames(results(), count(2), { stream: "events", onFailure });
    await frames.next();
    await frames.next();
    await expect(frames.next()).rejects.toThrow("left");
  });

  it("tells at its end why it was called off, with what had ended by then", async () => {
    async function* results(): AsyncGenerator<ItemResult> {
      yield* RESULTS.slice(0, 1);
      throw new Error("cancelled");
    }
    const told = { stream: "ndjson" as const, onFailure: () => ({ code: "cancelled" }) };
    const lines = await allOf(batchFrames(results(), count(2), told));
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
      ...FIGURES,
      successful: 1,
      failed: 0,
      code: "cancelled",
      done: true,
    });
  });
});

async function allOf<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
