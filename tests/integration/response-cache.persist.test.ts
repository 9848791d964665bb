import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { serviceLog, startGateway, type Gateway } from "../support/gateway.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";
import { BLUE, CHAT, WHY_BLUE, asking, cacheOf, runs, stats } from "./response-cache-set-up.ts";

const SETTINGS = {
  RESPONSE_CACHE_ENABLED: "true",
  RESPONSE_CACHE_PERSIST: "true",
  RATE_LIMIT_ENABLED: "false",
};

/** A folder and an inference server, and the service in front of it as often as it is started. */
async function setUp({ similar = false, chunks = ["Hel", "lo"] } = {}) {
  const home = await makeHome();
  const models = ["fake:latest", "all-minilm:latest"];
  const ollama = await startFakeOllama({ models, chunks });
  const start = (env: Record<string, string> = {}): Promise<Gateway> =>
    startGateway({
      OLLAMA_BASE_URL: ollama.url,
      SHARED_OLLAMA_HOME: home,
      RESPONSE_CACHE_SEMANTIC: similar ? "on" : "off",
      ...SETTINGS,
      ...env,
    });
  /** Started, and all that was stored has come back, to the thread of vectors too. */
  const startWhole = async (env: Record<string, string> = {}): Promise<Gateway> => {
    const gateway = await start(env);
    await until(async () => (await persisted(gateway))["reading"] !== true, "all has come back");
    await until(() => gateway.service.load().comparisons === 0, "the vectors are at the thread");
    return gateway;
  };
  const file = join(home, "data", "response-cache.db");
  return { home, file, ollama, start, startWhole };
}

const by = (tenant: string) => ({ headers: { "x-project-name": tenant } });
const persisted = async (gateway: Pick<Gateway, "get">) =>
  (await stats(gateway))["persist"] as Record<string, unknown>;
const drop = (gateway: Gateway, query = ""): Promise<Response> =>
  gateway.get(`/api/v1/cache${query}`, { method: "DELETE" });
/** Waits until all that was answered is on disk. */
const written = (gateway: Pick<Gateway, "get">): Promise<void> =>
  until(async () => (await persisted(gateway))["pending"] === 0, "all is on disk");
const embedded = (ollama: FakeOllama): unknown[] =>
  ollama.to("/api/embed").flatMap(({ body }) => {
    const { input } = JSON.parse(body.toString()) as { input: unknown };
    return input;
  });

/** Waits until the vectors of so many questions were taken up. */
const indexed = (ollama: FakeOllama, gateway: Gateway, count: number): Promise<void> =>
  until(async () => {
    const { comparisons, embeddings } = gateway.service.load();
    return embedded(ollama).length >= count && comparisons === 0 && embeddings === 0;
  }, `${count} vectors`);

/** The bytes of all files in the data folder. */
async function bytesIn(home: string): Promise<string> {
  const folder = join(home, "data");
  const names = await readdir(folder);
  const parts = await Promise.all(names.map((name) => readFile(join(folder, name), "latin1")));
  return parts.join("");
}

const log = (home: string): Promise<string> => serviceLog({ home });

