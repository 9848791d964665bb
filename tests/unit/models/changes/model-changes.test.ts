import { expect, it } from "vitest";
import type { UpstreamAnswer, UpstreamCall } from "../../../../src/http/transport.ts";
import { ModelChanges } from "../../../../src/models/changes/model-changes.ts";
import type { Deadlines } from "../../../../src/runtime/deadlines.ts";
import { unlessAborted } from "../../../../src/runtime/unless-aborted.ts";
import { fakeClient } from "../../../support/fake-client.ts";

/** A server that answers nothing more once it has sent some lines. */
function setUp(lines: string[] = []) {
  const expire: (() => void)[] = [];
  let pending = 0;
  const limits: number[] = [];
  let invalidated = 0;
  async function* body(signal: UpstreamCall["signal"]) {
    for (const line of lines) yield Buffer.from(`${line}\n`);
    await unlessAborted(new Promise(() => {}), signal);
  }
  const call = async ({ signal }: UpstreamCall): Promise<UpstreamAnswer> => {
    if (lines.length === 0) await unlessAborted(new Promise(() => {}), signal);
    return { status: 200, contentType: "", body: body(signal), isBeingRead: () => true };
  };
  const deadlines = {
    after: (ms: number, act: () => void) => {
      limits.push(ms);
      expire.push(act);
      pending += 1;
      return () => {
        pending -= 1;
        return true;
      };
    },
  } as Pick<Deadlines, "after"> as Deadlines;
  const changes = new ModelChanges({
    transport: { call },
    host: { origin: "http://up", assertAvailable: () => {}, checkHealth: () => {} },
    catalog: {
      find: async () => ({ name: "fake", size: 1, modified_at: null, digest: "" }),
      invalidate: () => void (invalidated += 1),
    },
    deadlines,
    onDelete: () => {},
  });
  return {
    changes,
    limits,
    expire: () => expire.at(-1)?.(),
    pending: () => pending,
    invalidated: () => invalidated,
  };
}

const CREATE = { model: "m", from: "fake" };
const LATE = { code: "upstream_timeout", status: 504 };

it("gives a create ten minutes, before its first line and after it", async () => {
  const silent = setUp();
  const client = fakeClient();
  const creating = silent.changes.create(CREATE, client.signal);
  await Promise.resolve();
  await Promise.resolve();
  silent.expire();
  await expect(creating).rejects.toMatchObject(LATE);

  const begun = setUp(['{"status":"parsing GGUF"}']);
  const lines = await begun.changes.create(CREATE, client.signal);
  expect((await lines.next()).value).toEqual({ status: "parsing GGUF" });
  const next = lines.next();
  begun.expire();
  await expect(next).rejects.toMatchObject(LATE);
  expect([...silent.limits, ...begun.limits]).toEqual([600_000, 600_000]);
  expect([silent.pending(), begun.pending(), client.listeners()]).toEqual([0, 0, 0]);
});

it.each(["copy", "delete"] as const)("gives a %s five minutes", async (change) => {
  const { changes, limits, expire, pending, invalidated } = setUp();
  const client = fakeClient();
  const changing =
    change === "copy" ? changes.copy("a", "b", client.signal) : changes.delete("a", client.signal);
  expire();
  await expect(changing).rejects.toMatchObject(LATE);
  expect(limits).toEqual([300_000]);
  expect([pending(), client.listeners()]).toEqual([0, 0]);
  // It may have been done all the same.
  expect(invalidated()).toBe(1);
});

it("holds nothing of a create whose lines nobody reads any more", async () => {
  const { changes, pending, invalidated } = setUp(['{"status":"a"}', '{"status":"b"}']);
  const client = fakeClient();
  const lines = await changes.create(CREATE, client.signal);
  await lines.return(undefined);
  expect([pending(), client.listeners(), invalidated()]).toEqual([0, 0, 1]);
});
