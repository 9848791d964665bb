import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import Libsql from "libsql";
import { describe, expect, it } from "vitest";
import type { KeptRun } from "../../../workers/request-store/agents/kept-run.ts";
import { DatabaseOwner } from "../../../workers/database/owner.ts";
import type { RunTasks } from "../../../workers/request-store/agents/protocol.ts";
import { RunDatabase } from "../../../workers/request-store/agents/run-database.ts";
import { runOf, stepOf } from "../../support/agent-records.ts";
import { until } from "../../support/deadline.ts";
import { startBooks } from "./books-set-up.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 0, 31, 12);

/** A run in which much was said. */
const SECRETS = [
  "prompt-secret",
  "answer-secret",
  "argument-secret",
  "tool name-secret",
  "reason-secret",
];
const told = (given: Partial<KeptRun> = {}): KeptRun =>
  runOf({
    status: "failed",
    reason: { code: "upstream_unavailable", message: "it said reason-secret" },
    steps: [
      {
        ...stepOf({ kind: "model" }),
        server: undefined,
        tool: undefined,
        text: "prompt-secret answer-secret",
      },
      stepOf({ args: '{"q":"argument-secret"}', text: "answer-secret" }),
      stepOf({ tool: "tool name-secret", server: undefined, outcome: "error" }),
    ],
    ...given,
  });

/** All bytes of the folder of data. */
async function bytesIn(file: string): Promise<string> {
  const folder = dirname(file);
  const names = await readdir(folder);
  // What belongs to the log may go meanwhile, when the file is closed.
  const texts = await Promise.all(
    names.map((name) => readFile(join(folder, name), "latin1").catch(() => "")),
  );
  return texts.join("\n");
}

describe("what is kept of a run", () => {
  it("is all but its texts with AGENT_TRACE=steps", async () => {
    const { runs, files, stop } = await startBooks({ trace: "steps" });
    const run = told();
    runs.save(run);
    const kept = await runs.get(run.id);
    expect(kept).toMatchObject({ id: run.id, tenant: "acme", status: "failed" });
    expect(kept?.reason).toEqual({
      code: "upstream_unavailable",
      message: "The inference server is away, or failed.",
    });
    expect(kept?.steps.map(({ kind, tool, outcome }) => [kind, tool, outcome])).toEqual([
      ["model", undefined, "completed"],
      ["tool", "find_book", "completed"],
      ["tool", "(no name)", "error"],
    ]);
    for (const isStopped of [false, true]) {
      const bytes = await bytesIn(files.runs);
      expect(bytes).toContain("find_book");
      for (const secret of SECRETS) expect(bytes, `stopped: ${isStopped}`).not.toContain(secret);
      await stop();
    }
  });

  it("is all of it with AGENT_TRACE=full, for the user of the service only", async () => {
    const { runs, files } = await startBooks({ trace: "full" });
    const run = told();
    runs.save(run);
    expect(await runs.get(run.id)).toEqual(JSON.parse(JSON.stringify(run)));
    const [listed] = (await runs.list({ limit: 1 })).runs;
    expect(listed?.reason?.message).toBe("it said reason-secret");
    for (const name of await readdir(dirname(files.runs))) {
      expect((await stat(join(dirname(files.runs), name))).mode & 0o777).toBe(0o600);
    }
  });

  it("is nothing with AGENT_TRACE=off, not even a file", async () => {
    const { runs, asked, stop, files } = await startBooks({ trace: "off" });
    const run = told();
    runs.start();
    runs.save(run);
    expect(await runs.get(run.id)).toBeUndefined();
    expect(await runs.list({ limit: 10 })).toEqual({ runs: [], next: undefined });
    expect(await runs.forget("acme")).toBe(0);
    await stop();
    expect(asked.filter((name) => name !== "agentsClose")).toEqual([]);
    await expect(stat(files.runs)).rejects.toThrow("ENOENT");
  });

  it("is cut where it is long, with what follows it", async () => {
    const { runs } = await startBooks({ trace: "full" });
    const steps = Array.from({ length: 40 }, () => stepOf({ text: "x".repeat(100_000) }));
    const run = runOf({ steps });
    runs.save(run);
    const kept = await runs.get(run.id);
    expect(kept?.steps).toHaveLength(40);
    const lengths = kept?.steps.map(({ text = "" }) => text.length) ?? [];
    expect(lengths.slice(0, 16)).toEqual(Array(16).fill(65_536));
    expect(lengths.slice(16).every((length) => length <= 1)).toBe(true);
  });

  it("is its latest state, once", async () => {
    const { runs, asked } = await startBooks();
    const { endedAtMs: _, ...begun } = runOf({ status: "running" });
    runs.save(begun);
    expect((await runs.get(begun.id))?.status).toBe("running");
    for (const status of ["waiting_for_approval", "running", "completed"] as const) {
      runs.save({ ...begun, status, steps: [stepOf()] });
    }
    const writes = asked.filter((name) => name === "runsWrite").length;
    const page = await runs.list({ limit: 10 });
    expect(page.runs).toMatchObject([{ id: begun.id, status: "completed", stepCount: 1 }]);
    expect(asked.filter((name) => name === "runsWrite")).toHaveLength(writes + 1);
  });
});