describe("after a restart", () => {
  it("the same question is answered from what was kept, as if nothing had been", async () => {
    const { home, ollama, start, startWhole } = await setUp();
    const first = await startWhole();
    const made = (await (await first.post(CHAT, asking(BLUE))).json()) as { message: object };
    await first.stop();
    const second = await start();
    await until(async () => (await stats(second))["entries"] === 1, "the answer has come back");
    const answer = await second.post(CHAT, asking(" why is the sky blue"));
    expect([cacheOf(answer), await answer.json()]).toMatchObject([
      "HIT-EXACT",
      { message: made.message },
    ]);
    expect(runs(ollama)).toBe(1);
    expect(await persisted(second)).toMatchObject({ state: "on", restored: 1, lost: 0 });
    for (const name of await readdir(join(home, "data"))) {
      expect((await stat(join(home, "data", name))).mode & 0o777, name).toBe(0o600);
    }
  });

  it("a question in other words is, too, and no vector is made twice", async () => {
    const { ollama, startWhole } = await setUp({ similar: true });
    const first = await startWhole();
    await first.post(CHAT, asking(BLUE));
    await indexed(ollama, first, 1);
    const { bytes } = await stats(first);
    await first.stop();
    const second = await startWhole();
    expect((await stats(second))["bytes"]).toBe(bytes);
    expect(cacheOf(await second.post(CHAT, asking(WHY_BLUE)))).toBe("HIT-SEMANTIC");
    expect(embedded(ollama)).toEqual([BLUE, WHY_BLUE]);
  });

  it("vectors of another embedding model are made anew", async () => {
    const { ollama, startWhole } = await setUp({ similar: true });
    const first = await startWhole();
    await first.post(CHAT, asking(BLUE));
    await indexed(ollama, first, 1);
    await first.stop();
    ollama.digests.set("all-minilm:latest", "9".repeat(64));
    const second = await startWhole();
    // The lookup sees the other model, and finds nothing yet.
    expect(cacheOf(await second.post(CHAT, asking("Why is the sea green?")))).toBe("MISS");
    await indexed(ollama, second, 3);
    expect(embedded(ollama).filter((text) => text === BLUE)).toHaveLength(2);
    expect(cacheOf(await second.post(CHAT, asking(WHY_BLUE)))).toBe("HIT-SEMANTIC");
  });

  it("another version of the server answers anew, by each dialect", async () => {
    const { ollama, startWhole } = await setUp();
    const ask = async (gateway: Gateway): Promise<(string | null)[]> => {
      const own = await gateway.post(CHAT, asking(BLUE));
      const headers = { "x-shared-ollama-cache": "exact" };
      const passed = await gateway.post("/api/chat", asking(BLUE, { stream: false }), { headers });
      return [cacheOf(own), cacheOf(passed)];
    };
    const first = await startWhole();
    expect(await ask(first)).toEqual(["MISS", "MISS"]);
    expect(await ask(first)).toEqual(["HIT-EXACT", "HIT-EXACT"]);
    await first.stop();
    ollama.script(
      "/api/version",
      (_request, response) => void response.end('{"version":"0.17.5"}'),
    );
    const second = await startWhole();
    expect(await ask(second)).toEqual(["MISS", "MISS"]);
  });

  it("each tenant has its own answers", async () => {
    const { startWhole } = await setUp();
    const first = await startWhole();
    await first.post(CHAT, asking(BLUE), by("one"));
    await first.stop();
    const second = await startWhole();
    expect(cacheOf(await second.post(CHAT, asking(BLUE), by("two")))).toBe("MISS");
    expect(cacheOf(await second.post(CHAT, asking(BLUE), by("one")))).toBe("HIT-EXACT");
  });

  it("those that were asked for last are kept where fewer may be", async () => {
    const { startWhole } = await setUp();
    const first = await startWhole();
    for (const text of ["a", "b", "c"]) await first.post(CHAT, asking(text));
    expect(cacheOf(await first.post(CHAT, asking("a")))).toBe("HIT-EXACT");
    await first.stop();
    const second = await startWhole({ RESPONSE_CACHE_MAX_SIZE: "2" });
    expect(await stats(second)).toMatchObject({ entries: 2 });
    expect(cacheOf(await second.post(CHAT, asking("a")))).toBe("HIT-EXACT");
    expect(cacheOf(await second.post(CHAT, asking("c")))).toBe("HIT-EXACT");
  });

  it("what is over is gone, and from the file as well", async () => {
    const { home, file, startWhole } = await setUp();
    const first = await startWhole();
    await first.post(CHAT, asking("an-old-question"));
    await first.stop();
    const db = new Database(file);
    db.exec("UPDATE answers SET stored_at = stored_at - 3600000");
    db.close();
    const second = await startWhole();
    expect(await stats(second)).toMatchObject({ entries: 0, persist: { restored: 0 } });
    await drop(second);
    expect(await bytesIn(home)).not.toContain("an-old-question");
  });

  it("an answer that was replaced or evicted is not there twice", async () => {
    const { file, startWhole } = await setUp();
    const first = await startWhole({ RESPONSE_CACHE_MAX_SIZE: "2" });
    for (const text of ["a", "b", "c", "d"]) {
      await first.post(CHAT, asking(text));
      await written(first);
    }
    await first.stop();
    const db = new Database(file);
    const { count } = db.prepare("SELECT count(*) AS count FROM answers").get() as {
      count: number;
    };
    db.close();
    expect(count).toBe(2);
  });
});

describe("DELETE /api/v1/cache", () => {
  it("is final, on disk too", async () => {
    const { home, startWhole } = await setUp({ similar: true });
    const first = await startWhole();
    await first.post(CHAT, asking("the-quick-brown-fox"));
    await written(first);
    expect(await bytesIn(home)).toContain("the-quick-brown-fox");
    await first.post(CHAT, asking("jumps-over-the-lazy-dog"));
    const dropped = await drop(first);
    expect([dropped.status, await dropped.json()]).toEqual([200, { dropped: 2 }]);
    const bytes = await bytesIn(home);
    expect(bytes).not.toContain("the-quick-brown-fox");
    expect(bytes).not.toContain("jumps-over-the-lazy-dog");
    await first.stop();
    const second = await startWhole();
    expect(await stats(second)).toMatchObject({ entries: 0, persist: { restored: 0 } });
  });

  it("of a tenant leaves the others' answers", async () => {
    const { home, startWhole } = await setUp();
    const first = await startWhole();
    await first.post(CHAT, asking("the-quick-brown-fox"), by("one"));
    await first.post(CHAT, asking("jumps-over-the-lazy-dog"), by("two"));
    await drop(first, "?tenant=one");
    expect(await bytesIn(home)).not.toContain("the-quick-brown-fox");
    await first.stop();
    const second = await startWhole();
    const again = (text: string, tenant: string) =>
      second.post(CHAT, asking(text), by(tenant)).then(cacheOf);
    expect(await again("the-quick-brown-fox", "one")).toBe("MISS");
    expect(await again("jumps-over-the-lazy-dog", "two")).toBe("HIT-EXACT");
  });

  it("holds for what has not come back yet", async () => {
    const { home, start, startWhole } = await setUp();
    const first = await startWhole();
    await first.post(CHAT, asking("the-quick-brown-fox"));
    await first.stop();
    const second = await start();
    expect((await drop(second)).status).toBe(200);
    await until(async () => (await persisted(second))["reading"] === false, "all is read");
    expect(await stats(second)).toMatchObject({ entries: 0 });
    expect(await bytesIn(home)).not.toContain("the-quick-brown-fox");
  });
});

