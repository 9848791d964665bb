import { describe, expect, it } from "vitest";
import { until, within } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { serviceLog, startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers, type HeldAnswer } from "../support/held-answers.ts";
import { LineReader, type JsonLine } from "../support/ndjson.ts";
import { expectNativeError, jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const PULL = "/api/v1/models/pull";
const MANIFEST = { status: "pulling manifest" };
const SUCCESS = { status: "success" };
const CANCELLED = { code: "cancelled", error: "The pull of 'qwen3:latest' was cancelled" };

const GB = 1e9;
const ROOMY = { totalBytes: 1000 * GB, freeBytes: 500 * GB };

async function setUp({
  env = {},
  disk = ROOMY,
}: { env?: Record<string, string>; disk?: typeof ROOMY } = {}) {
  const ollama = await startFakeOllama();
  const folders: string[] = [];
  const gateway = await startGateway(
    { OLLAMA_BASE_URL: ollama.url, OLLAMA_MODELS: "/models", RATE_LIMIT_ENABLED: "false", ...env },
    {},
    {
      readDisk: (folder) => {
        folders.push(folder);
        return Promise.resolve(disk);
      },
    },
  );
  return { gateway, ollama, folders, pulls: new HeldAnswers(ollama, "/api/pull") };
}

/** A line about a part of a model. */
function part(name: string, completed: number, total = 100): JsonLine {
  return { status: `pulling ${name}`, digest: `sha256:${name}`, total, completed };
}

const ask = (gateway: Gateway, more: object = {}, init: RequestInit = {}) =>
  gateway.post(PULL, { model: "qwen3", ...more }, init);
const cancel = (gateway: Gateway, model = "qwen3") =>
  gateway.get(`${PULL}/${model}`, { method: "DELETE" });

/** Begins a pull whose size is known. */
async function begun(gateway: Gateway, pulls: HeldAnswers) {
  const asking = ask(gateway);
  const server = await pulls.next();
  server.line(MANIFEST);
  server.line(part("a", 10));
  const watcher = new LineReader(await within(asking, "the head of the stream"));
  expect([await watcher.next(), await watcher.next()]).toEqual([MANIFEST, part("a", 10)]);
  return { server, watcher };
}

function finish(server: HeldAnswer): void {
  server.line(SUCCESS);
  server.response.end();
}

describe("POST /api/v1/models/pull", () => {
  it("streams where the download stands", async () => {
    const { gateway, pulls, ollama } = await setUp();
    const { server, watcher } = await begun(gateway, pulls);
    expect(server.body).toEqual({ model: "qwen3", insecure: false, stream: true });
    server.line(part("a", 100));
    expect(await watcher.next()).toEqual(part("a", 100));
    finish(server);
    expect(await watcher.rest()).toEqual([SUCCESS]);
    expect(ollama.to("/api/pull")).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });

  it("answers once where no stream is wanted, and takes Ollama's word for the name", async () => {
    const { gateway, pulls } = await setUp();
    const asking = gateway.post(PULL, { name: "ada/qwen3:8b", insecure: true, stream: false });
    const server = await pulls.next();
    expect(server.body).toEqual({ model: "ada/qwen3:8b", insecure: true, stream: true });
    finish(server);
    expect(await jsonOf(await asking)).toEqual(SUCCESS);
    await nothingIsHeld({ gateway });
  });

  it("is known as soon as it is there", async () => {
    const { gateway, pulls, ollama } = await setUp();
    expect((await gateway.get("/api/v1/models/qwen3")).status).toBe(404);
    const { server, watcher } = await begun(gateway, pulls);
    ollama.installed.add("qwen3:latest");
    server.line(SUCCESS);
    expect(await watcher.next()).toEqual(SUCCESS);
    expect((await gateway.get("/api/v1/models/qwen3")).status).toBe(200);
    server.response.end();
    await nothingIsHeld({ gateway });
  });

  it.each([
    [{}, /^name is needed$/],
    [{ model: "../../etc/passwd" }, /is no model's name/],
    [{ model: "foo bar" }, /is no model's name/],
    [{ model: "x".repeat(513) }, /at most 512 characters/],
  ])("refuses %j", async (body, says) => {
    const { gateway, ollama } = await setUp();
    await expectNativeError(await gateway.post(PULL, body), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says,
    });
    expect(ollama.to("/api/pull")).toEqual([]);
  });

  it("refuses fields that it does not know", async () => {
    const { gateway } = await setUp();
    expect((await ask(gateway, { streams: true })).status).toBe(422);
  });
});

describe("one model pulled by several", () => {
  it("is one download, and who comes late sees first where it stands", async () => {
    const { gateway, pulls, ollama } = await setUp();
    const { server, watcher } = await begun(gateway, pulls);
    server.line(part("a", 100));
    server.line(part("b", 5));
    expect([await watcher.next(), await watcher.next()]).toEqual([part("a", 100), part("b", 5)]);
    const late = new LineReader(await ask(gateway, { model: "QWEN3:latest" }));
    // Of each part the latest line only.
    const soFar = [await late.next(), await late.next(), await late.next()];
    expect(soFar).toEqual([MANIFEST, part("a", 100), part("b", 5)]);
    const whole = ask(gateway, { stream: false });
    await until(() => gateway.service.load().active === 3, "the third watcher");
    finish(server);
    expect(await watcher.rest()).toEqual([SUCCESS]);
    expect(await late.rest()).toEqual([SUCCESS]);
    expect(await jsonOf(await whole)).toEqual(SUCCESS);
    expect(ollama.to("/api/pull")).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });

  it("goes on when its watchers leave, also the last one", async () => {
    const { gateway, pulls, ollama } = await setUp();
    const client = new AbortController();
    const asking = ask(gateway, {}, { signal: client.signal });
    const server = await pulls.next();
    server.line(part("a", 10));
    await new LineReader(await asking).next();
    client.abort();
    await until(() => gateway.service.load().active === 0, "the client has left");
    expect(gateway.service.load().pulls).toBe(1);
    const next = new LineReader(await ask(gateway));
    expect(await next.next()).toEqual(part("a", 10));
    server.line(part("a", 50));
    expect(await next.next()).toEqual(part("a", 50));
    finish(server);
    expect(await next.rest()).toEqual([SUCCESS]);
    expect(server.request.cancelled).toBe(false);
    expect(ollama.to("/api/pull")).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });

  it("is another download once it has ended", async () => {
    const { gateway, pulls, ollama } = await setUp();
    for (let i = 0; i < 2; i += 1) {
      const { server, watcher } = await begun(gateway, pulls);
      finish(server);
      await watcher.rest();
      await nothingIsHeld({ gateway });
    }
    expect(ollama.to("/api/pull")).toHaveLength(2);
  });
});

describe("DELETE /api/v1/models/pull/{name}", () => {
  it("cancels the download for all its watchers", async () => {
    const { gateway, pulls } = await setUp();
    const { server, watcher } = await begun(gateway, pulls);
    const whole = ask(gateway, { stream: false });
    await until(() => gateway.service.load().active === 2, "the second watcher");
    const cancelled = await cancel(gateway, "qwen3%3Alatest");
    expect(await jsonOf(cancelled)).toEqual(SUCCESS);
    await server.sawCancel();
    expect(await watcher.rest()).toMatchObject([CANCELLED]);
    await expectNativeError(await whole, {
      status: 409,
      code: "cancelled",
      type: "RequestError",
      says: CANCELLED.error,
    });
    await nothingIsHeld({ gateway });
    expect((await cancel(gateway)).status).toBe(404);
  });

  it.each(["ada/own:1", "ada%2Fown%3A1"])("knows %s", async (inPath) => {
    const { gateway, pulls } = await setUp();
    const asking = gateway.post(PULL, { model: "ada/own:1", stream: false });
    const server = await pulls.next();
    expect((await cancel(gateway, inPath)).status).toBe(200);
    await server.sawCancel();
    expect((await asking).status).toBe(409);
    await nothingIsHeld({ gateway });
  });

  it("lets the model be pulled again at once", async () => {
    const { gateway, pulls } = await setUp();
    const { watcher } = await begun(gateway, pulls);
    await cancel(gateway);
    const again = await begun(gateway, pulls);
    finish(again.server);
    expect(await again.watcher.rest()).toEqual([SUCCESS]);
    expect(await watcher.rest()).toMatchObject([CANCELLED]);
    await nothingIsHeld({ gateway });
  });

  it("says that there is nothing to cancel", async () => {
    const { gateway } = await setUp();
    await expectNativeError(await cancel(gateway, "other"), {
      status: 404,
      code: "not_found",
      type: "NotFoundError",
      says: /^No pull of 'other' is under way$/,
    });
    expect((await cancel(gateway, "..%2Fx")).status).toBe(400);
    expect((await cancel(gateway, "foo%20bar")).status).toBe(400);
  });
});

describe("a pull that fails", () => {
  it.each([
    ["pull model manifest: file does not exist", 404, "model_not_found", "NotFoundError"],
    ["insecure protocol http", 400, "invalid_request", "InvalidRequestError"],
    [
      "write /m/blob: no space left on device",
      507,
      "insufficient_storage",
      "InsufficientStorageError",
    ],
  ])("has a status while its head is held: %s", async (error, status, code, type) => {
    const { gateway, pulls } = await setUp();
    for (const stream of [true, false]) {
      const asking = ask(gateway, { stream });
      const server = await pulls.next();
      server.line(MANIFEST);
      server.line({ error });
      server.response.end();
      await expectNativeError(await asking, { status, code, type, says: error });
    }
    await nothingIsHeld({ gateway });
  });

  it("has a status where the server gives it one", async () => {
    const { gateway, pulls } = await setUp();
    const asking = ask(gateway);
    (await pulls.next()).json({ error: "invalid model name" }, 400);
    await expectNativeError(await asking, {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: /^invalid model name$/,
    });
    await nothingIsHeld({ gateway });
  });

  it("is told in the last line once it has begun, and can be asked for again", async () => {
    const { gateway, pulls } = await setUp();
    const { server, watcher } = await begun(gateway, pulls);
    server.line({ error: "max retries exceeded: EOF" });
    server.response.end();
    expect(await watcher.rest()).toMatchObject([
      { error: "max retries exceeded: EOF", code: "upstream_unavailable", retry_after: 2 },
    ]);
    const again = await begun(gateway, pulls);
    finish(again.server);
    expect(await again.watcher.rest()).toEqual([SUCCESS]);
    await nothingIsHeld({ gateway });
    await gateway.service.lifecycle.stop();
    expect(await serviceLog(gateway)).toContain("max retries exceeded");
  });

  it.each(["crash", "end", "nonsense"] as const)("tells of a server's %s", async (how) => {
    const { gateway, pulls } = await setUp();
    const { server, watcher } = await begun(gateway, pulls);
    if (how === "crash") server.crash();
    if (how === "nonsense") server.send("<html>\n");
    if (how === "end") server.response.end();
    expect(await watcher.rest()).toMatchObject([{ code: "upstream_unavailable" }]);
    await nothingIsHeld({ gateway });
  });

  it("tells that the server is away", async () => {
    const { gateway, ollama } = await setUp();
    await ollama.stop();
    const answer = await ask(gateway);
    expect([answer.status, await jsonOf(answer)]).toMatchObject([
      503,
      { code: "upstream_unavailable" },
    ]);
    await nothingIsHeld({ gateway });
  });
});

describe("the disk", () => {
  const tight = { totalBytes: 100 * GB, freeBytes: 18 * GB };

  it("refuses what would not leave enough of it, with both numbers", async () => {
    const { gateway, pulls, folders } = await setUp({ disk: tight });
    const asking = ask(gateway);
    const server = await pulls.next();
    server.line(MANIFEST);
    server.line(part("a", 0, 9 * GB));
    await expectNativeError(await asking, {
      status: 507,
      code: "insufficient_storage",
      type: "InsufficientStorageError",
      says: /takes 9\.0 GB more, and 18\.0 GB of the disk are free: at least 10\.0 GB have to stay/,
      more: { needed_bytes: 9 * GB, free_bytes: 18 * GB, reserve_bytes: 10 * GB },
    });
    await server.sawCancel();
    expect(folders).toEqual(["/models"]);
    await nothingIsHeld({ gateway });
  });

  it("counts what is there already, and adds up the parts", async () => {
    const { gateway, pulls } = await setUp({ disk: tight });
    const asking = ask(gateway);
    const server = await pulls.next();
    server.line(part("there", 50 * GB, 50 * GB));
    server.line(part("a", 2 * GB, 9 * GB));
    const watcher = new LineReader(await asking);
    server.line(part("b", 0, 0.9 * GB));
    server.line(part("c", 0, 0.2 * GB));
    expect((await watcher.rest()).at(-1)).toMatchObject({
      code: "insufficient_storage",
      needed_bytes: 8.1 * GB,
    });
    await server.sawCancel();
    await nothingIsHeld({ gateway });
  });

  it("counts what other pulls have still to write, until they end", async () => {
    const { gateway, pulls } = await setUp({ disk: tight });
    const asking = ask(gateway, { model: "first" });
    const first = await pulls.next();
    first.line(part("a", 0, 6 * GB));
    const watcher = new LineReader(await asking);
    const refused = ask(gateway, { model: "second" });
    (await pulls.next()).line(part("b", 0, 6 * GB));
    expect((await refused).status).toBe(507);
    finish(first);
    await watcher.rest();
    const again = ask(gateway, { model: "second" });
    const second = await pulls.next();
    second.line(part("b", 0, 6 * GB));
    expect((await again).status).toBe(200);
    finish(second);
    await nothingIsHeld({ gateway });
  });
});

it("runs three pulls at once, and refuses a fourth by naming them", async () => {
  const { gateway, pulls } = await setUp();
  const asking = ["a", "b", "c"].map((model) => ask(gateway, { model, stream: false }));
  await pulls.came(3);
  await expectNativeError(await ask(gateway, { model: "d" }), {
    status: 503,
    code: "queue_full",
    type: "RequestError",
    says: /^3 models are being pulled, .*: a:latest, b:latest, c:latest\. Wait for one/,
    more: { retry_after: 2 },
  });
  expect((await cancel(gateway, "b")).status).toBe(200);
  const fourth = ask(gateway, { model: "d", stream: false });
  await pulls.came(4);
  for (const held of pulls.all) if (!held.request.cancelled) finish(held);
  const statuses = await Promise.all(
    [...asking, fourth].map(async (answer) => (await answer).status),
  );
  expect(statuses).toEqual([200, 409, 200, 200]);
  await nothingIsHeld({ gateway });
});

it("ends with the service, which does not wait for it", async () => {
  const { gateway, pulls } = await setUp({ env: { DRAIN_TIMEOUT: "60" } });
  const { server, watcher } = await begun(gateway, pulls);
  await within(gateway.service.lifecycle.stop(), "the service's end");
  await server.sawCancel();
  expect(await watcher.rest()).toMatchObject([{ code: "shutting_down", retry_after: 5 }]);
});
