import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Worker } from "node:worker_threads";
import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { entryUrl } from "../../src/runtime/paths.ts";
import { ThreadCalls } from "../../workers/thread-calls.ts";
import { openStoreThread } from "../../workers/response-store/open-thread.ts";
import type {
  ReadAnswer,
  StoreTasks,
  StoredAnswer,
  WriteBatch,
} from "../../workers/response-store/protocol.ts";
import { seededRandom } from "../support/prng.ts";
import { makeHome } from "../support/service-process.ts";

const VECTOR = { model: "digest", bytes: new Uint8Array(new Float32Array([0.6, 0.8]).buffer) };

/** The service's own thread, and a way to end it from outside. */
async function startThread(file?: string) {
  const path = file ?? join(await makeHome(), "data", "cache.db");
  const workers: Worker[] = [];
  const watch = (worker: Worker): void => void workers.push(worker);
  process.on("worker", watch);
  const entry = entryUrl("workers/response-store/main.ts");
  const thread = new ThreadCalls<StoreTasks>({
    name: "response store thread",
    open: (onEnd) => openStoreThread({ entry, onEnd }),
    deadlineMs: 30_000,
    onFault: () => {},
  });
  onTestFinished(async () => {
    process.off("worker", watch);
    await thread.destroy();
  });
  const open = (more: { isDamaged?: boolean; expiredAt?: number } = {}) =>
    thread.run("open", { file: path, isDamaged: false, expiredAt: 0, ...more });
  const write = (batch: Partial<WriteBatch>) =>
    thread.run("write", {
      answers: [],
      vectors: [],
      uses: [],
      removed: [],
      expiredAt: 0,
      ...batch,
    });
  return { thread, file: path, open, write, kill: () => workers.at(-1)?.terminate() };
}

const answerOf = (id: number, more: Partial<StoredAnswer> = {}): StoredAnswer => ({
  id,
  tenant: "acme",
  model: "m:latest",
  storedAt: id,
  tookMs: 1.5,
  json: `"answer ${id}"`,
  ...more,
});

/** All that is stored, page by page. */
async function readAll(thread: ThreadCalls<StoreTasks>): Promise<ReadAnswer[][]> {
  const pages: ReadAnswer[][] = [];
  let after: StoreTasks["read"]["input"]["after"];
  do {
    const page = await thread.run("read", { after });
    if (!page.ok) throw new Error(page.fault);
    pages.push(page.answers);
    after = page.next;
  } while (after);
  return pages;
}
const idsIn = async (thread: ThreadCalls<StoreTasks>): Promise<number[]> =>
  (await readAll(thread)).flat().map(({ id }) => id);

/** The bytes of the database and of what is beside it. */
async function bytesOf(file: string): Promise<string> {
  const names = (await readdir(dirname(file))).map((name) => join(dirname(file), name));
  return (await Promise.all(names.map((name) => readFile(name, "latin1")))).join("");
}

