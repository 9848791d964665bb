import { expect, it } from "vitest";
import { ServerPlaces, type PlacedServer } from "../../../src/mcp/server-places.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import { LightSignal } from "../../../src/runtime/light-signal.ts";

class Server implements PlacedServer {
  readonly tenant: string | undefined;
  idleSinceMs: number | undefined;
  leave: () => void = () => {};
  readonly ended = deferred<void>();
  isEnding = false;

  constructor(tenant?: string, idleSinceMs?: number) {
    this.tenant = tenant;
    this.idleSinceMs = idleSinceMs;
  }

  async end(): Promise<void> {
    this.isEnding = true;
    await this.ended.promise;
    this.leave();
  }
}

async function take(places: ServerPlaces, server: Server, signal = new LightSignal()) {
  server.leave = await places.take(server, signal);
  return server;
}

it("waits for the end of the one that has been idle for longest", async () => {
  const places = new ServerPlaces({ most: 3 });
  const [busy, young, old] = [new Server("a"), new Server("b", 20), new Server(undefined, 10)];
  for (const one of [busy, young, old]) await take(places, one);
  const taken = take(places, new Server("d"));
  expect([busy, young, old].map(({ isEnding }) => isEnding)).toEqual([false, false, true]);
  // The next one has another to wait for.
  const next = take(places, new Server("e"));
  expect(young.isEnding).toBe(true);
  young.ended.resolve();
  old.ended.resolve();
  await Promise.all([taken, next]);
  expect(places.taken).toBe(3);
  await expect(take(places, new Server("f"))).rejects.toMatchObject({ code: "mcp_unavailable" });
});

it("waits no longer than its caller", async () => {
  const places = new ServerPlaces({ most: 2 });
  const idle = await take(places, new Server("a", 1));
  await take(places, new Server("b"));
  const signal = new LightSignal();
  const taken = take(places, new Server("c"), signal);
  expect(idle.isEnding).toBe(true);
  signal.abort(new Error("no longer wanted"));
  await expect(taken).rejects.toThrow("no longer wanted");
  idle.ended.resolve();
  await take(places, new Server("c"));
  expect(places.taken).toBe(2);
});

it("has a tenant's own make way for each other at the half", async () => {
  const places = new ServerPlaces({ most: 5 });
  const others = await take(places, new Server("b", 1));
  const own = [new Server("a", 3), new Server("a", 2), new Server("a")];
  for (const one of own) await take(places, one);
  const taken = take(places, new Server("a"));
  expect([others, ...own].map(({ isEnding }) => isEnding)).toEqual([false, false, true, false]);
  own[1]?.ended.resolve();
  await taken;
  // Those of everybody are nobody's own.
  await take(places, new Server());
  expect(places.taken).toBe(5);
});
