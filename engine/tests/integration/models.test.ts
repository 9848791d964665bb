import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ollama } from "ollama";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type GgufParts, ggufFile, raw, u32, u64 } from "../../../tests/support/gguf-files.ts";
import { startModelRegistry } from "../../../tests/support/model-registry.ts";
import { type RunningEngine, linesOf, startEngine } from "./engine-process.ts";

const CHATML =
  "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";

let engine: RunningEngine;
let store: string;
let ollama: Ollama;

const start = (root: string) =>
  startEngine({ OLLAMA_MODELS: root, ENGINE_EMBEDDING_MODEL_FILE: "" });

beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), "engine-models-"));
  engine = await start(store);
  ollama = new Ollama({ host: engine.url });
});
afterAll(async () => {
  await engine.stop();
  await rm(store, { recursive: true, force: true });
});

const digestOf = (content: Buffer) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

async function upload(content: Buffer, { url } = engine): Promise<string> {
  const digest = digestOf(content);
  const answer = await fetch(`${url}/api/blobs/${digest}`, {
    method: "POST",
    body: new Uint8Array(content),
  });
  expect([200, 201]).toContain(answer.status);
  return digest;
}

/** A model of its own name, removed with the test. */
async function made(name: string, parts: GgufParts = {}): Promise<string> {
  const digest = await upload(ggufFile(parts));
  const answer = await engine.post("/api/create", { model: name, files: { "m.gguf": digest } });
  expect((await linesOf<{ status: string }>(answer)).at(-1)).toEqual({ status: "success" });
  onTestFinished(async () => {
    await fetch(`${engine.url}/api/delete`, {
      method: "DELETE",
      body: JSON.stringify({ model: name }),
    });
  });
  return digest;
}

const refused = async (body: object) => {
  const answer = await engine.post("/api/create", body);
  return { status: answer.status, error: ((await answer.json()) as { error: string }).error };
};

describe("blobs", () => {
  const content = Buffer.from("some bytes");
  const digest = digestOf(content);
  const path = (named: string) => `${engine.url}/api/blobs/${named}`;

  it("are taken once, found by either spelling, and nothing else is", async () => {
    const head = async (named: string) => (await fetch(path(named), { method: "HEAD" })).status;
    const post = (named: string) =>
      fetch(path(named), { method: "POST", body: content.toString() });
    expect(await head(digest)).toBe(404);
    const first = await post(digest);
    expect([first.status, await first.text()]).toEqual([201, ""]);
    expect((await post(digest)).status).toBe(200);
    expect(await head(digest)).toBe(200);
    expect(await head(digest.replace(":", "-"))).toBe(200);
    expect(await head(encodeURIComponent(digest))).toBe(200);
    for (const bad of ["sha256:12", "md5:0", encodeURIComponent("../../etc/passwd"), "sha256:"]) {
      expect(await head(bad)).toBe(400);
      const answer = await post(bad);
      expect([answer.status, await answer.json()]).toEqual([
        400,
        { error: "invalid digest format" },
      ]);
    }
  });

  it("with another content are refused, and nothing is left of them", async () => {
    const before = await readdir(join(store, "blobs"));
    const wanted = `sha256:${"0".repeat(64)}`;
    const answer = await fetch(path(wanted), { method: "POST", body: "other bytes" });
    const got = digestOf(Buffer.from("other bytes"));
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: `digest mismatch, expected "${wanted}", got "${got}"` },
    ]);
    expect(await readdir(join(store, "blobs"))).toEqual(before);
    expect(await readdir(join(store, `.incoming-${engine.child.pid}`))).toEqual([]);
  });
});

