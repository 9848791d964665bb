import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ollama } from "ollama";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { until } from "../../../tests/support/deadline.ts";
import { ggufFile } from "../../../tests/support/gguf-files.ts";
import { type RegistryOptions, startModelRegistry } from "../../../tests/support/model-registry.ts";
import { startProxy } from "../../../tests/support/test-proxy.ts";
import { type RunningEngine, linesOf, startEngine } from "./engine-process.ts";

const WEIGHTS = ggufFile({ weights: 600_000 });
const HALF = 300_000;

type Line = { status?: string; error?: string; total?: number; completed?: number };

async function newStore(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "engine-pull-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return root;
}

/** An engine whose store is empty; killed or not, it is gone after the test. */
async function engine(store: string, environment: Record<string, string> = {}) {
  const running = await startEngine({
    OLLAMA_MODELS: store,
    ENGINE_EMBEDDING_MODEL_FILE: "",
    ...environment,
  });
  onTestFinished(async () => {
    running.child.kill("SIGKILL");
    await running.exited;
  });
  return running;
}

/** An engine whose store is empty, for all tests that want no more of it. */
let shared: RunningEngine;
let sharedStore: string;

beforeAll(async () => {
  sharedStore = await mkdtemp(join(tmpdir(), "engine-pull-"));
  shared = await startEngine({ OLLAMA_MODELS: sharedStore, ENGINE_EMBEDDING_MODEL_FILE: "" });
});
afterAll(async () => {
  await shared.stop();
  await rm(sharedStore, { recursive: true, force: true });
});
afterEach(async () => {
  const client = new Ollama({ host: shared.url });
  for (const { name } of (await client.list()).models) await client.delete({ model: name });
});

async function registry(options: RegistryOptions = {}) {
  const started = await startModelRegistry(options);
  onTestFinished(() => started.stop());
  return started;
}

async function partials(store: string): Promise<string[]> {
  return (await readdir(join(store, "blobs"))).filter((name) => name.endsWith("-partial"));
}

/** How much of the only unfinished download is there. */
async function partialBytes(store: string): Promise<number> {
  const [name] = await partials(store);
  return name === undefined ? 0 : (await readFile(join(store, "blobs", name))).length;
}

