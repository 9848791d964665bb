import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { comingPieces, unlessLate, withNotices } from "../../../src/http/late-pieces.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";
import { deferred } from "../../../src/runtime/deferred.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // The sweep of the deadlines ends one round after the last of them.
  await vi.advanceTimersByTimeAsync(250);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("unlessLate", () => {
  it("gives what comes in time, and throws what is thrown in time", async () => {
    const deadlines = new Deadlines();
    expect(await unlessLate(Promise.resolve(1), { deadlines, ms: 100 })).toBe(1);
    const odd = new Error("odd");
    await expect(unlessLate(Promise.reject(odd), { deadlines, ms: 100 })).rejects.toBe(odd);
    expect(deadlines.size).toBe(0);
  });

  it("gives up when it is late; what is thrown after that is another one's matter", async () => {
    const deadlines = new Deadlines();
    const work = deferred<number>();
    const waited = unlessLate(work.promise, { deadlines, ms: 100 });
    await vi.advanceTimersByTimeAsync(300);
    expect(await waited).toBeUndefined();
    work.reject(new Error("odd"));
    await vi.advanceTimersByTimeAsync(0);
    expect(deadlines.size).toBe(0);
  });

  it("waits on where it is not late when the time is over, and for ever with 0", async () => {
    const deadlines = new Deadlines();
    const work = deferred<number>();
    const waited = [
      unlessLate(work.promise, { deadlines, ms: 100, isLate: () => false }),
      unlessLate(work.promise, { deadlines, ms: 0 }),
    ];
    expect(deadlines.size).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    work.resolve(7);
    expect(await Promise.all(waited)).toEqual([7, 7]);
  });
});

/** Numbers, and whether their end was reached. */
function numbers() {
  const seen = { hasEnded: false };
  async function* all() {
    try {
      for (const one of ["1", "2", "3"]) yield one;
    } finally {
      seen.hasEnded = true;
    }
  }
  return { seen, pieces: all() };
}

async function rest<T>(pieces: AsyncGenerator<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const piece of pieces) list.push(piece);
  return list;
}

describe("comingPieces", () => {
  it("are the pieces, or the failure, that come", async () => {
    expect(await rest(comingPieces(Promise.resolve(numbers().pieces)))).toEqual(["1", "2", "3"]);
    const odd = new Error("odd");
    await expect(rest(comingPieces(Promise.reject(odd)))).rejects.toBe(odd);
  });

  it("are ended when they come, where nobody wants them any more", async () => {
    const { seen, pieces } = numbers();
    await pieces.next();
    const work = deferred<AsyncGenerator<string>>();
    await comingPieces(work.promise).return(undefined);
    work.resolve(pieces);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.hasEnded).toBe(true);
    const failing = deferred<AsyncGenerator<string>>();
    await comingPieces(failing.promise).return(undefined);
    failing.reject(new Error("nobody hears it"));
  });
});

describe("withNotices", () => {
  function setUp() {
    const deadlines = new Deadlines();
    const work = deferred<AsyncGenerator<string>>();
    const seen = { notices: 0, left: 0 };
    const pieces = withNotices(comingPieces(work.promise), {
      deadlines,
      everyMs: 5000,
      notice: () => `notice ${(seen.notices += 1)}`,
      onLeave: () => {
        seen.left += 1;
        work.reject(new Error("left"));
      },
    });
    return { deadlines, work, seen, pieces };
  }

  it("tells at once, and again and again until the first piece is there", async () => {
    const { deadlines, work, pieces } = setUp();
    expect((await pieces.next()).value).toBe("notice 1");
    for (const notice of ["notice 2", "notice 3"]) {
      let told: unknown;
      const next = pieces.next().then(({ value }) => (told = value));
      await vi.advanceTimersByTimeAsync(4900);
      expect(told).toBeUndefined();
      await vi.advanceTimersByTimeAsync(200);
      expect(await next).toBe(notice);
    }
    const first = pieces.next();
    work.resolve(numbers().pieces);
    expect((await first).value).toBe("1");
    expect(await rest(pieces)).toEqual(["2", "3"]);
    expect(deadlines.size).toBe(0);
  });

  it("loses no piece that comes while nobody asks, and no failure", async () => {
    const late = setUp();
    await late.pieces.next();
    const told = late.pieces.next();
    await vi.advanceTimersByTimeAsync(5200);
    expect((await told).value).toBe("notice 2");
    late.work.resolve(numbers().pieces);
    await vi.advanceTimersByTimeAsync(0);
    expect(await rest(late.pieces)).toEqual(["1", "2", "3"]);

    const failing = setUp();
    await failing.pieces.next();
    const odd = new Error("odd");
    failing.work.reject(odd);
    await expect(failing.pieces.next()).rejects.toBe(odd);
  });

  it("has what is waited for end when its reader leaves", async () => {
    const { pieces, seen, deadlines } = setUp();
    await pieces.next();
    const next = pieces.next().catch((err: Error) => err.message);
    await pieces.return(undefined);
    expect(await next).toBe("left");
    expect(seen).toEqual({ notices: 1, left: 1 });
    expect(deadlines.size).toBe(0);
  });
});
