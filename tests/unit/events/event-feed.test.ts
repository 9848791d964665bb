import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EventFeed, type Follower } from "../../../src/events/event-feed.ts";
import type { EventReader } from "../../../src/events/event-reader.ts";
import { heard, strictEvents } from "../../support/strict-events.ts";
import { LiveRequests } from "../../../src/requests/live-requests.ts";
import { RequestRecord } from "../../../src/requests/request-record.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";
import { endedOf } from "../../support/ended-requests.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ALL: Follower = {
  tenant: "t",
  view: { tenant: undefined, project: undefined },
  lastId: undefined,
};

function setUp(limits: ConstructorParameters<typeof EventFeed>[0]["limits"] = {}) {
  const events = strictEvents();
  const live = new LiveRequests();
  const deadlines = new Deadlines();
  const feed = new EventFeed({ events, live, deadlines, limits });
  const request = (id: string, tenant = "t"): RequestRecord => {
    const record = Object.assign(new RequestRecord(id, () => {}), { tenant, project: tenant });
    live.begin(record, { callOff: () => {} });
    return record;
  };
  return { events, live, deadlines, feed, request };
}

/** A reader's pieces, and how to read the next one. */
function reading(reader: EventReader) {
  const pieces = reader.pieces();
  const next = async (): Promise<string | undefined> => (await pieces.next()).value as string;
  return { pieces, next };
}

const namesIn = (text: string | undefined): string[] =>
  [...(text ?? "").matchAll(/^event: (.+)$/gm)].map(([, name = ""]) => name);
const idsIn = (text: string | undefined): string[] =>
  [...(text ?? "").matchAll(/^id: (.+)$/gm)].map(([, id = ""]) => id);

describe("events that are followed", () => {
  it("are told as they happen, each with a number", async () => {
    const { events, feed, request } = setUp();
    const { next } = reading(feed.open(ALL));
    expect(await next()).toBe("retry: 2000\n\n");
    const waiting = next();
    events.emit("serverUp");
    expect(await waiting).toMatch(
      /^id: [0-9a-f]{8}-1\nevent: server_up\ndata: \{"at":"20.+Z"\}\n\n$/,
    );
    const record = request("1");
    events.emit("requestKnown", record);
    record.route = "POST /api/v1/chat";
    const standing = { position: 1, expectedMs: undefined, basis: "default" as const };
    await Promise.resolve();
    record.call.waitsForPlace(standing, () => standing, 0);
    record.call.waitsForModel(false, () => undefined);
    for (let call = 0; call < 2; call += 1) {
      record.call.sent("http://127.0.0.1:1");
      record.call.began();
    }
    events.emit("requestEnded", endedOf({ id: "1" }), record);
    events.emit("modelLoaded", "m", 12.6);
    events.emit("modelUnloaded", "m");
    events.emit("serverDown", "it ended");
    events.emit("machineSlept", 7_380_000.4);
    const text = await next();
    expect(namesIn(text)).toEqual([
      "request_started",
      ...Array.from({ length: 4 }, () => "request_phase"),
      "request_ended",
      "model_loaded",
      "model_unloaded",
      "server_down",
      "machine_slept",
    ]);
    expect(text).toContain('"slept_ms":7380000}');
    expect(text).toContain('"route":"POST /api/v1/chat"');
    expect([...(text ?? "").matchAll(/"phase":"(\w+)"/g)].map(([, phase]) => phase)).toEqual([
      "waiting_for_place",
      "loading",
      "sent",
      "first_byte",
    ]);
    expect(text).toContain('"took_ms":13');
  });

  it("are those of requests that were under way before", async () => {
    const { feed, request } = setUp();
    const record = request("1");
    const { next } = reading(feed.open(ALL));
    await next();
    record.call.sent("http://127.0.0.1:1");
    expect(namesIn(await next())).toEqual(["request_phase"]);
  });

  it("leave others who look on at a request what they are told, and come once", async () => {
    const { feed, request } = setUp({ lingerMs: 1000 });
    const record = request("1");
    const told: string[] = [];
    record.call.watch(told, (step) => told.push(step));
    feed.open(ALL).end();
    vi.advanceTimersByTime(1001);
    const { next } = reading(feed.open(ALL));
    await next();
    record.call.sent("http://127.0.0.1:1");
    expect(told).toEqual(["sent"]);
    expect(namesIn(await next())).toEqual(["request_phase"]);
  });

  it("tell of no further step of a request that has ended, though others share its call", async () => {
    const { events, feed, request } = setUp();
    const { next } = reading(feed.open(ALL));
    await next();
    const record = request("1");
    events.emit("requestKnown", record);
    await Promise.resolve();
    record.end({ status: 0, bytes: 0, complete: false });
    record.call.sent("http://127.0.0.1:1");
    record.call.began();
    expect(namesIn(await next())).toEqual(["request_started"]);
  });

  it("cost nothing when nobody follows them, and are not made", () => {
    const { events, feed, request } = setUp({ lingerMs: 1000 });
    expect(heard(events)).toEqual([]);
    feed.open(ALL).end();
    expect(events.listenerCount("requestKnown")).toBe(1);
    vi.advanceTimersByTime(1001);
    expect(heard(events)).toEqual([]);
    const record = request("1");
    events.emit("requestKnown", record);
    expect(record.call.watchers).toBe(0);
  });

  it("are one's own, and those of models and the server", async () => {
    const { events, feed, request } = setUp();
    const mine = { ...ALL, view: { tenant: "mine", project: undefined } };
    const project = { ...ALL, view: { tenant: undefined, project: "theirs" } };
    const [own, theirs] = [reading(feed.open(mine)), reading(feed.open(project))];
    for (const { next } of [own, theirs]) await next();
    events.emit("requestEnded", endedOf({ id: "1" }), request("1", "theirs"));
    events.emit("requestEnded", endedOf({ id: "2" }), request("2", "mine"));
    events.emit("modelUnloaded", "m");
    const seen = await own.next();
    expect(namesIn(seen)).toEqual(["request_ended", "model_unloaded"]);
    expect(seen).toContain('"request_id":"2"');
    expect(await theirs.next()).toContain('"request_id":"1"');
  });
});

