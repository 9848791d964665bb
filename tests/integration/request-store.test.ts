import { readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mkdirSync } from "node:fs";
import Driver from "libsql";
import { describe, expect, it } from "vitest";
import type { StoredRequest } from "../../workers/request-store/protocol.ts";
import { until } from "../support/deadline.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { loggedEvents } from "../support/logged-events.ts";
import { expectLogsToAgree, storedIn } from "../support/logged-records.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { idOf, startService } from "../support/service.ts";
import { serviceLog } from "../support/gateway.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";
import { requestFile, storedRequests } from "../support/stored-requests.ts";

const messages = [{ role: "user", content: "the secret question" }];
const ON = { REQUEST_LOG_ENABLED: "true" };

describe("the records of a running service", () => {
  it("are there of each dialect, of batches, reads and refusals, and say what the log says", async () => {
    const { gateway } = await startService({ ...ON, RESPONSE_CACHE_ENABLED: "true" });
    const headers = { "x-project-name": "acme", "content-type": "application/json" };
    const ask = async (path: string, more: object): Promise<string> => {
      const body = path.includes("/batch/") ? more : { model: "fake", ...more };
      const answer = await gateway.post(path, body, { headers });
      await answer.text();
      return idOf(answer);
    };
    const ids = {
      chat: await ask("/api/v1/chat", { messages }),
      hit: await ask("/api/v1/chat", { messages }),
      stream: await ask("/api/v1/generate", { prompt: "hi", stream: true }),
      completion: await ask("/api/v1/chat/completions", { messages }),
      embeddings: await ask("/api/v1/embeddings", { model: "all-minilm", prompt: "hi" }),
      ollama: await ask("/api/chat", { messages }),
      openai: await ask("/v1/chat/completions", { messages, stream: true }),
      anthropic: await ask("/v1/messages", { messages, max_tokens: 5 }),
      batch: await ask("/api/v1/batch/chat", {
        requests: [{ model: "fake", messages }, { nonsense: 1 }],
      }),
      invalid: await ask("/api/v1/chat", { messages: "the secret question" }),
      unknown: await ask("/api/the-secret-path", {}),
      missing: await ask("/api/chat", { model: "nope", messages }),
    };
    const get = async (path: string, more: Record<string, string> = {}): Promise<string> => {
      const answer = await gateway.get(path, { headers: more });
      await answer.text();
      return idOf(answer);
    };
    const [models, tags] = [await get("/api/v1/models"), await get("/api/tags")];
    const badName = await get("/api/tags", { "x-project-name": "not a name!" });
    const nowhere = await get("/api/v1/nowhere");
    const stored = await expectLogsToAgree(gateway, 18);
    const of = (id: string): StoredRequest | undefined => stored.find((one) => one.id === id);

    expect(of(ids.chat)).toMatchObject({
      kind: "request",
      tenant: "acme",
      project: "acme",
      client: "127.0.0.1",
      route: "POST /api/v1/chat",
      dialect: "service",
      operation: "chat",
      model: "fake",
      status: 200,
      ended: "completed",
      cache: "MISS",
      streamed: false,
      isPromptCut: false,
    });
    expect(of(ids.chat)?.host).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(of(ids.chat)?.bytesIn).toBe(JSON.stringify({ model: "fake", messages }).length);
    expect(of(ids.hit)).toMatchObject({ cache: "HIT-EXACT", host: undefined });
    expect(of(ids.hit)?.savedMs).toBeGreaterThan(0);
    expect(of(ids.stream)).toMatchObject({ streamed: true, operation: "generate" });
    expect(of(ids.completion)).toMatchObject({ dialect: "openai", operation: "chat" });
    expect(of(ids.embeddings)).toMatchObject({ dialect: "both", operation: "embeddings" });
    expect(of(ids.ollama)).toMatchObject({ dialect: "ollama", route: "POST /api/chat" });
    expect(of(ids.openai)).toMatchObject({ dialect: "openai", streamed: true });
    expect(of(ids.anthropic)).toMatchObject({ dialect: "anthropic", route: "POST /v1/messages" });
    expect(of(ids.batch)).toMatchObject({ kind: "batch", status: 200, model: undefined });
    expect(of(`${ids.batch}-0`)).toMatchObject({ kind: "item", ended: "completed", model: "fake" });
    expect(of(`${ids.batch}-1`)).toMatchObject({ ended: "failed", errorCode: "validation_error" });
    expect(of(ids.invalid)).toMatchObject({ status: 422, errorCode: "validation_error" });
    expect(of(ids.unknown)).toMatchObject({ route: "other", operation: "other", ended: "failed" });
    expect(of(ids.missing)).toMatchObject({ status: 404, ended: "failed" });
    expect(of(models)).toMatchObject({ route: "GET /api/v1/models", project: "unknown" });
    expect(of(tags)).toMatchObject({ route: "GET /api/tags", tenant: "[127.0.0.1]" });
    expect(of(badName)).toMatchObject({ errorCode: "invalid_project_name", project: "unknown" });
    expect(of(nowhere)).toMatchObject({ errorCode: "not_found", route: undefined });

    expect(JSON.stringify(stored)).not.toContain("secret");
  });

  it("are there of requests that their clients have left", async () => {
    const { gateway, ollama } = await startService(ON, { endlessGapMs: 2 });
    for (const path of ["/api/chat", "/v1/chat/completions", "/api/v1/chat"]) {
      const client = new AbortController();
      const body = { model: "fake", messages, stream: true };
      const answer = await gateway.post(path, body, { signal: client.signal });
      await answer.body?.getReader().read();
      client.abort();
      await ollama.sawCancel(path.replace("/api/v1", "/api"));
    }
    for (const one of await expectLogsToAgree(gateway, 3)) {
      expect(one).toMatchObject({ ended: "client_left", isWhole: false, status: 200 });
      expect(one.tokensEstimated).toBe(true);
    }
  });

  it("are for this user alone, and not there where they are switched off", async () => {
    const on = await startService(ON);
    await on.gateway.get("/api/tags");
    await storedIn(on.gateway, 1);
    expect((await stat(requestFile(on.gateway.home))).mode & 0o777).toBe(0o600);
    const off = await startService({ REQUEST_LOG_ENABLED: "false" });
    await off.gateway.get("/api/tags");
    await loggedEvents(off.gateway, "http_request", 1);
    const names = await readdir(dirname(requestFile(off.gateway.home))).catch(() => []);
    expect(names.filter((name) => name.startsWith("requests"))).toEqual([]);
  });
});

