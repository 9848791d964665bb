import { expect, it } from "vitest";
import { ClientLeft } from "../../../../src/errors/abort-reasons.ts";
import type { ModelProgress } from "../../../../src/models/changes/progress.ts";
import { SharedPull } from "../../../../src/models/changes/shared-pull.ts";
import { deferred } from "../../../../src/runtime/deferred.ts";
import type { LightSignal } from "../../../../src/runtime/light-signal.ts";
import { fakeClient } from "../../../support/fake-client.ts";

/** A download that the test runs by hand. */
function setUp() {
  const work = deferred<void>();
  let report: (line: ModelProgress) => void = () => {};
  let signal: LightSignal | undefined;
  let closed = 0;
  const pull = new SharedPull({
    download: (tell, abort) => {
      report = tell;
      signal = abort;
      abort.addEventListener("abort", () => work.reject(new Error("aborted")));
      return work.promise;
    },
    onClose: () => void (closed += 1),
  });
  return {
    pull,
    work,
    report: (line: ModelProgress) => report(line),
    signal: () => signal,
    closed: () => closed,
  };
}

const part = (digest: string, completed: number): ModelProgress => ({
  status: `pulling ${digest}`,
  digest,
  total: 10,
  completed,
});

async function all(lines: AsyncGenerator<ModelProgress>): Promise<ModelProgress[]> {
  const read: ModelProgress[] = [];
  for await (const line of lines) read.push(line);
  return read;
}

it("gives a slow watcher the latest figure of each part, and every status", async () => {
  const { pull, report, work } = setUp();
  const slow = pull.watch(fakeClient().signal);
  report({ status: "pulling manifest" });
  expect((await slow.next()).value).toEqual({ status: "pulling manifest" });
  for (let completed = 0; completed <= 10; completed += 1) {
    report(part("a", completed));
    report(part("b", completed));
  }
  report({ status: "writing manifest" });
  report({ status: "success" });
  work.resolve();
  await pull.ended;
  expect(await all(slow)).toEqual([
    part("a", 10),
    part("b", 10),
    { status: "writing manifest" },
    { status: "success" },
  ]);
});

it("keeps no more than 512 lines for those who come late, the latest", async () => {
  const { pull, report, work } = setUp();
  for (let i = 0; i < 10_000; i += 1) report(part(`d${i}`, 1));
  work.resolve();
  const late = await all(pull.watch(fakeClient().signal));
  expect(late).toHaveLength(512);
  expect(late.at(-1)).toEqual(part("d9999", 1));
});

it("goes on when a watcher leaves, which holds nothing any more", async () => {
  const { pull, report, work, signal } = setUp();
  const client = fakeClient();
  const lines = pull.watch(client.signal);
  const waiting = lines.next();
  client.leave();
  await expect(waiting).rejects.toThrow(ClientLeft);
  expect(client.listeners()).toBe(0);
  expect(signal()?.aborted).toBe(false);
  report({ status: "success" });
  work.resolve();
  await pull.ended;
});

it("tells all watchers why it was cancelled, and takes no others from then on", async () => {
  const { pull, closed } = setUp();
  const lines = pull.watch(fakeClient().signal);
  const waiting = lines.next();
  const reason = new Error("cancelled by hand");
  pull.cancel(reason);
  expect(closed()).toBe(1);
  await expect(waiting).rejects.toBe(reason);
  await expect(pull.ended).rejects.toBe(reason);
  await expect(pull.throwIfFailed()).rejects.toBe(reason);
  pull.cancel(new Error("again"));
  expect(closed()).toBe(1);
});

it("closes once when it ends by itself", async () => {
  const { pull, work, closed } = setUp();
  work.resolve();
  await pull.ended;
  expect(closed()).toBe(1);
});

it("says when its size is known, or it has ended", async () => {
  const known = setUp();
  known.report({ status: "pulling manifest" });
  let isKnown = false;
  void known.pull.sized.then(() => (isKnown = true));
  await Promise.resolve();
  expect(isKnown).toBe(false);
  known.report(part("a", 0));
  await known.pull.sized;
  await known.pull.throwIfFailed();
  const failed = setUp();
  failed.work.reject(new Error("no such model"));
  await failed.pull.sized;
  await expect(failed.pull.throwIfFailed()).rejects.toThrow("no such model");
});

it("is no unhandled rejection where nobody watches", async () => {
  const { pull, work } = setUp();
  work.reject(new Error("lost"));
  await pull.sized;
});