describe("a run that a restart cut off", () => {
  it("is interrupted, by its own start only", async () => {
    const first = await startBooks();
    const [running, waiting, done] = [
      runOf({ status: "running", endedAtMs: undefined }),
      runOf({ status: "waiting_for_approval", endedAtMs: undefined }),
      runOf({ status: "completed" }),
    ];
    for (const run of [running, waiting, done]) first.runs.save(run);
    expect((await first.runs.get(running.id))?.status).toBe("running");
    await first.stop();
    const second = await startBooks({ home: first.home });
    second.runs.start();
    await until(() => second.asked.includes("runsTend"), "the file is looked after");
    for (const { id } of [running, waiting]) {
      const run = await second.runs.get(id);
      expect(run).toMatchObject({
        status: "interrupted",
        reason: { code: "interrupted", message: expect.stringContaining("stopped") as string },
      });
      expect(run?.endedAtMs).toBeGreaterThan(0);
    }
    expect((await second.runs.get(done.id))?.status).toBe("completed");
    expect((await second.runs.list({ status: "interrupted", limit: 9 })).runs).toHaveLength(2);
  });

  it("is not one whose thread was lost and started again", async () => {
    let isLost = false;
    const { runs } = await startBooks({
      instead: {
        runsOne: () => {
          if (isLost) return undefined;
          isLost = true;
          throw new Error("the request store thread was lost");
        },
      },
    });
    const run = runOf({ status: "running" });
    runs.save(run);
    expect((await runs.get(run.id))?.status).toBe("running");
  });
});

describe("the list of runs", () => {
  it("has the newest first, of a tenant and an agent, a page at a time", async () => {
    const { runs } = await startBooks();
    const all = Array.from({ length: 12 }, (_, i) =>
      runOf({ tenant: i % 2 ? "a" : "b", agent: i % 3 ? "one" : "two" }),
    );
    for (const run of all) runs.save(run);
    const ids = async (query: Partial<Parameters<typeof runs.list>[0]>): Promise<string[]> =>
      (await runs.list({ limit: 50, ...query })).runs.map(({ id }) => id);
    const expected = (fits: (run: KeptRun) => boolean): string[] =>
      all
        .filter(fits)
        .toReversed()
        .map(({ id }) => id);
    expect(await ids({})).toEqual(expected(() => true));
    expect(await ids({ tenant: "a" })).toEqual(expected(({ tenant }) => tenant === "a"));
    expect(await ids({ tenant: "a", agent: "two" })).toEqual(
      expected(({ tenant, agent }) => tenant === "a" && agent === "two"),
    );
    const paged: string[] = [];
    let before: number | undefined;
    do {
      const page = await runs.list({ tenant: "b", limit: 4, before });
      paged.push(...page.runs.map(({ id }) => id));
      before = page.next;
    } while (before !== undefined);
    expect(paged).toEqual(expected(({ tenant }) => tenant === "b"));
  });

  it.each(["", "x", "run_", `run_${"0".repeat(36)}`, "run_' OR 1 --", "../runs"])(
    "has no run %j, and does not look for one",
    async (id) => {
      const { runs, asked } = await startBooks();
      runs.save(runOf());
      await runs.list({ limit: 1 });
      expect(await runs.get(id)).toBeUndefined();
      expect(asked).not.toContain("runsOne");
    },
  );
});