describe("create", () => {
  it("makes a model of an uploaded file, with its own layout where it is a plain one", async () => {
    const entries = { "general.architecture": "llama", "tokenizer.chat_template": CHATML };
    const digest = await upload(ggufFile({ entries }));
    const answer = await engine.post("/api/create", { model: "own", files: { "m.gguf": digest } });
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = await linesOf<{ status: string }>(answer);
    expect(lines.slice(0, 3).map(({ status }) => status)).toEqual([
      "parsing GGUF",
      `using existing layer ${digest}`,
      "using autodetected template chatml",
    ]);
    expect(lines.slice(-2)).toEqual([{ status: "writing manifest" }, { status: "success" }]);
    const shown = await ollama.show({ model: "own" });
    expect(shown.template).toContain("<|im_start|>");
    expect(shown.parameters).toContain(`stop                           "<|im_end|>"`);
    expect(shown.details).toMatchObject({ format: "gguf", family: "llama", parameter_size: "128" });
    await ollama.delete({ model: "own" });
  });

  it("makes a model of another, and says what is new in it", async () => {
    const digest = await made("base");
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content: "ho" },
    ];
    const end = await ollama.create({
      model: "me/derived:v1",
      from: "base",
      system: "be <brief>",
      parameters: { temperature: 0.5, stop: ["<|a|>"] },
      messages,
      license: ["one", "two"],
      stream: false,
    });
    expect(end).toEqual({ status: "success" });
    const shown = await ollama.show({ model: "ME/Derived:V1" });
    expect(shown).toMatchObject({
      system: "be <brief>",
      license: "one\ntwo",
      messages,
      template: "{{ .Prompt }}",
      details: { parent_model: "base:latest" },
    });
    expect(shown.parameters.split("\n")).toEqual([
      `stop                           "<|a|>"`,
      "temperature                    0.5",
    ]);
    for (const line of [
      "SYSTEM be <brief>",
      "PARAMETER stop <|a|>",
      "LICENSE one",
      "MESSAGE user hi",
    ])
      expect(shown.modelfile.split("\n")).toContain(line);
    const manifest = join(store, "manifests/registry.ollama.ai/me/derived/v1");
    const { layers } = JSON.parse(await readFile(manifest, "utf8")) as { layers: object[] };
    const kind = "application/vnd.ollama.image.";
    expect(layers[0]).toMatchObject({ mediaType: `${kind}model`, digest, from: "base:latest" });
    expect((await stat(manifest)).mode & 0o777).toBe(0o644);
    const again = await ollama.create({
      model: "me/derived:v1",
      from: "me/derived:v1",
      system: "other",
      parameters: { temperature: 1 },
      stream: false,
    });
    expect(again).toEqual({ status: "success" });
    const changed = await ollama.show({ model: "me/derived:v1" });
    expect(changed).toMatchObject({ system: "other", license: "one\ntwo", messages });
    expect(changed.parameters).toMatch(/stop .*\ntemperature +1$/);
    await ollama.delete({ model: "me/derived:v1" });
  });

  it("pulls a base that is not there", async () => {
    const there = await startModelRegistry();
    onTestFinished(() => there.stop());
    const { post } = engine;
    const missing = `${there.host}/me/none`;
    const answer = await post("/api/create", { model: "from-afar", from: missing });
    const lines = await linesOf<{ status?: string; error?: string }>(answer);
    expect(lines[0]).toEqual({ status: "pulling manifest" });
    expect(lines.at(-1)?.error).toMatch(/^pull model manifest: /);
    expect(await (await post("/api/show", { model: "from-afar" })).json()).toEqual({
      error: "model 'from-afar' not found",
    });
  });

  it("takes the base's own template and no other, and says what to do", async () => {
    await made("templated");
    const own = { model: "t2", from: "templated", template: "{{ .Prompt }}\n", stream: false };
    const answer = await engine.post("/api/create", own);
    expect([answer.status, await answer.json()]).toEqual([200, { status: "success" }]);
    await ollama.delete({ model: "t2" });
    for (const field of ["template", "renderer", "parser"]) {
      const { status, error } = await refused({ ...own, [field]: "{{ .System }}other" });
      expect(status).toBe(400);
      expect(error).toMatch(
        new RegExp(
          `^a ${field} other than the model's own is not offered .*: leave the ${field} out`,
        ),
      );
    }
  });

  it.each<[string, object, RegExp | string]>([
    ["no base", {}, "neither 'from' or 'files' was specified"],
    ["a base of no name", { from: "../up" }, "invalid model name"],
    ["a bad name", { model: "../../x", from: "a" }, "invalid model name"],
    ["an old Modelfile", { modelfile: "FROM a" }, "neither 'from' or 'files' was specified"],
    ["an absolute path", { files: { "/m.gguf": "sha256:0" } }, "file path must be relative"],
    ["a path upwards", { files: { "../m.gguf": "sha256:0" } }, "file path must be relative"],
    ["no digest", { files: { "m.gguf": "../../etc/passwd" } }, "invalid digest format"],
    ["no files", { files: {} }, "unknown type"],
    [
      "a file that is not there",
      { files: { "m.gguf": `sha256:${"1".repeat(64)}` } },
      /^blob "sha256:1+" not found, upload it/,
    ],
    ["safetensors", { files: { "m.safetensors": "sha256:0" } }, /^converting safetensors is not/],
    ["an adapter", { from: "a", adapters: { x: "y" } }, /^an adapter is not offered/],
    ["quantizing", { from: "a", quantize: "q4_0" }, /^quantizing is not offered/],
    [
      "a parameter of a wrong type",
      { from: "a", parameters: { temperature: "hot" } },
      `option "temperature" must be of type float32`,
    ],
    [
      "messages that are none",
      { from: "a", messages: ["hi"] },
      /^json: cannot unmarshal string into Go struct field CreateRequest.messages/,
    ],
  ])("refuses %s", async (_what, body, reason) => {
    for (const stream of [true, false]) {
      const { status, error } = await refused({ model: "never", ...body, stream });
      expect(status).toBe(400);
      if (typeof reason === "string") expect(error).toBe(reason);
      else expect(error).toMatch(reason);
    }
  });

  it("refuses a text that no model could be read with", async () => {
    await made("wordy");
    const system = "x".repeat(17 << 20);
    const { status, error } = await refused({ model: "never", from: "wordy", system });
    expect(status).toBe(400);
    expect(error).toMatch(/image\.system has 17825792 bytes$/);
  });

  it.each<[string, Buffer, RegExp]>([
    ["is something else", Buffer.from("no GGUF"), /^supplied file was not in GGUF format$/],
    ["is cut off", ggufFile({ weights: 100 }), /^invalid GGUF file: the file is cut off/],
    ["claims too many tensors", ggufFile({ tensorCount: 2n ** 60n }), /tensors are more than/],
    [
      "claims a text of 2^63 bytes",
      ggufFile({ entries: { x: raw(8, u64(2n ** 63n)) } }),
      /bytes in a text are more than/,
    ],
    [
      "holds lists of lists",
      ggufFile({ entries: { x: raw(9, u32(9), u64(1n), u32(9), u64(1n)) } }),
      /a list of lists/,
    ],
    ["holds an adapter", ggufFile({ entries: { "general.type": "adapter" } }), /with an adapter/],
    ["is one part of many", ggufFile({ entries: { "split.count": 3 } }), /one of 3 parts/],
  ])("refuses a file that %s, and goes on", async (_what, content, reason) => {
    const digest = await upload(content);
    const { status, error } = await refused({ model: "never", files: { "m.gguf": digest } });
    expect(status).toBe(400);
    expect(error).toMatch(reason);
    expect((await engine.get("/api/version")).status).toBe(200);
  });
});