describe("the response store's thread", () => {
  it("gives back what was written, also to the next thread", async () => {
    const first = await startThread();
    expect(await first.open()).toEqual({ ok: true, setAside: undefined });
    const answers = [answerOf(1), answerOf(2, { tookMs: 7 })];
    const vectors = [
      { id: 2, vector: VECTOR },
      { id: 99, vector: VECTOR },
    ];
    expect(await first.write({ answers, vectors })).toEqual({ ok: true });
    expect(await first.thread.run("close", undefined)).toEqual({ ok: true });
    await first.thread.destroy();
    const second = await startThread(first.file);
    await second.open();
    const [one, two, ...others] = (await readAll(second.thread)).flat();
    expect([one, two, others]).toEqual([
      { ...answers[0], vector: undefined },
      { ...answers[1], vector: { model: "digest", bytes: expect.anything() as Uint8Array } },
      [],
    ]);
    expect([...(two?.vector?.bytes ?? [])]).toEqual([...VECTOR.bytes]);
  });

  it("keeps it in files for this user alone", async () => {
    const { open, write, file } = await startThread();
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "", { mode: 0o644 });
    await open();
    await write({ answers: [answerOf(1)] });
    const names = await readdir(dirname(file));
    expect(names.sort()).toEqual(["cache.db", "cache.db-shm", "cache.db-wal"]);
    for (const name of names) {
      expect((await stat(join(dirname(file), name))).mode & 0o777, name).toBe(0o600);
    }
  });

  it("reads pages that are bounded, in the order of last use", async () => {
    const { thread, open, write } = await startThread();
    await open();
    const ids = Array.from({ length: 450 }, (_, i) => i + 1);
    await write({ answers: ids.map((id) => answerOf(id)) });
    await write({ uses: [{ id: 3, usedAt: 1000 }] });
    const pages = await readAll(thread);
    expect(pages.map(({ length }) => length)).toEqual([200, 200, 50]);
    expect(pages.flat().map(({ id }) => id)).toEqual([...ids.filter((id) => id !== 3), 3]);
    const json = JSON.stringify("x".repeat(100_000));
    await write({
      removed: ids,
      answers: [501, 502, 503, 504].map((id) => answerOf(id, { json })),
    });
    expect((await readAll(thread)).map(({ length }) => length)).toEqual([3, 1]);
  });

  it("removes what is removed and what is over, with its vector", async () => {
    const { thread, open, write } = await startThread();
    await open();
    const answers = [1, 2, 3].map((id) => answerOf(id));
    await write({ answers, vectors: [{ id: 2, vector: VECTOR }] });
    await write({ removed: [2, 77], expiredAt: 1 });
    await write({ vectors: [{ id: 2, vector: VECTOR }], uses: [{ id: 2, usedAt: 5 }] });
    expect(await idsIn(thread)).toEqual([3]);
    await open({ expiredAt: 3 });
    expect(await idsIn(thread)).toEqual([]);
  });

  it("writes a batch as a whole or not at all", async () => {
    const { thread, open, write } = await startThread();
    await open();
    const json = null as unknown as string;
    expect(await write({ answers: [answerOf(1), answerOf(2, { json })] })).toMatchObject({
      ok: false,
      fault: "failed",
    });
    expect(await idsIn(thread)).toEqual([]);
    expect(await write({ answers: [answerOf(3)] })).toEqual({ ok: true });
    expect(await idsIn(thread)).toEqual([3]);
  });

  it.each([
    [{ tenant: "secret" }, ["secret"]],
    [{ model: "secret" }, ["tenant-of-secret-model"]],
    [{}, ["secret", "tenant-of-secret-model", "plain"]],
  ])("leaves nothing of what is dropped in the file or beside it: %j", async (which, marks) => {
    const { thread, open, write, file } = await startThread();
    await open();
    // Rows of many sizes that come and go, so that pages are split, joined and used again.
    const random = seededRandom(7);
    const living = new Set<number>();
    for (let batch = 0; batch < 40; batch += 1) {
      const answers = Array.from({ length: 50 }, (_, i) => {
        const id = batch * 50 + i + 1;
        const tenant = ["secret", "tenant-of-secret-model", "plain"][id % 3] ?? "";
        const text = `${tenant}-text-${id} `.repeat(1 + Math.floor(random() ** 4 * 200));
        living.add(id);
        const model = tenant === "tenant-of-secret-model" ? "secret" : "m";
        return answerOf(id, { tenant, model, json: JSON.stringify(text) });
      });
      const removed = [...living].filter(() => random() < 0.03);
      for (const id of removed) living.delete(id);
      await write({ answers, removed });
    }
    expect(await bytesOf(file)).toContain("secret-text");
    // A page that was not the last has been read.
    await thread.run("read", { after: undefined });
    expect(await thread.run("drop", which)).toEqual({ ok: true });
    const bytes = await bytesOf(file);
    for (const mark of marks) expect(bytes.includes(`${mark}-text`), mark).toBe(false);
    const tenants = new Set((await readAll(thread)).flat().map(({ tenant }) => tenant));
    expect(marks.some((mark) => tenants.has(mark))).toBe(false);
    expect(bytes.includes("plain-text")).toBe(!marks.includes("plain"));
  });

  it("that is killed leaves a whole file to the next one", async () => {
    const { thread, open, write, kill } = await startThread();
    await open();
    await write({ answers: [answerOf(1)] });
    await kill();
    expect(await thread.run("read", { after: undefined })).toMatchObject({ fault: "not_open" });
    expect(await open()).toEqual({ ok: true, setAside: undefined });
    expect(await idsIn(thread)).toEqual([1]);
  });
});

