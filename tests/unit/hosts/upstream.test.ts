import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deferred, type Deferred } from "../../../src/runtime/deferred.ts";
import type { RunningServer } from "../../../src/hosts/server.ts";
import { Upstream } from "../../../src/hosts/upstream.ts";

interface FakeServer {
  server: RunningServer;
  crash: (reason: string) => void;
}

interface Given {
  random?: number;
  bring?: (attempt: number, signal: AbortSignal) => Promise<void>;
  isAlive?: (origin: string) => Promise<boolean>;
  refuses?: boolean;
  busy?: () => boolean;
  onReady?: () => Promise<void>;
  sinceWakeMs?: () => number;
}

/** Each attempt brings another server, on a port of its own. */
function setUp({ random = 1, bring, isAlive, refuses, busy, onReady, sinceWakeMs }: Given = {}) {
  const seen = {
    attempts: 0,
    stopped: [] as string[],
    downs: [] as string[],
    changes: 0,
    probes: 0,
  };
  const servers: FakeServer[] = [];
  const upstream = new Upstream({
    stopDeadlineMs: 1000,
    random: () => random,
    findOrStart: async (signal) => {
      seen.attempts += 1;
      const attempt = seen.attempts;
      await bring?.(attempt, signal);
      const gone = deferred<string>();
      const server: RunningServer = {
        kind: "engine",
        origin: `http://server-${attempt}`,
        version: "1",
        parallel: 4,
        capacity: 3,
        gone: gone.promise,
        stop: () => {
          seen.stopped.push(`server-${attempt}`);
          return Promise.resolve();
        },
      };
      servers.push({ server, crash: gone.resolve });
      return server;
    },
    probe: async (origin) => {
      seen.probes += 1;
      if (refuses) return "refuses";
      return ((await isAlive?.(origin)) ?? true) ? "answers" : "silent";
    },
    isBusy: () => busy?.() ?? false,
    onReady: () => onReady?.(),
    onChange: () => void (seen.changes += 1),
    onDown: (reason) => void seen.downs.push(reason),
    clock: {
      now: () => performance.now(),
      wokeAt: sinceWakeMs ? 1 : Number.NEGATIVE_INFINITY,
      sinceWakeMs: sinceWakeMs ?? (() => Infinity),
    },
  });
  return { upstream, seen, crash: (reason: string) => servers.at(-1)?.crash(reason) };
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("Upstream", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("has no address before its server is ready, and says why", async () => {
    const provision = deferred<void>();
    const { upstream, seen } = setUp({ onReady: () => provision.promise });
    const started = upstream.start();
    await pass(0);
    expect(upstream.state).toBe("starting");
    expect(() => upstream.origin).toThrow(
      expect.objectContaining({
        code: "upstream_unavailable",
        message: "The inference server is not available: it is starting",
      }),
    );
    expect(upstream).toMatchObject({ parallel: 4, capacity: 3, kind: "engine" });
    provision.resolve();
    await started;
    expect(upstream).toMatchObject({ state: "ready", origin: "http://server-1" });
    expect(seen.changes).toBe(1);
    await upstream.stop();
  });

  it("stops its server, and gives no address any more", async () => {
    const { upstream, seen } = setUp();
    await upstream.start();
    await upstream.stop();
    expect(seen).toMatchObject({ stopped: ["server-1"], downs: [], attempts: 1 });
    expect(upstream).toMatchObject({ state: "stopping", parallel: 1, kind: undefined });
    expect(() => upstream.origin).toThrow("the service is stopping");
  });

  it("brings another server at once after a crash, and has no address in between", async () => {
    let bringing: Deferred<void> | undefined;
    const { upstream, seen, crash } = setUp({ bring: async () => bringing?.promise });
    await upstream.start();
    bringing = deferred<void>();
    crash("ended with code 1");
    await pass(0);
    expect(upstream).toMatchObject({ state: "down", reason: "ended with code 1" });
    expect(() => upstream.origin).toThrow("ended with code 1");
    bringing.resolve();
    await pass(0);
    expect(seen).toMatchObject({ downs: ["ended with code 1"], stopped: ["server-1"] });
    expect(upstream).toMatchObject({ state: "ready", origin: "http://server-2" });
    await upstream.stop();
  });

  it("brings a server again at once, and after growing pauses when it keeps ending", async () => {
    const { upstream, seen, crash } = setUp();
    await upstream.start();
    for (const [i, ms] of [0, 500, 1000, 2000].entries()) {
      crash("ended");
      await pass(Math.max(0, ms - 1));
      expect(seen.attempts).toBe(ms === 0 ? i + 2 : i + 1);
      await pass(ms === 0 ? 0 : 1);
      expect(seen.attempts).toBe(i + 2);
    }
    await upstream.stop();
  });

  it.each([
    ["no luck", 1, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
    ["luck", 0, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]],
  ])("tries again in growing pauses with a ceiling, with %s", async (_case, random, pauses) => {
    const { upstream, seen } = setUp({
      random,
      bring: () => Promise.reject(new Error("no such program")),
    });
    await upstream.start();
    expect(upstream).toMatchObject({ state: "down", reason: "no such program" });
    for (const [i, ms] of pauses.entries()) {
      await pass(ms - 1);
      expect(seen.attempts).toBe(i + 1);
      await pass(1);
      expect(seen.attempts).toBe(i + 2);
    }
    expect(new Set(seen.downs)).toEqual(new Set(["no such program"]));
    await upstream.stop();
  });

  it("tries again at once when a server that ran for a minute has gone", async () => {
    const { upstream, seen, crash } = setUp();
    await upstream.start();
    for (let i = 0; i < 3; i++) {
      crash("early");
      await pass(5000);
    }
    expect(seen.attempts).toBe(4);
    await pass(60_001);
    crash("late");
    await pass(0);
    expect(seen.attempts).toBe(5);
    crash("early again");
    await pass(499);
    expect(seen.attempts).toBe(5);
    await pass(1);
    expect(seen.attempts).toBe(6);
    await upstream.stop();
  });

  it("calls off a server that is being started when it is told to stop", async () => {
    const { upstream, seen } = setUp({
      bring: (_attempt, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("called off")));
        }),
    });
    const started = upstream.start();
    await pass(10);
    await upstream.stop();
    await started;
    expect(seen).toMatchObject({ attempts: 1, downs: [], stopped: [] });
    expect(upstream.state).toBe("stopping");
  });

  it("stops a server that came up too late", async () => {
    const slow = deferred<void>();
    const { upstream, seen } = setUp({ bring: () => slow.promise });
    void upstream.start();
    await pass(10);
    const stopped = upstream.stop();
    slow.resolve();
    await stopped;
    expect(seen).toMatchObject({ stopped: ["server-1"], changes: 0 });
    expect(upstream.state).toBe("stopping");
  });

  it("stops while it prepares a server's models", async () => {
    const { upstream, seen } = setUp({ onReady: () => new Promise(() => {}) });
    void upstream.start();
    await pass(10);
    await upstream.stop();
    expect(seen.stopped).toEqual(["server-1"]);
  });

  it("stops during a pause, without waiting for its end", async () => {
    const { upstream, seen } = setUp({ bring: () => Promise.reject(new Error("no")) });
    await upstream.start();
    await pass(1);
    await upstream.stop();
    expect(seen.attempts).toBe(1);
  });

  it("looks after a suspected server once at a time, and keeps it if it answers", async () => {
    const probe = deferred<boolean>();
    const { upstream, seen } = setUp({ isAlive: () => probe.promise });
    await upstream.start();
    for (let i = 0; i < 5; i++) upstream.checkHealth();
    expect(seen.probes).toBe(1);
    probe.resolve(true);
    await pass(0);
    expect(upstream.state).toBe("ready");
    upstream.checkHealth();
    expect(seen.probes).toBe(2);
    await upstream.stop();
  });

  it.each([true, false])(
    "probes a server again for a while after a sleep, though it does not answer (refuses: %s)",
    async (refuses) => {
      const wokeAt = performance.now();
      const { upstream, seen } = setUp({
        refuses,
        isAlive: () => Promise.resolve(false),
        sinceWakeMs: () => performance.now() - wokeAt,
      });
      await upstream.start();
      upstream.checkHealth();
      await pass(19_000);
      expect(seen.probes).toBeGreaterThan(30);
      expect(seen).toMatchObject({ downs: [], attempts: 1 });
      await pass(2000);
      expect(seen.downs).toEqual(["it stopped answering"]);
      await upstream.stop();
    },
  );

  it("keeps a server that answers again soon after a sleep", async () => {
    let isAlive = false;
    const wokeAt = performance.now();
    const { upstream, seen } = setUp({
      isAlive: () => Promise.resolve(isAlive),
      sinceWakeMs: () => performance.now() - wokeAt,
    });
    await upstream.start();
    upstream.checkHealth();
    await pass(7000);
    isAlive = true;
    await pass(60_000);
    expect(seen).toMatchObject({ downs: [], attempts: 1 });
    expect(upstream.state).toBe("ready");
    await upstream.stop();
  });

  it("does not count one end after a sleep among those of a server that keeps ending", async () => {
    let wokeAt = Number.NEGATIVE_INFINITY;
    const { upstream, seen, crash } = setUp({ sinceWakeMs: () => performance.now() - wokeAt });
    await upstream.start();
    const endsAndIsBack = async (ms: number): Promise<void> => {
      crash("ended");
      await pass(ms - 1);
      expect(upstream.state).toBe(ms > 1 ? "down" : "ready");
      await pass(1);
      expect(upstream.state).toBe("ready");
    };
    await endsAndIsBack(1);
    await endsAndIsBack(500);
    await endsAndIsBack(1000);
    wokeAt = performance.now();
    await endsAndIsBack(1);
    // The second one is its own, and is counted from one on.
    await endsAndIsBack(1);
    await endsAndIsBack(500);
    expect(seen.attempts).toBe(7);
    await upstream.stop();
  });

  it("replaces a suspected server that does not answer", async () => {
    const { upstream, seen } = setUp({
      isAlive: (origin) => Promise.resolve(origin !== "http://server-1"),
    });
    await upstream.start();
    upstream.checkHealth();
    await pass(0);
    expect(seen).toMatchObject({ downs: ["it stopped answering"], stopped: ["server-1"] });
    await pass(500);
    upstream.checkHealth();
    await pass(0);
    expect(upstream).toMatchObject({ state: "ready", origin: "http://server-2" });
    await upstream.stop();
  });

  it("does not hold an earlier server's silence against the one that replaced it", async () => {
    const probes: Deferred<boolean>[] = [];
    const { upstream, seen, crash } = setUp({
      isAlive: () => {
        const probe = deferred<boolean>();
        probes.push(probe);
        return probe.promise;
      },
    });
    await upstream.start();
    upstream.checkHealth();
    crash("ended");
    await pass(500);
    expect(upstream.state).toBe("ready");
    probes[0]?.resolve(false);
    await pass(0);
    expect(upstream).toMatchObject({ state: "ready", origin: "http://server-2" });
    expect(seen.downs).toEqual(["ended"]);
    await upstream.stop();
  });

  it("asks after no server while there is none", async () => {
    const { upstream, seen } = setUp({ bring: () => Promise.reject(new Error("no")) });
    await upstream.start();
    upstream.checkHealth();
    expect(seen.probes).toBe(0);
    await upstream.stop();
  });

  it("says how long its pause is, and how long the server took the last time", async () => {
    let tookMs = 3000;
    const { upstream, crash } = setUp({
      bring: async (attempt) => {
        if (attempt === 2) throw new Error("no luck");
        await new Promise((resolve) => setTimeout(resolve, tookMs));
      },
    });
    void upstream.start();
    // Nothing is known yet: the code's own figure.
    expect(upstream.unavailable().retryAfterSec).toBe(2);
    await pass(3000);
    crash("ended");
    // Started again at once.
    expect(upstream.state).toBe("ready");
    await pass(0);
    expect(upstream).toMatchObject({ state: "down", reason: "no luck" });
    // A pause of 1 s and a start of 3 s.
    expect(upstream.unavailable().retryAfterSec).toBe(4);
    tookMs = 60_000;
    await pass(1001);
    expect(upstream.unavailable().retryAfterSec).toBe(3);
    // Later than expected.
    await pass(10_000);
    expect(upstream.unavailable().retryAfterSec).toBe(1);
    const stopped = upstream.stop();
    await pass(60_000);
    await stopped;
  });

  it("counts pauses of up to 30 s in full seconds, rounded up", async () => {
    const { upstream } = setUp({ bring: () => Promise.reject(new Error("no such program")) });
    await upstream.start();
    await pass(500 + 1000 + 2000 + 4000 + 8000 + 16_000);
    expect(upstream.unavailable().retryAfterSec).toBe(30);
    await pass(20_500);
    expect(upstream.unavailable()).toMatchObject({ status: 503, retryAfterSec: 10 });
    await upstream.stop();
    expect(upstream.unavailable().retryAfterSec).toBe(2);
  });

  it("keeps a silent server while calls of ours are open, and asks again until they end", async () => {
    let calls = 1;
    const { upstream, seen } = setUp({
      isAlive: (origin) => Promise.resolve(origin !== "http://server-1"),
      busy: () => calls > 0,
    });
    await upstream.start();
    upstream.checkHealth();
    await pass(10_000);
    expect(upstream.state).toBe("ready");
    expect(seen.probes).toBeGreaterThan(10);
    calls = 0;
    await pass(500);
    expect(seen).toMatchObject({ downs: ["it stopped answering"], stopped: ["server-1"] });
    await upstream.stop();
  });

  it("does not take calls that fail for a sign of life where connections are refused", async () => {
    const { upstream, seen } = setUp({ refuses: true, busy: () => true });
    await upstream.start();
    upstream.checkHealth();
    await pass(0);
    expect(upstream.state).toBe("ready");
    await pass(500);
    expect(seen.downs).toEqual(["it stopped answering"]);
    await upstream.stop();
  });
});