/** Starts a service of its own process in front of a fake. */
async function startProcess(home: string) {
  const ollama = await startFakeOllama({ models: ["fake:latest"] });
  ollama.inMemory.push("fake:latest");
  const chats = new HeldAnswers(ollama, "/api/chat");
  const service = startServiceProcess({
    home,
    env: { OLLAMA_BASE_URL: ollama.url, DRAIN_TIMEOUT: "1", UPSTREAM_PARALLEL: "4" },
  });
  await service.listening();
  return { service, chats };
}

describe("a service that stops", () => {
  it("has kept all requests, and says of those that it broke off that it was stopping", async () => {
    const home = await makeHome();
    const { service, chats } = await startProcess(home);
    const ids: string[] = [];
    for (let i = 0; i < 300; i += 1) ids.push(idOf(await service.get("/api/v1/health")));
    const open = service.post("/api/chat", { model: "fake", messages, stream: true });
    (await chats.next()).piece("one");
    ids.push(idOf(await open));
    service.signal("SIGTERM");
    await service.endsWith(0);
    const stored = storedRequests(home);
    expect(stored.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(stored.at(-1)).toMatchObject({ ended: "stopping", isWhole: false });
  });
});

const newService = async (home: string) => {
  const { service } = await startProcess(home);
  return service;
};

describe("a file that cannot be used", () => {
  it.each([
    ["damaged", (file: string) => writeFile(file, "no database ".repeat(500))],
    [
      "of a later version",
      async (file: string) => {
        const home = dirname(dirname(file));
        storedRequests(home);
        const db = new Driver(file);
        db.exec("PRAGMA user_version = 99");
        db.close();
      },
    ],
  ])(
    "since it is %s is set aside, with a clear word, and the service goes on",
    async (what, make) => {
      const home = await makeHome();
      mkdirSync(join(home, "data"), { recursive: true });
      await make(requestFile(home));
      const service = await newService(home);
      await service.get("/api/v1/health");
      const words = `the file of request records is ${what}: it is renamed, and a new one is begun`;
      const says = async (): Promise<boolean> => (await serviceLog({ home })).includes(words);
      await until(says, "the log says so");
      await until(() => storedRequests(home).length === 1, "the request is stored");
      const names = await readdir(join(home, "data"));
      expect(names.filter((name) => name.startsWith("requests.db.unusable"))).not.toEqual([]);
    },
  );

  it("since another process has locked it is waited for, and nothing is lost", async () => {
    const { gateway } = await startService(ON);
    await gateway.get("/api/tags");
    await storedIn(gateway, 1);
    const other = new Driver(requestFile(gateway.home));
    other.exec("BEGIN IMMEDIATE");
    for (let i = 0; i < 20; i += 1) expect((await gateway.get("/api/tags")).status).toBe(200);
    const says = async (words: string): Promise<boolean> =>
      (await serviceLog(gateway)).includes(words);
    await until(() => says("cannot be stored now: they wait"), "the log says so", 30_000);
    other.exec("COMMIT");
    other.close();
    await until(() => says("are stored again"), "the log says so", 30_000);
    await storedIn(gateway, 21);
  });

  it("since a folder has its name is told, and requests are answered", async () => {
    const home = await makeHome();
    mkdirSync(requestFile(home), { recursive: true });
    const service = await newService(home);
    expect((await service.get("/api/v1/health")).status).toBe(200);
    const says = async (): Promise<boolean> =>
      (await serviceLog({ home })).includes("records of requests cannot be stored now");
    await until(says, "the log says so");
    service.signal("SIGTERM");
    await service.endsWith(0);
  });
});