describe("what is too old or too much", () => {
  const start = (runLimits: object, trace: "steps" | "full" = "steps") =>
    startBooks({ runLimits, trace, now: () => NOW_MS });
  const old = (days: number, given: Partial<KeptRun> = {}) =>
    told({ startedAtMs: NOW_MS - days * DAY_MS, ...given });

  /** Has the file tended as at a start. */
  async function tended({ home }: { home: string }, runLimits: object = {}) {
    const books = await startBooks({ home, runLimits, trace: "full", now: () => NOW_MS });
    books.runs.start();
    await until(
      async () => books.asked.filter((name) => name === "runsTend").length > 0,
      "the file is looked after",
    );
    return books;
  }

  it("goes: runs after 30 days, their texts after 7", async () => {
    const first = await start({}, "full");
    const [gone, silent, whole] = [old(31), old(8), old(6)];
    for (const run of [gone, silent, whole]) first.runs.save(run);
    await first.runs.list({ limit: 1 });
    await first.stop();
    const { runs, files } = await tended(first);
    await until(async () => (await runs.get(gone.id)) === undefined, "the oldest has gone");
    await until(
      async () => (await runs.get(silent.id))?.steps[1]?.text === undefined,
      "the texts have gone",
    );
    expect((await runs.get(silent.id))?.steps).toHaveLength(3);
    expect((await runs.get(whole.id))?.steps[1]?.text).toBe("answer-secret");
    const left = async (): Promise<number> =>
      (await bytesIn(files.runs)).split("argument-secret").length - 1;
    await until(async () => (await left()) === 1, "the log is emptied");
  });

  it("goes the oldest first: runs, bytes of steps, bytes of texts", async () => {
    for (const [limit, has] of [
      [{ runs: 10 }, (run: KeptRun | undefined) => run !== undefined],
      [{ stepBytes: 5000 }, (run: KeptRun | undefined) => run !== undefined],
      [{ textBytes: 2000 }, (run: KeptRun | undefined) => run?.steps[1]?.text !== undefined],
    ] as const) {
      const first = await start({}, "full");
      const all = Array.from({ length: 40 }, (_, i) => old(1 - i / 100));
      for (const run of all) first.runs.save(run);
      await first.runs.list({ limit: 1 });
      await first.stop();
      const { runs } = await tended(first, limit);
      const kept = async (): Promise<boolean[]> =>
        Promise.all(all.map(async ({ id }) => has(await runs.get(id))));
      await until(async () => (await kept()).filter(Boolean).length <= 20, "the oldest have gone");
      const now = await kept();
      expect(now.at(-1), JSON.stringify(limit)).toBe(true);
      // No newer one has gone before an older one.
      expect(now).toEqual(now.toSorted((a, b) => Number(a) - Number(b)));
    }
  });
});

describe("a project's runs", () => {
  it("are forgotten, those that wait too, and nothing of their texts is left", async () => {
    const { runs, files } = await startBooks({ trace: "full" });
    const [mine, asTenant, other] = [
      told(),
      told({ project: "unknown" }),
      told({ tenant: "b", project: "b" }),
    ];
    for (const run of [mine, asTenant, other]) runs.save(run);
    await runs.list({ limit: 1 });
    const waiting = told();
    runs.save(waiting);
    expect(await runs.forget("acme")).toBe(2);
    expect((await runs.list({ limit: 9 })).runs.map(({ id }) => id)).toEqual([other.id]);
    await runs.forget("b");
    const bytes = await bytesIn(files.runs);
    for (const secret of SECRETS) expect(bytes).not.toContain(secret);
  });
});

