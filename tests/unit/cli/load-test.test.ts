import { describe, expect, it } from "vitest";
import { LoadLine } from "../../../src/cli/load-test/load-line.ts";
import { loadOptions } from "../../../src/cli/load-test/load-options.ts";
import type { LoadOutcome, LoadPlan } from "../../../src/cli/load-test/load-plan.ts";
import { projectNames, projectsFor } from "../../../src/cli/load-test/load-projects.ts";
import { runLoad } from "../../../src/cli/load-test/run-load.ts";
import { Output } from "../../../src/cli/output/output.ts";
import { Tally } from "../../../src/cli/load-test/tally.ts";

const OK: LoadOutcome = { ok: true, model: "m", tokens: 2 };
const PLAN: LoadPlan = {
  requests: 10,
  durationMs: undefined,
  atOnce: 3,
  delayMs: 0,
  projects: ["a", "b"],
  samples: 2,
};
const { signal: NEVER } = new AbortController();

describe("a load test", () => {
  it("sends all requests, no more at a time than it may, over all projects", async () => {
    let [running, most] = [0, 0];
    const sent: string[] = [];
    const { tally, endedEarly } = await runLoad({
      plan: PLAN,
      signal: NEVER,
      send: async (project) => {
        sent.push(project);
        most = Math.max(most, (running += 1));
        await new Promise(setImmediate);
        running -= 1;
        return OK;
      },
    });
    expect([most, tally.successes, tally.tokens, endedEarly]).toEqual([3, 10, 20, undefined]);
    expect(sent).toEqual(Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? "a" : "b")));
    expect(tally.requestSamples.map(({ number }) => number)).toEqual([1, 2]);
  });

  it("sends none after its time, and waits for those under way", async () => {
    let now = 0;
    const { tally, elapsedMs } = await runLoad({
      plan: { ...PLAN, requests: undefined, durationMs: 1000, atOnce: 1 },
      signal: NEVER,
      now: () => now,
      send: () => {
        now += 300;
        return Promise.resolve(OK);
      },
    });
    expect([tally.successes, elapsedMs]).toEqual([4, 1200]);
    expect(tally.latency()).toMatchObject({ min: 300, max: 300, avg: 300, p50: 300 });
  });

  it("counts failures by their kind, and no answer time of theirs", async () => {
    let sent = 0;
    const { tally } = await runLoad({
      plan: PLAN,
      signal: NEVER,
      send: () => {
        sent += 1;
        const failure: LoadOutcome = { ok: false, error: "queue_full", message: "No room" };
        return Promise.resolve(sent % 2 === 0 ? OK : failure);
      },
    });
    expect([tally.successes, tally.failures]).toEqual([5, 5]);
    expect([...tally.errors]).toEqual([["queue_full", 5]]);
    expect(tally.errorSamples).toHaveLength(2);
    expect(tally.errorSamples[0]).toMatchObject({ error: "queue_full", message: "No room" });
  });

  it("gives up what is under way when it is stopped, and tells of the rest", async () => {
    const stop = new AbortController();
    let sent = 0;
    const result = await runLoad({
      plan: PLAN,
      signal: stop.signal,
      send: async (_project, signal) => {
        sent += 1;
        if (sent <= 3) return OK;
        if (sent === 6) setImmediate(() => stop.abort());
        await new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(new Error("aborted"))),
        );
        return OK;
      },
    });
    expect(result.endedEarly).toBe("stopped");
    expect([result.tally.successes, result.tally.cancelled]).toEqual([3, 3]);
    expect(sent).toBe(6);
  });

  it("ends when the service has gone, and after a failure of its own", async () => {
    const gone: LoadOutcome = { ok: false, error: "unreachable", message: "refused" };
    const lost = await runLoad({
      plan: { ...PLAN, requests: 1_000_000, atOnce: 1 },
      signal: NEVER,
      send: () => Promise.resolve(gone),
    });
    expect([lost.endedEarly, lost.tally.failures]).toEqual(["unreachable", 20]);
    const broken = { plan: PLAN, signal: NEVER, send: () => Promise.reject(new Error("a bug")) };
    await expect(runLoad(broken)).rejects.toThrow("a bug");
  });
});

describe("its line", () => {
  const lineAt = (clock: { now: number }, isTTY: boolean) => {
    const written: string[] = [];
    const stream = { isTTY, columns: 80, write: (text: string) => written.push(text) };
    const stderr = stream as unknown as NodeJS.WriteStream;
    const out = new Output({ stdout: stderr, stderr, env: {}, color: false });
    return { written, line: new LoadLine({ out, plan: PLAN, now: () => clock.now }) };
  };
  const NONE = { tally: new Tally(PLAN), elapsedMs: 1000 };

  it("is a plain one every ten seconds where no terminal shows it", () => {
    const clock = { now: 5 };
    const { written, line } = lineAt(clock, false);
    for (clock.now = 5; clock.now <= 25_005; clock.now += 1000) {
      if (clock.now < 12_000) line.say("Warming up: 1 of 3");
      else line.update(NONE);
    }
    line.end();
    expect(written).toEqual(["Warming up: 1 of 3\n", "0 of 10 · 0.0 a second · 1.0 s\n"]);
  });

  it("is drawn over in a terminal, and goes in the end", () => {
    const clock = { now: 5 };
    const { written, line } = lineAt(clock, true);
    line.say("Warming up: 1 of 3");
    line.update(NONE);
    clock.now = 205;
    line.update(NONE);
    line.end();
    expect(written.map((text) => text.replace("\r\u001B[K", "<"))).toEqual([
      "<Warming up: 1 of 3",
      "<0 of 10 · 0.0 a second · 1.0 s",
      "<",
    ]);
  });
});