describe("copy, delete and push", () => {
  it("a copy has the same digest, and outlives what it was made from", async () => {
    await made("original");
    expect(await ollama.copy({ source: "original", destination: "me/copied" })).toEqual({
      status: "success",
    });
    const { models } = await ollama.list();
    const digests = models.map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(1);
    await ollama.delete({ model: "Original" });
    await expect(ollama.show({ model: "me/copied" })).resolves.toBeDefined();
    await ollama.delete({ model: "me/copied" });
    expect(await (await engine.get("/api/tags")).json()).toEqual({ models: [] });
    const manifests = await readdir(join(store, "manifests"));
    expect(manifests).toEqual([]);
  });

  it("are refused in Ollama's words", async () => {
    const copy = async (source: string, destination: string) => {
      const answer = await engine.post("/api/copy", { source, destination });
      return [answer.status, await answer.json()];
    };
    expect(await copy("../a", "b")).toEqual([400, { error: `source "../a" is invalid` }]);
    expect(await copy("a", "b/../c")).toEqual([400, { error: `destination "b/../c" is invalid` }]);
    expect(await copy("none", "b")).toEqual([404, { error: `model "none" not found` }]);
    await expect(ollama.delete({ model: "none" })).rejects.toThrow("model 'none' not found");
    await expect(ollama.push({ model: "none" })).rejects.toThrow(/^pushing models is not offered/);
  });
});