describe("a file of runs", () => {
  it("that is damaged is set aside, and the agents stay", async () => {
    const first = await startBooks();
    first.runs.save(runOf());
    await first.runs.list({ limit: 1 });
    await first.stop();
    await writeFile(first.files.runs, "no database ".repeat(1000));
    const { runs, told } = await startBooks({ home: first.home });
    runs.save(runOf());
    expect((await runs.list({ limit: 9 })).runs).toHaveLength(1);
    expect(told).toEqual(["runs set aside: damaged"]);
  });

  it("on a full disk waits, and is written when there is room", async () => {
    let isFull = true;
    const full = { ok: false, fault: "full", code: "SQLITE_FULL" };
    const { runs, told } = await startBooks({
      instead: { runsWrite: () => (isFull ? full : undefined) },
    });
    const run = runOf();
    runs.save(run);
    await until(() => told.includes("waiting: full"), "the disk is found to be full");
    expect(runs.stats()).toMatchObject({ state: "waiting", reason: "full", pending: 1 });
    isFull = false;
    await until(() => told.includes("writing"), "it is written");
    expect((await runs.get(run.id))?.id).toBe(run.id);
  });

  it("that cannot be used is let go, and nothing is kept from then on", async () => {
    const gone = { ok: false, fault: "read_only", code: "SQLITE_READONLY" };
    const { runs, agents, told } = await startBooks({ instead: { runsWrite: () => gone } });
    runs.save(runOf());
    await until(() => told.includes("failed: read_only"), "it has failed");
    runs.save(runOf());
    expect(runs.stats()).toMatchObject({ state: "failed", pending: 0 });
    expect((await agents.list("a")).problem).toBeUndefined();
  });

  it("on a disk that is really full loses nothing", async () => {
    const connections: Libsql.Database[] = [];
    class Watched extends Libsql {
      constructor(...given: ConstructorParameters<typeof Libsql>) {
        super(...given);
        connections.push(this);
      }
    }
    const owner = new DatabaseOwner<RunDatabase>();
    const { runs, told } = await startBooks({
      instead: {
        runsOpen: (input: RunTasks["open"]["input"]) =>
          owner.open(input, (_, file) => new RunDatabase(Watched as typeof Libsql, file, input)),
        runsWrite: (batch: RunTasks["write"]["input"]) => owner.do((db) => db.write(batch)),
        runsList: (query: RunTasks["list"]["input"]) =>
          owner.attempt((db) => ({ ok: true, ...db.list(query) })),
        runsClose: () => owner.close(),
      },
    });
    const ids = async (): Promise<string[]> =>
      (await runs.list({ limit: 500 })).runs.map(({ id }) => id);
    const first = runOf();
    runs.save(first);
    expect(await ids()).toEqual([first.id]);
    const [connection] = connections;
    if (!connection) throw new Error("no connection was opened");
    const [row] = connection.pragma("page_count") as { page_count: number }[];
    connection.pragma(`max_page_count = ${row?.page_count}`);
    const more = Array.from({ length: 100 }, () => runOf({ steps: Array(20).fill(stepOf()) }));
    for (const run of more) runs.save(run);
    await until(() => told.includes("waiting: full"), "the disk is found to be full");
    expect(await ids()).toContain(first.id);
    connection.pragma("max_page_count = 1000000");
    await until(() => runs.stats().pending === 0, "all are written");
    expect((await ids()).toSorted()).toEqual([first, ...more].map(({ id }) => id).toSorted());
    expect(told).toEqual(["waiting: full", "writing"]);
  });

  it("loses what is too much to wait, and says so once", async () => {
    const locked = { ok: false, fault: "locked", code: "SQLITE_BUSY" };
    const { runs, told } = await startBooks({
      trace: "full",
      instead: { runsWrite: () => locked },
    });
    for (let i = 0; i < 80; i += 1) {
      const steps = Array.from({ length: 20 }, () => stepOf({ text: "x".repeat(65_000) }));
      runs.save(runOf({ steps }));
    }
    expect(told).toEqual(["losing"]);
    const { pending, lost } = runs.stats();
    expect(pending + lost).toBe(80);
    expect(pending).toBeLessThan(65);
  });

  it("is left to the agents by runs that have ended, and the thread ends with the last", async () => {
    const books = await startBooks();
    books.runs.save(runOf());
    await books.runs.stop();
    expect(books.isThreadEnded()).toBe(false);
    await books.agents.list("a");
    await books.agents.stop();
    expect(books.isThreadEnded()).toBe(true);
    await expect(books.agents.find("a", "x")).rejects.toThrow(/stopping|ended/);
  });
});