describe("its figures", () => {
  it("are within half a percent of what all times would give, by nearest rank", () => {
    const tally = new Tally({ samples: 0 });
    const times = Array.from({ length: 5000 }, (_, at) => 200 + ((at * 7919) % 5000) / 3);
    for (const [number, latencyMs] of times.entries()) {
      tally.add({ number, project: "a", startedAt: new Date(0), latencyMs, outcome: OK });
    }
    const sorted = times.toSorted((a, b) => a - b);
    const { p50, p95, p99, min, max } = tally.latency();
    for (const [found, q] of [[p50, 0.5] as const, [p95, 0.95] as const, [p99, 0.99] as const]) {
      const exact = sorted[Math.ceil(q * sorted.length) - 1] ?? 0;
      expect(Math.abs((found ?? 0) - exact) / exact).toBeLessThan(0.005);
    }
    expect([min, max]).toEqual([200, Math.round((sorted.at(-1) ?? 0) * 100) / 100]);
  });

  it("keep apart fifty kinds of failures, and hold no more samples than they should", () => {
    const tally = new Tally({ samples: 3 });
    for (let number = 0; number < 200; number += 1) {
      const outcome: LoadOutcome = { ok: false, error: `kind ${number}`, message: "x" };
      tally.add({ number, project: "a", startedAt: new Date(0), latencyMs: 1, outcome });
    }
    expect(tally.errors.size).toBe(51);
    expect(tally.errors.get("other")).toBe(150);
    expect(tally.errorSamples).toHaveLength(3);
    expect(tally.latency()).toMatchObject({ p50: null, avg: null });
  });
});

describe("the projects that it is spread over", () => {
  const limits = { perMinute: 60, underWay: 6 };
  it.each([
    [{ requests: 200, atOnce: 10 }, limits, 4],
    [{ requests: 20, atOnce: 20 }, limits, 4],
    [{ requests: 5, atOnce: 5 }, limits, 1],
    [{ requests: undefined, atOnce: 10 }, limits, 2],
    [{ requests: 5000, atOnce: 10 }, { ...limits, perMinute: undefined }, 2],
  ])("of %j with %j are %d", (load, given, count) => {
    expect(projectsFor(load, given)).toBe(count);
  });

  it("have the given name, with numbers where there are several", () => {
    expect(projectNames("x", 1)).toEqual(["x"]);
    expect(projectNames("x", 3)).toEqual(["x-1", "x-2", "x-3"]);
  });
});

describe("its options", () => {
  it("are those of the script where nothing is said", () => {
    expect(loadOptions({})).toMatchObject({
      plan: { requests: 200, durationMs: undefined, atOnce: 10, delayMs: 0, samples: 100 },
      warmup: 3,
      maxTokens: 50,
      config: { max_tokens: 50 },
      timeoutMs: 300_000,
      healthTimeoutMs: 5000,
      keepAlive: true,
    });
  });

  it("bound what is under way by the smallest of them", () => {
    const atOnce = (args: Parameters<typeof loadOptions>[0]) => loadOptions(args).plan.atOnce;
    expect(atOnce({ workers: "8", concurrency: "5" })).toBe(5);
    expect(atOnce({ workers: "8", "max-connections": "2" })).toBe(2);
    expect(atOnce({ workers: "8", requests: "3" })).toBe(3);
  });

  it("go on for a time without a number of requests", () => {
    const { plan } = loadOptions({ duration: "1.5" });
    expect([plan.requests, plan.durationMs]).toEqual([undefined, 1500]);
    expect(loadOptions({ duration: "2", requests: "7" }).plan.requests).toBe(7);
  });

  it.each([
    [{ workers: "0" }, "--workers 0: expected a whole number from 1 to 500"],
    [{ workers: "501" }, "--workers 501"],
    [{ requests: "1000001" }, "--requests 1000001"],
    [{ requests: "1.5" }, "--requests 1.5"],
    [{ duration: "-1" }, "--duration -1"],
    [{ delay: "soon" }, "--delay soon: expected a number from 0 to 3600"],
    [{ "sample-count": "99999" }, "--sample-count 99999"],
    [{ projects: "1e9" }, "--projects 1e9"],
  ])("are refused as %j", (args, says) => {
    expect(() => loadOptions(args)).toThrow(says);
  });
});
