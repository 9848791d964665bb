import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WorkerPool, type RawPool } from "../../../workers/pool.ts";
import * as tasks from "../../../workers/main.ts";

const facts = {
  model: "m",
  modelIsCertain: true,
  hasImages: false,
  hasWork: false,
  stream: undefined,
  keepAlive: undefined,
  loadOptions: undefined,
};

function setUp(run: RawPool["run"]) {
  const seen = { runs: [] as [unknown, string][], destroyed: 0 };
  const raw: RawPool = {
    run: (input, options) => {
      seen.runs.push([input, options.name]);
      return run(input, options);
    },
    destroy: () => {
      seen.destroyed += 1;
      return Promise.resolve();
    },
  };
  return { pool: new WorkerPool(raw, { taskDeadlineMs: 1000 }), seen };
}

describe("WorkerPool", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("runs a task by its name", async () => {
    const { pool, seen } = setUp(() => Promise.resolve(facts));
    const input = new Uint8Array([1]);
    expect(await pool.run("inspectBody", input)).toBe(facts);
    expect(seen.runs).toEqual([[input, "inspectBody"]]);
    await pool.destroy();
    expect(seen.destroyed).toBe(1);
  });

  it("fails as internal_error when the task fails, and keeps the cause to itself", async () => {
    const cause = new Error("secret");
    const { pool } = setUp(() => Promise.reject(cause));
    await expect(pool.run("inspectBody", new Uint8Array())).rejects.toMatchObject({
      code: "internal_error",
      message: "The task inspectBody failed",
      cause,
    });
  });

  it("fails when the task has not settled by its deadline", async () => {
    const { pool } = setUp(() => new Promise(() => {}));
    const late = expect(pool.run("inspectBody", new Uint8Array())).rejects.toMatchObject({
      code: "internal_error",
      cause: new Error("the task inspectBody took longer than 1000 ms"),
    });
    await vi.advanceTimersByTimeAsync(1000);
    await late;
  });
});

it("the thread's entry has the task that the pool calls", () => {
  expect(tasks.inspectBody(Buffer.from('{"model":"m"}'))).toEqual(facts);
});
