import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { KeepAwake } from "../../../src/runtime/keep-awake.ts";
import { until, within } from "../../support/deadline.ts";
import { countedSpawn, fakeCaffeinate } from "../../support/fake-caffeinate.ts";

// Its looks come when a test has time pass; programs run in real time.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] }));
afterEach(() => void vi.useRealTimers());

const pass = (seconds: number): void => void vi.advanceTimersByTime(seconds * 1000);

function keeping(path: string) {
  const state = { isBusy: false, faults: [] as string[] };
  const { attempts, spawn } = countedSpawn();
  const part = new KeepAwake({
    isBusy: () => state.isBusy,
    onFault: (err) => void state.faults.push(err.message),
    path,
    now: Date.now,
    spawn,
  });
  part.start();
  onTestFinished(() => part.stop());
  /** Waits for the end of the program that was started last. */
  const lastEnded = (): Promise<void> =>
    within(attempts.at(-1)?.ended ?? Promise.reject(new Error("none")), "the end of the program");
  return { part, state, attempts, lastEnded };
}

it("runs one program while there is work, told of this process, and ends it 10 s after", async () => {
  const { path, starts } = await fakeCaffeinate();
  const { state, attempts, lastEnded } = keeping(path);
  pass(60);
  expect(attempts).toEqual([]);
  state.isBusy = true;
  pass(1);
  const child = attempts[0]?.child;
  await until(async () => (await starts()).length > 0, "it is started");
  expect(await starts()).toEqual([`${child?.pid} -i -w ${process.pid}`]);
  // Between two requests it goes on.
  state.isBusy = false;
  pass(9);
  state.isBusy = true;
  pass(60);
  state.isBusy = false;
  pass(9);
  expect(child?.killed).toBe(false);
  pass(1);
  expect(child?.killed).toBe(true);
  await lastEnded();
  pass(60);
  expect(attempts).toHaveLength(1);
  expect(state.faults).toEqual([]);
});

it("ends it with the service, in the middle of work", async () => {
  const { path } = await fakeCaffeinate();
  const { part, state, attempts, lastEnded } = keeping(path);
  state.isBusy = true;
  pass(1);
  part.stop();
  await lastEnded();
  pass(60);
  expect(attempts).toHaveLength(1);
  expect(state.faults).toEqual([]);
});

it("tells once of a program that ends by itself, and tries again after a minute", async () => {
  const { path } = await fakeCaffeinate("exit 3");
  const { state, attempts, lastEnded } = keeping(path);
  state.isBusy = true;
  pass(1);
  for (const count of [1, 2]) {
    await lastEnded();
    pass(59);
    expect(attempts).toHaveLength(count);
    pass(1);
    expect(attempts).toHaveLength(count + 1);
  }
  await lastEnded();
  expect(state.faults).toEqual(["caffeinate has ended by itself (3)"]);
});

it("tells once where there is no such program", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-no-caffeinate-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { state, attempts, lastEnded } = keeping(folder);
  state.isBusy = true;
  pass(1);
  await lastEnded();
  pass(60);
  await lastEnded();
  expect(attempts).toHaveLength(2);
  expect(state.faults).toEqual([expect.stringMatching(/ENOENT|not found/i)]);
});