describe("a file that cannot be used", () => {
  const unusable = expect.stringContaining("unusable") as string;

  const asides = async (file: string): Promise<string[]> =>
    (await readdir(dirname(file))).filter((name) => name.includes("unusable"));

  it.each([
    ["no database", "damaged", (file: string) => writeFile(file, "some text ".repeat(1000))],
    [
      "another program's",
      "damaged",
      async (file: string) => {
        const db = new Database(file);
        db.exec("CREATE TABLE theirs (a); INSERT INTO theirs VALUES ('some text ')");
        db.close();
      },
    ],
    [
      "of a later version",
      "newer",
      async (file: string) => {
        const { open, thread } = await startThread(file);
        await open();
        await thread.run("close", undefined);
        await thread.destroy();
        const db = new Database(file);
        db.exec("CREATE TABLE more (a); INSERT INTO more VALUES ('some text ')");
        db.exec("PRAGMA user_version = 2");
        db.close();
      },
    ],
  ])("since it is %s is kept under another name", async (_what, reason, make) => {
    const { file, open, write, thread } = await startThread();
    await mkdir(dirname(file), { recursive: true });
    await make(file);
    const opened = await open();
    expect(opened).toEqual({ ok: true, setAside: { name: unusable, reason } });
    await write({ answers: [answerOf(1)] });
    expect(await idsIn(thread)).toEqual([1]);
    const names = await asides(file);
    const bytes = await Promise.all(
      names.map((name) => readFile(join(dirname(file), name), "latin1")),
    );
    expect(bytes.join("")).toContain("some text ");
    expect(await open()).toEqual({ ok: true, setAside: undefined });
  });

  it("since it is damaged is kept under another name", async () => {
    const { file, open, write, thread } = await startThread();
    await open();
    await write({ answers: Array.from({ length: 500 }, (_, i) => answerOf(i + 1)) });
    await thread.run("close", undefined);
    await writeFile(file, Buffer.concat([(await readFile(file)).subarray(0, 4096), noise(40_960)]));
    expect(await open()).toEqual({ ok: true, setAside: { name: unusable, reason: "damaged" } });
    expect(await asides(file)).not.toEqual([]);
    expect(await idsIn(thread)).toEqual([]);
    expect(await write({ answers: [answerOf(1)] })).toEqual({ ok: true });
  });

  it("since it is found damaged while in use is kept under another name, on demand", async () => {
    const { file, open, write, thread } = await startThread();
    await open();
    await write({ answers: [answerOf(1)] });
    expect(await open({ isDamaged: true })).toMatchObject({ ok: true });
    expect(await asides(file)).not.toEqual([]);
    expect(await idsIn(thread)).toEqual([]);
  });

  it("since a folder has its name is told", async () => {
    const { file, open } = await startThread();
    await mkdir(file, { recursive: true });
    expect(await open()).toMatchObject({ ok: false, fault: "failed" });
  });

  it("since a file has its folder's name is told", async () => {
    const home = await makeHome();
    await writeFile(join(home, "data"), "");
    const { open } = await startThread(join(home, "data", "cache.db"));
    expect(await open()).toMatchObject({ ok: false, fault: "failed" });
  });

  it("since another holds it is told", async () => {
    const { file, open } = await startThread();
    await mkdir(dirname(file), { recursive: true });
    const holder = new Database(file);
    holder.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE theirs (a)");
    onTestFinished(() => {
      holder.exec("ROLLBACK");
      holder.close();
    });
    expect(await open()).toMatchObject({ ok: false, fault: "locked" });
  });
});

function noise(bytes: number): Buffer {
  const random = seededRandom(3);
  return Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
}
