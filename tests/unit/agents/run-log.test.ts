import { describe, expect, it } from "vitest";
import { RunLog } from "../../../src/agents/run-log.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";
import { within } from "../../support/deadline.ts";

const deadlines = new Deadlines({ sweepMs: 5 });
const event = (n: number) => ({ type: "response.output_text.delta", delta: `${n} ` });

async function all(pieces: AsyncGenerator<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

const numbersIn = (text: string): number[] =>
  [...text.matchAll(/"sequence_number":(\d+)/g)].map(([, number]) => Number(number));

describe("the events of a run", () => {
  it("are read from any of them, up to the end", async () => {
    const log = new RunLog();
    for (let n = 0; n < 5; n += 1) log.add(event(n));
    const reader = log.read({ from: 2, until: "run", deadlines });
    const text = all(reader.pieces());
    log.add(event(5));
    log.end();
    expect(numbersIn(await within(text, "the end"))).toEqual([2, 3, 4, 5]);
    expect([log.readers, deadlines.size]).toEqual([0, 0]);
    log.add(event(6));
    expect(log.next).toBe(6);
  });

  it("are read up to the end of a response", async () => {
    const log = new RunLog();
    log.add(event(0));
    log.add({ type: "response.completed" }, true);
    log.add(event(2));
    const reader = log.read({ from: 0, until: "response", deadlines });
    expect(numbersIn(await within(all(reader.pieces()), "the end"))).toEqual([0, 1]);
    expect(log.readers).toBe(0);
  });

  it("give way to later ones; who comes late is told of it", async () => {
    const log = new RunLog({ maxBytes: 2000 });
    for (let n = 0; n < 100; n += 1) log.add(event(n));
    log.end();
    expect(log.bytes).toBeLessThanOrEqual(2000);
    expect(log.first).toBeGreaterThan(0);
    const text = await within(
      all(log.read({ from: 0, until: "run", deadlines }).pieces()),
      "the end",
    );
    expect(text).toMatch(/^event: shared_ollama:missed\n.*"missed_before":\d+/);
    expect(numbersIn(text).at(-1)).toBe(99);
  });

  it("do not drop a reader for large ones that come at once", async () => {
    const log = new RunLog({ maxBytes: 20_000 });
    const reader = log.read({ from: 0, until: "run", deadlines });
    const text = all(reader.pieces());
    log.add(event(0));
    log.add({ type: "response.output_item.done", item: "x".repeat(30_000) });
    log.add({ type: "response.output_item.done", item: "y".repeat(30_000) });
    log.add({ type: "response.completed", response: "z".repeat(30_000) }, true);
    log.addOwn("run_ended", {});
    log.end();
    const read = await within(text, "the end");
    expect(numbersIn(read)).toEqual([0, 1, 2, 3, 4]);
    expect(reader.dropped).toBeUndefined();
  });

  it("are bounded in memory also where they are large", () => {
    const log = new RunLog({ maxBytes: 20_000 });
    for (let n = 0; n < 50; n += 1) log.add({ type: "large", item: "x".repeat(30_000) });
    expect(log.next - log.first).toBeGreaterThan(1);
    expect(log.bytes).toBeLessThanOrEqual(16 * 20_000);
    log.add({ type: "large", item: "x".repeat(300_000) });
    expect([log.next - log.first, log.bytes > 600_000]).toEqual([1, true]);
  });

  it("drop a reader that is too slow, and tell it", async () => {
    const log = new RunLog({ maxBytes: 2000 });
    log.add(event(0));
    const reader = log.read({ from: 0, until: "run", deadlines });
    const pieces = reader.pieces();
    expect(numbersIn(String((await pieces.next()).value))).toEqual([0]);
    for (let n = 1; n < 100; n += 1) log.add(event(n));
    const { value } = await pieces.next();
    expect(value).toMatch(/^event: error\n.*"code":"slow_reader"/);
    expect((await pieces.next()).done).toBe(true);
    expect(reader.dropped).toMatch(/too slowly/);
    expect(log.readers).toBe(0);
  });

  it("send followers away when the service stops, and nobody else", async () => {
    const log = new RunLog();
    const follower = log.read({ from: 0, until: "run", isFollower: true, deadlines }).pieces();
    const waiting = follower.next();
    const client = log.read({ from: 0, until: "response", deadlines }).pieces();
    log.dropFollowers();
    expect((await within(waiting, "its last words")).value).toMatch(/shutting_down/);
    expect(log.readers).toBe(1);
    await client.return(undefined);
    expect([log.readers, deadlines.size]).toEqual([0, 0]);
  });

  it("are what a model says, with a blank line between its messages", async () => {
    const log = new RunLog();
    const message = { type: "response.output_item.added", item: { type: "message" } };
    log.add(message);
    log.add(event(1));
    log.addOwn("step", { event: "step" });
    log.add(message);
    log.add(event(2));
    log.end();
    const text = await all(log.read({ from: 0, until: "run", deadlines }).deltas());
    expect(text).toBe("1 \n\n2 ");
  });

  it("end early without a wait for one who leaves", async () => {
    const log = new RunLog();
    const pieces = log.read({ from: 0, until: "run", deadlines }).pieces();
    const waiting = pieces.next();
    await pieces.return(undefined);
    expect((await within(waiting, "its end")).done).toBe(true);
    expect([log.readers, deadlines.size]).toEqual([0, 0]);
  });
});
