import { afterEach, expect, it, vi } from "vitest";
import type { UpstreamCall } from "../../../../src/http/transport.ts";
import { DiskRoom } from "../../../../src/models/changes/disk-room.ts";
import { Pulls } from "../../../../src/models/changes/pulls.ts";
import { deferred } from "../../../../src/runtime/deferred.ts";
import { unlessAborted } from "../../../../src/runtime/unless-aborted.ts";
import { fakeClient } from "../../../support/fake-client.ts";

afterEach(() => void vi.useRealTimers());

/** A server that says that it looks for the model, and nothing more until the test lets it end. */
function setUp() {
  const ended = deferred<void>();
  async function* body(signal: UpstreamCall["signal"]) {
    yield Buffer.from('{"status":"pulling manifest"}\n');
    await unlessAborted(ended.promise, signal);
    yield Buffer.from('{"status":"success"}\n');
  }
  const pulls = new Pulls({
    transport: {
      call: async ({ signal }) => ({
        status: 200,
        contentType: "",
        body: body(signal),
        isBeingRead: () => true,
      }),
    },
    host: { origin: "http://up", assertAvailable: () => {}, checkHealth: () => {} },
    catalog: { invalidate: () => {} },
    room: new DiskRoom(async () => undefined),
  });
  return { pulls, end: () => ended.resolve() };
}

const REQUEST = { model: "m", insecure: false };

it("holds a stream's head no longer than five seconds for the model's size", async () => {
  vi.useFakeTimers();
  const { pulls, end } = setUp();
  const client = fakeClient();
  let hasHead = false;
  const watching = pulls.watch(REQUEST, client.signal).then((lines) => {
    hasHead = true;
    return lines;
  });
  await vi.advanceTimersByTimeAsync(4999);
  expect(hasHead).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  const lines = await watching;
  expect((await lines.next()).value).toEqual({ status: "pulling manifest" });
  end();
  expect((await lines.next()).value).toEqual({ status: "success" });
  expect((await lines.next()).done).toBe(true);
  expect([pulls.size, client.listeners(), vi.getTimerCount()]).toEqual([0, 0, 0]);
});

it("keeps nothing of a client that leaves before there is a head", async () => {
  vi.useFakeTimers();
  const { pulls } = setUp();
  const client = fakeClient();
  const watching = pulls.watch(REQUEST, client.signal);
  client.leave();
  await expect(watching).rejects.toThrow("the client left");
  expect([client.listeners(), vi.getTimerCount(), pulls.size]).toEqual([0, 0, 1]);
  await pulls.stop();
  expect(pulls.size).toBe(0);
});

it("takes no pull once it has stopped", async () => {
  const { pulls } = setUp();
  await pulls.stop();
  await expect(pulls.watch(REQUEST, fakeClient().signal)).rejects.toMatchObject({
    code: "shutting_down",
  });
});
