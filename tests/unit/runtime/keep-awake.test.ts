import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { KeepAwake } from "../../../src/runtime/keep-awake.ts";
import { until } from "../../support/deadline.ts";
import { endsWithTest, isAlive } from "../../support/fake-server-program.ts";

/** A folder with a program named `caffeinate`; each start of it adds a line to `starts`. */
async function fakeCaffeinate(body: string) {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-caffeinate-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const starts = join(folder, "starts");
  const program = join(folder, "caffeinate");
  await writeFile(program, `#!/bin/sh\necho "$$ $@" >> '${starts}'\n${body}\n`);
  await chmod(program, 0o755);
  const read = async (): Promise<string[]> => {
    const text = await readFile(starts, "utf8").catch(() => "");
    return text.split("\n").filter((line) => line !== "");
  };
  const pidOf = (line = ""): number => {
    const pid = Number(line.split(" ")[0]);
    endsWithTest(pid);
    return pid;
  };
  return { folder, starts: read, pidOf };
}

/** What `-w` does: it ends with the process that it is told of. */
const ENDS_WITH_PROCESS = 'while kill -0 "$3" 2>/dev/null; do sleep 0.05; done';

/** With the folder alone on its path, and everything that takes seconds in milliseconds. */
function keeping(folder: string, more: { lingerMs?: number; retryMs?: number } = {}) {
  const state = { isBusy: false, faults: [] as string[] };
  const part = new KeepAwake({
    isBusy: () => state.isBusy,
    onFault: (err) => void state.faults.push(err.message),
    path: `${folder}:${process.env["PATH"]}`,
    everyMs: 10,
    lingerMs: 50,
    ...more,
  });
  part.start();
  onTestFinished(() => part.stop());
  return { part, state };
}

it("runs one program while there is work, told of this process, and ends it some time after", async () => {
  const { folder, starts, pidOf } = await fakeCaffeinate(ENDS_WITH_PROCESS);
  const { state } = keeping(folder, { lingerMs: 1000 });
  expect(await starts()).toEqual([]);
  state.isBusy = true;
  await until(async () => (await starts()).length === 1, "it is started");
  const [line] = await starts();
  const pid = pidOf(line);
  expect(line).toBe(`${pid} -i -w ${process.pid}`);
  // Between two requests it goes on.
  state.isBusy = false;
  const endedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 100));
  state.isBusy = true;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(isAlive(pid)).toBe(true);
  state.isBusy = false;
  await until(() => !isAlive(pid), "it ends");
  expect(performance.now() - endedAt).toBeGreaterThan(1000);
  expect(await starts()).toHaveLength(1);
  expect(state.faults).toEqual([]);
});

it("ends it with the service, in the middle of work", async () => {
  const { folder, starts, pidOf } = await fakeCaffeinate(ENDS_WITH_PROCESS);
  const { part, state } = keeping(folder);
  state.isBusy = true;
  await until(async () => (await starts()).length === 1, "it is started");
  const pid = pidOf((await starts())[0]);
  part.stop();
  await until(() => !isAlive(pid), "it ends");
  expect(state.faults).toEqual([]);
});

it("tells once of a program that ends by itself, and tries again after a while", async () => {
  const { folder, starts } = await fakeCaffeinate("exit 3");
  const { state } = keeping(folder, { retryMs: 30 });
  state.isBusy = true;
  await until(async () => (await starts()).length >= 3, "it is tried again");
  expect(state.faults).toEqual(["caffeinate has ended by itself (3)"]);
});

it("tells once where there is no such program", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-no-caffeinate-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { state } = keeping(folder, { retryMs: 20 });
  state.isBusy = true;
  await until(() => state.faults.length > 0, "it is told");
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(state.faults).toHaveLength(1);
  expect(state.faults[0]).toMatch(/ENOENT|not found/i);
});