describe("a pull", () => {
  it("tells its steps as Ollama does, and the model is there", async () => {
    const there = await registry();
    const texts = { template: "{{ .Prompt }}", system: "be brief", params: `{"top_k":7}` };
    const { digest } = there.publish("me/tiny", "v1", { weights: WEIGHTS, texts });
    const { post, url } = shared;
    const model = `${there.host}/me/tiny:v1`;
    const answer = await post("/api/pull", { model, insecure: true });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = await linesOf<Line>(answer);
    expect(lines[0]).toEqual({ status: "pulling manifest" });
    const weights = lines.filter(({ status }) => status === `pulling ${digest.slice(7, 19)}`);
    expect(weights.at(-1)).toMatchObject({ total: WEIGHTS.length, completed: WEIGHTS.length });
    expect(lines.slice(-3)).toEqual(
      ["verifying sha256 digest", "writing manifest", "success"].map((status) => ({ status })),
    );
    const client = new Ollama({ host: url });
    expect((await client.list()).models.map(({ name }) => name)).toEqual([model]);
    const shown = await client.show({ model });
    const { template, system } = texts;
    const parameters = `${"top_k".padEnd(30)} 7`;
    expect(shown).toMatchObject({ template, system, parameters });
  });

  it("answers with its end alone where no stream is wanted", async () => {
    const there = await registry();
    there.publish("me/tiny");
    const { post } = shared;
    const body = { name: `${there.host}/me/tiny`, insecure: true, stream: false };
    const answer = await post("/api/pull", body);
    expect([answer.status, await answer.json()]).toEqual([200, { status: "success" }]);
  });

  it("says in Ollama's words what cannot be had", async () => {
    const there = await registry();
    const { post } = shared;
    const pull = async (model: string, more: object) => {
      const answer = await post("/api/pull", { model, ...more });
      return [answer.status, await linesOf<Line>(answer)];
    };
    const missing = `${there.host}/me/none`;
    const error = "pull model manifest: file does not exist";
    expect(await pull(missing, { insecure: true })).toEqual([
      200,
      [{ status: "pulling manifest" }, { error }],
    ]);
    expect(await pull(missing, { insecure: true, stream: false })).toEqual([500, [{ error }]]);
    expect(await pull("../../etc/passwd", {})).toEqual([400, [{ error: "invalid model name" }]]);
    expect(await pull(`http://${missing}`, {})).toEqual([
      500,
      [{ error: "insecure protocol http" }],
    ]);
  });

  it("with a wrong digest ends in an error, and leaves nothing", async () => {
    const there = await registry();
    const { digest } = there.publish("me/tiny", "latest", { weights: WEIGHTS });
    there.fail(digest, { kind: "instead", content: Buffer.alloc(WEIGHTS.length, 1) });
    const { post, get } = shared;
    const answer = await post("/api/pull", { model: `${there.host}/me/tiny`, insecure: true });
    const lines = await linesOf<Line>(answer);
    expect(lines.at(-1)?.error).toMatch(/^digest mismatch, file must be downloaded again/);
    expect(await (await get("/api/tags")).json()).toEqual({ models: [] });
    expect(await readdir(join(sharedStore, "blobs"))).toEqual([]);
  });

  it("is one download for all who want the same model", async () => {
    const there = await registry();
    const { digest } = there.publish("me/tiny", "latest", { weights: WEIGHTS });
    const { url } = shared;
    const model = `${there.host}/me/tiny`;
    const pulls = Array.from({ length: 4 }, () =>
      new Ollama({ host: url }).pull({ model, insecure: true, stream: false }),
    );
    for (const { status } of await Promise.all(pulls)) expect(status).toBe("success");
    expect(there.blobRequests(digest)).toHaveLength(1);
  });

  it("ends with the last client that leaves, and the next goes on from there", async () => {
    const there = await registry();
    const { digest } = there.publish("me/tiny", "latest", { weights: WEIGHTS });
    there.fail(digest, { kind: "hold", afterBytes: HALF });
    const { post } = shared;
    const leaving = new AbortController();
    const body = { model: `${there.host}/me/tiny`, insecure: true };
    const answer = await post("/api/pull", body, leaving.signal);
    await answer.body?.getReader().read();
    await until(async () => (await partialBytes(sharedStore)) === HALF, "half of the weights");
    leaving.abort();
    await until(() => there.left() === 1, "the engine to leave the registry");
    const last = await linesOf<Line>(await post("/api/pull", body));
    expect(last.at(-1)).toEqual({ status: "success" });
    expect(there.blobRequests(digest).map(({ range }) => range)).toEqual([
      undefined,
      `bytes=${HALF}-`,
    ]);
  });

  it("that is killed shows nothing half, and goes on after the next start", async () => {
    const there = await registry();
    const { digest } = there.publish("me/tiny", "latest", { weights: WEIGHTS });
    there.fail(digest, { kind: "hold", afterBytes: HALF });
    const store = await newStore();
    const first = await engine(store);
    const body = { model: `${there.host}/me/tiny`, insecure: true };
    first.post("/api/pull", body).then(
      (answer) => answer.text().catch(() => ""),
      () => "",
    );
    await until(async () => (await partialBytes(store)) === HALF, "half of the weights");
    first.child.kill("SIGKILL");
    await first.exited;
    const second = await engine(store);
    expect(await (await second.get("/api/tags")).json()).toEqual({ models: [] });
    expect(await partials(store)).toHaveLength(1);
    const lines = await linesOf<Line>(await second.post("/api/pull", body));
    expect(lines.at(-1)).toEqual({ status: "success" });
    expect(there.blobRequests(digest).at(-1)?.range).toBe(`bytes=${HALF}-`);
    expect(await partials(store)).toEqual([]);
  });
});

describe("a proxy", () => {
  it("is gone through where HTTP_PROXY says so, and not for what NO_PROXY names", async () => {
    const there = await registry();
    there.publish("me/tiny");
    const proxy = await startProxy(there.url);
    onTestFinished(() => proxy.stop());
    const { post } = await engine(await newStore(), {
      HTTP_PROXY: proxy.url,
      NO_PROXY: "127.0.0.1",
    });
    const pull = async (model: string) =>
      (await post("/api/pull", { model, insecure: true, stream: false })).json();
    expect(await pull("http://registry.test/me/tiny")).toEqual({ status: "success" });
    expect(proxy.seen.every((host) => host.startsWith("registry.test"))).toBe(true);
    const through = proxy.seen.length;
    expect(through).toBeGreaterThan(0);
    expect(await pull(`${there.url}/me/tiny`)).toEqual({ status: "success" });
    expect(proxy.seen).toHaveLength(through);
  });

  it("tunnels https where HTTPS_PROXY says so", async () => {
    const there = await registry({ tls: true });
    there.publish("me/tiny");
    const proxy = await startProxy(there.url);
    onTestFinished(() => proxy.stop());
    const { post } = await engine(await newStore(), { https_proxy: proxy.url });
    const body = { model: "registry.test/me/tiny", insecure: true, stream: false };
    expect(await (await post("/api/pull", body)).json()).toEqual({ status: "success" });
    expect(new Set(proxy.seen)).toEqual(new Set(["registry.test:443"]));
  });
});