describe("when the file cannot be used", () => {
  const works = async (gateway: Gateway): Promise<void> => {
    expect(cacheOf(await gateway.post(CHAT, asking(BLUE)))).toBe("MISS");
    expect(cacheOf(await gateway.post(CHAT, asking(BLUE)))).toBe("HIT-EXACT");
  };

  it("since it is no database, it is kept under another name", async () => {
    const { home, file, startWhole } = await setUp();
    await mkdir(join(home, "data"));
    await writeFile(file, "no database at all ".repeat(500));
    const gateway = await startWhole();
    await works(gateway);
    expect(await persisted(gateway)).toMatchObject({ state: "on" });
    expect(await bytesIn(home)).toContain("no database at all");
    await until(async () => (await log(home)).includes("it is renamed"), "the log says so");
    await gateway.stop();
    expect(await persisted(await startWhole())).toMatchObject({ restored: 1 });
  });

  it.each([
    ["a folder has its name", (file: string) => mkdir(file, { recursive: true })],
    ["a file has its folder's name", (file: string) => writeFile(join(file, ".."), "")],
  ])("since %s, answers are in memory only, and the log says so once", async (_what, make) => {
    const { home, file, startWhole } = await setUp();
    await make(file);
    const gateway = await startWhole();
    await until(async () => (await persisted(gateway))["state"] === "failed", "it has failed");
    await works(gateway);
    expect(await persisted(gateway)).toMatchObject({ reason: "failed", pending: 0 });
    await until(async () => (await log(home)).includes("in memory only"), "the log says so");
    const said = await log(home);
    expect(said.split("in memory only")).toHaveLength(2);
    expect(said).not.toContain(BLUE);
  });

  it("since its thread ends, another one goes on", async () => {
    const workers: Worker[] = [];
    const watch = (worker: Worker): void => void workers.push(worker);
    process.on("worker", watch);
    onTestFinished(() => void process.off("worker", watch));
    const { startWhole } = await setUp();
    const first = await startWhole();
    await first.post(CHAT, asking("before"));
    await written(first);
    for (const worker of workers) await worker.terminate();
    await first.post(CHAT, asking("after"));
    await written(first);
    expect(await persisted(first)).toMatchObject({ state: "on" });
    await first.stop();
    expect(await persisted(await startWhole())).toMatchObject({ restored: 2 });
  });
});

it("a service that is killed while it writes leaves a whole file", async () => {
  // Of such answers fifty are a batch: there is always one being written.
  const { home, file, ollama, startWhole } = await setUp({ chunks: ["x".repeat(20_000)] });
  const env = { ...SETTINGS, OLLAMA_BASE_URL: ollama.url, UPSTREAM_PARALLEL: "8" };
  const service = startServiceProcess({ home, env });
  await service.listening();
  const over = new AbortController();
  const client = async (name: number): Promise<void> => {
    for (let i = 0; !over.signal.aborted; i += 1) {
      await service.post(CHAT, asking(`question ${name}-${i}`)).catch(() => {});
    }
  };
  const clients = [1, 2, 3, 4].map(client);
  const size = async (): Promise<number> =>
    (await stat(`${file}-wal`).catch(() => ({ size: 0 }))).size;
  await until(async () => (await size()) > 3_000_000, "it has written three batches");
  service.signal("SIGKILL");
  await service.exited();
  over.abort();
  await Promise.all(clients);
  const gateway = await startWhole();
  expect(await persisted(gateway)).toMatchObject({ state: "on" });
  expect((await persisted(gateway))["restored"]).toBeGreaterThan(0);
  expect((await readdir(join(home, "data"))).filter((name) => name.includes("unusable"))).toEqual(
    [],
  );
  await gateway.stop();
  const db = new Database(file);
  expect(db.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
  db.close();
});

it("nothing is on disk without RESPONSE_CACHE_PERSIST", async () => {
  const { home, startWhole } = await setUp();
  const gateway = await startWhole({ RESPONSE_CACHE_PERSIST: "false" });
  await gateway.post(CHAT, asking(BLUE));
  expect(await persisted(gateway)).toEqual({ state: "off" });
  // The service's lock is there, and the note of who has it.
  expect(
    (await readdir(join(home, "data"))).filter((name) => !name.startsWith("service.")),
  ).toEqual([]);
});