describe("kill -9", () => {
  /** Engines of one store, one after the other; none survives the test. */
  async function lives() {
    const root = await mkdtemp(join(tmpdir(), "engine-killed-"));
    let now: RunningEngine | undefined;
    const kill = async () => {
      now?.child.kill("SIGKILL");
      await now?.exited;
    };
    onTestFinished(async () => {
      await kill();
      await rm(root, { recursive: true, force: true });
    });
    const next = async () => {
      await kill();
      now = await start(root);
      return now;
    };
    return { root, next };
  }

  /** Every model that is listed is whole, and nothing else is in the store. */
  async function expectWhole(root: string, { get, post }: RunningEngine): Promise<string[]> {
    const { models } = (await (await get("/api/tags")).json()) as { models: { name: string }[] };
    const used = new Set<string>();
    for (const { name } of models) {
      expect((await post("/api/show", { model: name })).status).toBe(200);
      const path = join(root, "manifests/registry.ollama.ai/library", name.replace(":", "/"));
      for (const [digest] of (await readFile(path, "utf8")).matchAll(/sha256:\w{64}/g)) {
        used.add(digest.replace(":", "-"));
      }
    }
    expect(new Set(await readdir(join(root, "blobs")))).toEqual(used);
    return models.map(({ name }) => name);
  }

  it("while models are made and deleted leaves whole models and nothing else", async () => {
    const { root, next } = await lives();
    const weights = ggufFile({ weights: 200_000 });
    let now = await next();
    for (let round = 0; round < 3; round += 1) {
      const { post, url } = now;
      const digest = await upload(weights, { url } as RunningEngine);
      await (
        await post("/api/create", { model: "base", files: { "m.gguf": digest }, stream: false })
      ).text();
      const quiet = (answer: Promise<Response>) => answer.then((it) => it.text()).catch(() => "");
      const remove = (model: string) =>
        fetch(`${url}/api/delete`, { method: "DELETE", body: JSON.stringify({ model }) });
      const work = Array.from({ length: 30 }, (_, index) => [
        quiet(
          post("/api/create", { model: `m${index}`, from: "base", system: `${round} ${index}` }),
        ),
        quiet(remove(`m${(index * 7) % 30}`)),
      ]).flat();
      // Some are done by now and some have only begun.
      await work[20 + round * 7];
      now = await next();
      await Promise.all(work);
      expect(await expectWhole(root, now)).toContain("base:latest");
    }
  });

  it("while a file is uploaded leaves nothing of it", async () => {
    const { root, next } = await lives();
    const { url } = await next();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(100_000)),
    });
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    const uploading = fetch(`${url}/api/blobs/sha256:${"a".repeat(64)}`, init).catch(() => "cut");
    const incoming = async () => {
      const [folder] = (await readdir(root)).filter((name) => name.startsWith(".incoming-"));
      return folder === undefined ? [] : readdir(join(root, folder));
    };
    while ((await incoming()).length === 0) await new Promise((turn) => setTimeout(turn, 5));
    const after = await next();
    expect(await uploading).toBe("cut");
    expect(await expectWhole(root, after)).toEqual([]);
    expect(await incoming()).toEqual([]);
  });
});
