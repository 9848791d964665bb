import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Deadlines } from "../../../src/runtime/deadlines.ts";
import { UploadWatch } from "../../../src/http/upload-watch.ts";
import { steppedClock } from "../../support/stepped-clock.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await vi.advanceTimersByTimeAsync(60_000);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("Deadlines", () => {
  it("expires each once, at its time, with one timer for all", async () => {
    const deadlines = new Deadlines({ sweepMs: 10 });
    const expired: string[] = [];
    deadlines.after(100, () => expired.push("a"));
    deadlines.after(50, () => expired.push("b"));
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(49);
    expect(expired).toEqual([]);
    await vi.advanceTimersByTimeAsync(11);
    expect(expired).toEqual(["b"]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(expired).toEqual(["b", "a"]);
    expect(deadlines.size).toBe(0);
  });

  it("go on after a sleep of the machine where they were before it", async () => {
    const { sleep, end } = steppedClock();
    const deadlines = new Deadlines();
    const expire = vi.fn();
    deadlines.after(60_000, expire);
    await vi.advanceTimersByTimeAsync(50_000);
    sleep();
    await vi.advanceTimersByTimeAsync(9800);
    expect(expire).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(400);
    expect(expire).toHaveBeenCalledOnce();
    end();
  });

  it("never expires what was called off", async () => {
    const deadlines = new Deadlines();
    const callOff = deadlines.after(50, () => expect.unreachable());
    callOff();
    callOff();
    expect(deadlines.size).toBe(0);
    await vi.advanceTimersByTimeAsync(1000);
  });

  it("never expires what another one called off as it expired", async () => {
    const deadlines = new Deadlines();
    const expired: string[] = [];
    const callOffs = ["a", "b"].map((name, i) =>
      deadlines.after(50, () => {
        expired.push(name);
        callOffs[1 - i]?.();
      }),
    );
    await vi.advanceTimersByTimeAsync(1000);
    expect(expired).toEqual(["a"]);
  });

  it("serves deadlines that come after a rest", async () => {
    const deadlines = new Deadlines();
    const expired: number[] = [];
    for (const round of [1, 2]) {
      deadlines.after(50, () => expired.push(round));
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(expired).toEqual([1, 2]);
  });
});

describe("UploadWatch", () => {
  it("gives up an upload of which nothing has arrived for the time set", async () => {
    const failures: unknown[] = [];
    new UploadWatch({ stallMs: 2000 }).watch((err) => failures.push(err));
    await vi.advanceTimersByTimeAsync(1999);
    expect(failures).toEqual([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(failures).toEqual([expect.objectContaining({ code: "upload_stalled", status: 408 })]);
  });

  it("leaves a slow upload alone while something arrives", async () => {
    const upload = new UploadWatch({ stallMs: 2000 }).watch(() => expect.unreachable());
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(1500);
      upload.progress();
    }
    upload.done();
  });

  it("leaves uploads alone that are done", async () => {
    const watch = new UploadWatch({ stallMs: 2000 });
    const [one, two] = [1, 2].map(() => watch.watch(() => expect.unreachable()));
    expect(vi.getTimerCount()).toBe(1);
    one?.done();
    one?.done();
    two?.done();
    await vi.advanceTimersByTimeAsync(10_000);
  });
});
