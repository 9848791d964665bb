import { describe, expect, it } from "vitest";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import { SharedRun } from "../../../src/cache/shared-run.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { RequestRecord } from "../../../src/requests/request-record.ts";
import { within } from "../../support/deadline.ts";
import { fakeClient } from "../../support/fake-client.ts";

const settled = (): Promise<void> => new Promise(setImmediate);
const record = (): RequestRecord => new RequestRecord("r", () => {});

/** A run of texts, of which it keeps 100 characters; it makes each when it is asked for it. */
function setUp(texts: Iterable<string>) {
  const seen = { made: 0, calledOff: false, whole: undefined as string[] | undefined | "none" };
  const ended = deferred<void>();
  async function* lines() {
    for (const text of texts) {
      seen.made += 1;
      yield text;
    }
  }
  const run = new SharedRun<string>({
    record: record(),
    start: (signal) => {
      signal.addEventListener("abort", () => (seen.calledOff = true));
      return Promise.resolve(lines());
    },
    bytesOf: (text) => text.length,
    onWhole: (all) => (seen.whole = all ?? "none"),
    onEnd: () => ended.resolve(),
    maxBytes: 100,
  });
  const join = (signal = fakeClient().signal) => run.read({ signal, record: record() });
  return { run, seen, join, ended: within(ended.promise, "the end of the run") };
}

/** Reads so many lines, or all. */
async function take(lines: AsyncGenerator<string>, count = Infinity): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { done, value } = await within(lines.next(), `line ${taken.length}`);
    if (done) break;
    taken.push(value);
  }
  return taken;
}

const TEN = "0123456789";
const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => String(i).padStart(10, "0"));

describe("a short shared run", () => {
  it("goes on by itself, and gives late comers all of it", async () => {
    const { run, seen, join, ended } = setUp(numbered(4));
    const first = await join();
    expect(await take(first, 1)).toEqual(numbered(1));
    await ended;
    expect(run.isOpen).toBe(true);
    expect(await take(await join())).toEqual(numbered(4));
    expect(await take(first)).toEqual(numbered(4).slice(1));
    expect(seen.whole).toEqual(numbered(4));
  });
});

describe("a long shared run", () => {
  it("waits for its reader, and keeps only what is not read", async () => {
    const { run, seen, join, ended } = setUp(numbered(1000));
    const reader = await join();
    await settled();
    expect(seen.made).toBeLessThanOrEqual(10);
    expect(await take(reader, 500)).toEqual(numbered(500));
    await settled();
    expect(seen.made).toBeLessThanOrEqual(510);
    expect(run.isOpen).toBe(false);
    expect(await take(reader)).toEqual(numbered(1000).slice(500));
    await ended;
    expect(seen.whole).toBe("none");
  });

  it("goes on with the quickest; who falls far behind is cut off and told", async () => {
    const { seen, join } = setUp(numbered(100));
    const slow = await join();
    const quick = await join();
    const quite = await join();
    expect(await take(slow, 2)).toEqual(numbered(2));
    for (let i = 0; i < 100; i += 2) {
      expect(await take(quick, 2)).toEqual(numbered(i + 2).slice(i));
      expect(await take(quite, 2)).toEqual(numbered(i + 2).slice(i));
    }
    await expect(take(slow)).rejects.toMatchObject({ code: "upstream_unavailable" });
    expect(seen.calledOff).toBe(false);
  });

  it("goes on when the quickest leaves, and ends when the last one does", async () => {
    function* endless() {
      for (;;) yield TEN;
    }
    const { seen, join } = setUp(endless());
    const [one, other] = [fakeClient(), fakeClient()];
    const quick = await join(one.signal);
    const slow = await join(other.signal);
    await take(quick, 3);
    one.leave();
    await expect(take(quick, 100)).rejects.toThrow(ClientLeft);
    expect(await take(slow, 200)).toHaveLength(200);
    expect(seen.calledOff).toBe(false);
    other.leave();
    expect(seen.calledOff).toBe(true);
  });

  it("hands on a line that is longer than what is kept", async () => {
    const long = "x".repeat(1000);
    const { run, seen, join, ended } = setUp([long, TEN, long]);
    expect(await take(await join())).toEqual([long, TEN, long]);
    await ended;
    expect([run.isOpen, seen.whole]).toEqual([false, "none"]);
  });
});