describe("somebody who comes back", () => {
  it("gets what came since, also where nobody followed meanwhile", async () => {
    const { events, feed } = setUp();
    const first = reading(feed.open(ALL));
    await first.next();
    events.emit("modelUnloaded", "1");
    const [lastId] = idsIn(await first.next());
    await first.pieces.return(undefined);
    events.emit("modelUnloaded", "2");
    const { next } = reading(feed.open({ ...ALL, lastId }));
    expect(await next()).toBe("retry: 2000\n\n");
    events.emit("modelUnloaded", "3");
    expect(await next()).toMatch(/"model":"2"[^]+"model":"3"/);
  });

  it.each([
    ["nonsense", "nonsense"],
    ["another run's", "00000000-1"],
    ["a number to come", (run: string) => `${run}-99`],
    ["a huge one", (run: string) => `${run}-99999999999999999999`],
    ["very long", "1".repeat(10_000)],
    ["empty", ""],
  ])("is told that it has missed some where its id is %s", async (_what, given) => {
    const { events, feed } = setUp();
    const first = reading(feed.open(ALL));
    await first.next();
    events.emit("serverUp");
    const [id = ""] = idsIn(await first.next());
    const lastId = typeof given === "string" ? given : given(id.split("-")[0] ?? "");
    const { next } = reading(feed.open({ ...ALL, lastId }));
    expect(namesIn(await next())).toEqual(["missed"]);
    events.emit("modelUnloaded", "m");
    expect(namesIn(await next())).toEqual(["model_unloaded"]);
  });

  it("is told so after nobody has followed for long", async () => {
    const { events, feed } = setUp({ lingerMs: 1000 });
    const first = reading(feed.open(ALL));
    await first.next();
    events.emit("serverUp");
    const [lastId] = idsIn(await first.next());
    await first.pieces.return(undefined);
    vi.advanceTimersByTime(1001);
    expect(namesIn(await reading(feed.open({ ...ALL, lastId })).next())).toEqual(["missed"]);
  });
});

describe("somebody who does not keep up", () => {
  it.each([{ maxEvents: 3 }, { maxBytes: 3 * 2 * 90 }])(
    "is dropped and told, and gives back its place: %o",
    async (limits) => {
      const { events, feed } = setUp(limits);
      const slow = reading(feed.open(ALL));
      const quick = reading(feed.open(ALL));
      for (const { next } of [slow, quick]) await next();
      for (let i = 0; i < 10; i += 1) {
        events.emit("modelUnloaded", `m${i}`);
        expect(await quick.next()).toContain(`"model":"m${i}"`);
      }
      expect(feed.size).toBe(1);
      expect(await slow.next()).toBe('event: dropped\ndata: {"reason":"slow"}\n\n');
      expect(await slow.pieces.next()).toEqual({ done: true, value: undefined });
    },
  );

  it("is not who has nothing to read of what gives way", async () => {
    const { events, feed, request } = setUp({ maxEvents: 3 });
    const { next } = reading(feed.open({ ...ALL, view: { tenant: "mine", project: undefined } }));
    await next();
    for (let i = 0; i < 10; i += 1) {
      events.emit("requestEnded", endedOf(), request(String(i), "theirs"));
    }
    events.emit("modelUnloaded", "m");
    expect(namesIn(await next())).toEqual(["model_unloaded"]);
  });
});

describe("followers", () => {
  it("are so many of a tenant, and altogether", () => {
    const { feed } = setUp({ maxReadersOfTenant: 2, maxReaders: 3 });
    const [first] = [feed.open(ALL), feed.open(ALL)];
    expect(() => feed.open(ALL)).toThrow(
      expect.objectContaining({ code: "tenant_limit_exceeded", status: 429 }),
    );
    feed.open({ ...ALL, tenant: "u" });
    expect(() => feed.open({ ...ALL, tenant: "v" })).toThrow(
      expect.objectContaining({ code: "queue_full", status: 503 }),
    );
    first.end();
    first.end();
    expect(feed.open(ALL)).toBeDefined();
    expect(feed.size).toBe(3);
  });

  it("are sent a comment when nothing happens", async () => {
    const { feed, deadlines } = setUp({ keepAliveMs: 1000 });
    const { next, pieces } = reading(feed.open(ALL));
    await next();
    const waiting = next();
    await vi.advanceTimersByTimeAsync(1200);
    expect(await waiting).toBe(":\n\n");
    const more = next();
    await pieces.return(undefined);
    expect(await more).toBeUndefined();
    expect(deadlines.size).toBe(0);
  });

  it("are sent away when the service stops, with what they have not read", async () => {
    const { events, feed } = setUp();
    const { next, pieces } = reading(feed.open(ALL));
    await next();
    events.emit("serverDown", "it ended");
    feed.close();
    expect(namesIn(await next())).toEqual(["server_down"]);
    expect(await next()).toBe('event: dropped\ndata: {"reason":"stopping"}\n\n');
    expect((await pieces.next()).done).toBe(true);
    expect(() => feed.open(ALL)).toThrow(expect.objectContaining({ code: "shutting_down" }));
    expect(heard(events)).toEqual([]);
  });
});
