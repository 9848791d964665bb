import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LightSignal } from "../../../../src/runtime/light-signal.ts";
import { SchemaThread } from "../../../../workers/schemas/client.ts";
import type { RawThread } from "../../../../workers/thread-calls.ts";

const DEADLINE_MS = 1000;
const START_MS = 20_000;
const SCHEMA = { key: "a", text: '{"properties":{"b":{"pattern":"x"}}}' };
const OTHER = { key: "b", text: "{}" };

interface Call {
  name: string;
  settle: (output: unknown) => void;
}

/** Threads that answer what the test says. */
function setUp(more: Partial<ConstructorParameters<typeof SchemaThread>[0]> = {}) {
  const calls: Call[] = [];
  const faults: unknown[] = [];
  const counts = { opened: 0, ended: 0 };
  const thread = new SchemaThread({
    open: (): RawThread => {
      counts.opened += 1;
      return {
        run: (_input, { name }) => new Promise((settle) => void calls.push({ name, settle })),
        end: () => {
          counts.ended += 1;
          return Promise.resolve();
        },
      };
    },
    deadlineMs: DEADLINE_MS,
    startMs: START_MS,
    onFault: (err) => void faults.push(err),
    ...more,
  });
  /** Answers the call that is under way. */
  const answer = async (name: string, output?: unknown) => {
    await vi.advanceTimersByTimeAsync(0);
    const call = calls.at(-1);
    expect(call?.name).toBe(name);
    call?.settle(output);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { thread, calls, counts, faults, answer };
}

const by = (tenant: string) => ({ tenant, signal: new LightSignal() });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("SchemaThread", () => {
  it("lets a thread start for longer than a task may take", async () => {
    const { thread, answer, faults } = setUp();
    const compiled = thread.compile(SCHEMA, by("a"));
    await vi.advanceTimersByTimeAsync(START_MS - 1);
    await answer("begin");
    await answer("compile", { ok: true });
    expect(await compiled).toEqual({ ok: true });
    expect([thread.size, faults]).toEqual([0, []]);
  });

  it("asks once whether a schema can be used, and again only where it cannot", async () => {
    const { thread, answer, calls } = setUp();
    const first = thread.compile(SCHEMA, by("a"));
    await answer("begin");
    await answer("compile", { ok: true });
    await first;
    expect(await thread.compile(SCHEMA, by("b"))).toEqual({ ok: true });
    expect(calls).toHaveLength(2);
    const unusable = { ok: false, fault: { path: "#", message: "is no JSON Schema" } };
    for (const _ of [1, 2]) {
      const other = thread.compile(OTHER, by("a"));
      await answer("compile", unusable);
      expect(await other).toEqual(unusable);
    }
    const slow = thread.check(SCHEMA, "1", by("a"));
    await vi.advanceTimersByTimeAsync(DEADLINE_MS);
    await slow;
    expect(await thread.compile(SCHEMA, by("a"))).toMatchObject({ ok: false });
  });

  it("gives up a task that takes too long, and no other", async () => {
    const { thread, answer, counts, faults, calls } = setUp();
    const slow = thread.check(SCHEMA, "1", by("a"));
    const next = thread.check(OTHER, "2", by("b"));
    await answer("begin");
    await vi.advanceTimersByTimeAsync(DEADLINE_MS);
    expect(await slow).toEqual({
      ok: false,
      fault: {
        path: "#/properties/b/pattern",
        message: "takes longer than 1000 ms or too much memory to check an answer with",
      },
    });
    expect([counts.ended, faults.length]).toEqual([1, 1]);
    await answer("begin");
    await answer("check", { ok: true, faults: [] });
    expect(await next).toEqual({ ok: true, faults: [] });
    // For a while the schema is not tried again.
    const before = calls.length;
    expect(await thread.compile(SCHEMA, by("b"))).toMatchObject({ ok: false });
    expect(calls.length).toBe(before);
    vi.setSystemTime(Date.now() + 60_001);
    const again = thread.compile(SCHEMA, by("b"));
    await answer("compile", { ok: true });
    expect(await again).toEqual({ ok: true });
  });

  it("waits longer for a task where the process has no processor, but not for ever", async () => {
    let cpuMs = 0;
    const starved = { mostMs: 5 * DEADLINE_MS, cpuMs: () => cpuMs };
    const { thread, answer, faults } = setUp({ starved });
    const late = thread.compile(SCHEMA, by("a"));
    await answer("begin");
    await vi.advanceTimersByTimeAsync(4.5 * DEADLINE_MS);
    await answer("compile", { ok: true });
    expect(await late).toEqual({ ok: true });
    const never = thread.check(SCHEMA, "1", by("a"));
    await vi.advanceTimersByTimeAsync(5 * DEADLINE_MS);
    expect(await never).toMatchObject({ ok: false });
    const busy = thread.check(OTHER, "1", by("a"));
    await answer("begin");
    cpuMs += DEADLINE_MS / 2;
    await vi.advanceTimersByTimeAsync(DEADLINE_MS);
    expect(await busy).toMatchObject({ ok: false });
    expect(faults).toHaveLength(2);
  });

  it("blames no schema where no thread starts", async () => {
    const { thread, faults } = setUp();
    const compiled = thread.compile(SCHEMA, by("a")).catch((err: unknown) => err);
    await vi.advanceTimersByTimeAsync(START_MS);
    expect(await compiled).toEqual(new Error("the schema thread was lost"));
    expect(faults).toHaveLength(1);
  });

  it("lets tenants take turns", async () => {
    const { thread, answer } = setUp();
    const done: string[] = [];
    const asked = ["a", "a", "a", "b"].map(async (tenant) => {
      await thread.check(OTHER, "1", by(tenant));
      done.push(tenant);
    });
    await answer("begin");
    for (const _tenant of asked) await answer("check", { ok: true, faults: [] });
    await Promise.all(asked);
    expect(done.indexOf("b")).toBeLessThan(3);
  });

  it("does not work for a client that has left, nor after its end", async () => {
    const { thread, answer } = setUp();
    const first = thread.compile(SCHEMA, by("a"));
    const left = new LightSignal();
    const second = thread.compile(SCHEMA, { tenant: "a", signal: left });
    left.abort(new Error("left"));
    await expect(second).rejects.toThrow("left");
    await answer("begin");
    await answer("compile", { ok: true });
    await first;
    await thread.destroy();
    const late = thread.check(SCHEMA, "1", by("a"));
    await expect(late).rejects.toMatchObject({ code: "shutting_down" });
  });
});
