import { describe, expect, it } from "vitest";
import { decompressZstd } from "../../src/dialects/zstd-body.ts";
import { disposition, FORM_TYPE, formBody, zstd } from "../support/encoded-bodies.ts";
import { photo, dataUrl } from "../support/image-files.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { idOf, jsonOf, startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const ALIASES = { "gpt-4o": "fake:latest", "claude-*": "fake:latest", "tts*": "all-minilm:latest" };

const start = (env: Record<string, string> = {}) => startService(env, {}, { aliases: ALIASES });

const post = ({ gateway }: RunningService, path: string, body: string | Buffer, init = {}) =>
  gateway.post(path, "", { body: new Uint8Array(Buffer.from(body)), ...init });

/** The bytes of the only request that has come to a path. */
function receivedAt({ ollama }: RunningService, path: string): Buffer {
  const all = ollama.to(path);
  expect(all).toHaveLength(1);
  return all[0]?.body ?? Buffer.alloc(0);
}

const MESSAGES = '"messages":[{"role":"user","content":"a \\u0001 \\/ größe 😀"}]';

/** Routes, and a body with a model's name in it, written as no library writes it. */
const ROUTES: [path: string, body: (model: string) => string][] = [
  ["/api/chat", (model) => `{ "model" :"${model}", ${MESSAGES} ,"x":1.50e+1}`],
  ["/api/generate", (model) => `{"prompt":"hi","model":"${model}","stream":false}\n`],
  ["/api/embed", (model) => `{"input":["hi"],"model":"${model}"}`],
  ["/api/embeddings", (model) => `{"MODEL":"${model}","prompt":"hi"}`],
  ["/api/show", (model) => `{"verbose":false, "model":"${model}"}`],
  ["/api/show", (model) => `{"name":"${model}"}`],
  ["/v1/chat/completions", (model) => `{${MESSAGES},"model":"${model}","stream":true}`],
  ["/v1/completions", (model) => `{"prompt":"hi","model":"${model}"}`],
  ["/v1/embeddings", (model) => `{"input":"hi","model":"${model}"}`],
  ["/v1/messages", (model) => `{"max_tokens":9,${MESSAGES},"model":"${model}"}`],
  ["/v1/responses", (model) => `{"input":"hi","model":"${model}"}`],
];

describe("an alias in a body that passes through", () => {
  it.each(ROUTES)("is replaced at %s, and no other byte", async (path, body) => {
    const service = await start();
    const { gateway, ollama } = service;
    ollama.script(
      path,
      (_request, response) => void response.end(`{"model":"as the server says"}`),
    );
    const answer = await post(service, path, body("gpt-4o"));
    expect([answer.status, await answer.text()]).toEqual([200, '{"model":"as the server says"}']);
    expect(receivedAt(service, path).toString()).toBe(body("fake:latest"));
    await nothingIsHeld({ gateway });
  });

  it.each(ROUTES)("is replaced at %s where a glob fits it", async (path, body) => {
    const service = await start();
    service.ollama.script(path, (_request, response) => void response.end("{}"));
    expect((await post(service, path, body("Claude-3-opus:latest"))).status).toBe(200);
    expect(receivedAt(service, path).toString()).toBe(body("fake:latest"));
  });

  it.each(ROUTES)("at %s: a name that is none goes as it came", async (path, body) => {
    const service = await start();
    for (const name of ["fake", "gpt-4", "größe", "GPT-3\\u002d"]) {
      await (await post(service, path, body(name))).text();
      const last = service.ollama.to(path).at(-1);
      expect(last?.body.toString()).toBe(body(name));
    }
  });

  it.each([
    ["an escape", '{"model":"gpt\\u002d4\\u006f"}', '{"model":"fake:latest"}'],
    ["an escaped name", '{"\\u006dodel":"gpt-4o"}', '{"\\u006dodel":"fake:latest"}'],
    ["the name twice", '{"model":"x","model":"gpt-4o"}', '{"model":"x","model":"fake:latest"}'],
    ["another one behind", '{"model":"gpt-4o","model":"x"}', '{"model":"gpt-4o","model":"x"}'],
    ["two spellings", '{"Model":"x","model":"gpt-4o"}', '{"Model":"x","model":"fake:latest"}'],
    ["null behind", '{"model":"gpt-4o","model":null}', '{"model":"fake:latest","model":null}'],
    ["a second body", '{"model":"gpt-4o"} {"model":"y"}', '{"model":"fake:latest"} {"model":"y"}'],
  ])("with %s is read as Go reads it", async (_how, body, expected) => {
    const service = await start();
    service.ollama.script("/api/chat", (_request, response) => void response.end("{}"));
    await (await post(service, "/api/chat", body)).text();
    expect(receivedAt(service, "/api/chat").toString()).toBe(expected);
  });

  it("counts as its model for the log and for what is in memory", async () => {
    const service = await start();
    const { gateway, ollama } = service;
    ollama.inMemory.splice(0);
    const body = `{"model":"gpt-4o",${MESSAGES},"stream":true}`;
    const answer = await post(service, "/api/chat", body);
    const lines = (await answer.text()).trim().split("\n");
    expect(lines.length).toBeGreaterThan(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ model: "fake:latest", done: false });
    expect(ollama.loads).toEqual(["fake:latest"]);
    expect(await loggedEventOf(gateway, idOf(answer))).toMatchObject({ model: "fake:latest" });
  });

  it("in a large body is replaced on a thread, around whatever bytes there are", async () => {
    const service = await start();
    const { gateway, ollama } = service;
    ollama.script("/api/chat", (_request, response) => void response.end("{}"));
    const image = Buffer.alloc(9_000_000, 251).toString("base64");
    const body = (model: string): string =>
      `{"messages":[{"role":"user","content":"?","images":["${image}"]}], "model" : "${model}"}`;
    expect((await post(service, "/api/chat", body("gpt-4o"))).status).toBe(200);
    expect(receivedAt(service, "/api/chat").equals(Buffer.from(body("fake:latest")))).toBe(true);
    await nothingIsHeld({ gateway });
  });

  it("goes with compressed images, too", async () => {
    const service = await start();
    service.ollama.script("/v1/chat/completions", (_request, response) => void response.end("{}"));
    const url = dataUrl(await photo({ width: 900, height: 700 }));
    const content = [{ type: "image_url", image_url: { url } }];
    const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content }] });
    const headers = { "x-shared-ollama-image-compression": "on" };
    expect((await post(service, "/v1/chat/completions", body, { headers })).status).toBe(200);
    const sent = receivedAt(service, "/v1/chat/completions").toString();
    expect(JSON.parse(sent)).toMatchObject({ model: "fake:latest" });
  });

  it("shares the kept answers of its model", async () => {
    const service = await start({ RESPONSE_CACHE_ENABLED: "true" });
    const headers = { "x-shared-ollama-cache": "exact" };
    const caches: unknown[] = [];
    for (const model of ["fake:latest", "gpt-4o", "claude-3"]) {
      const body = `{"model":"${model}",${MESSAGES},"stream":false}`;
      const answer = await post(service, "/api/chat", body, { headers });
      expect(await jsonOf(answer)).toMatchObject({ model: "fake:latest" });
      caches.push(answer.headers.get("x-cache"));
    }
    expect(caches).toEqual(["MISS", "HIT-EXACT", "HIT-EXACT"]);
    expect(service.ollama.to("/api/chat")).toHaveLength(1);
  });
});

describe("an encoded body", () => {
  const headers = { "content-type": "application/json", "content-encoding": "zstd" };
  const json = (model: string): string => `{"model" : "${model}","input":"${"hi ".repeat(9000)}"}`;

  it("of zstd stays one, and holds the model in the alias's place", async () => {
    const service = await start();
    const { gateway, ollama } = service;
    ollama.script("/v1/responses", (_request, response) => void response.end("{}"));
    const answer = await post(service, "/v1/responses", zstd(json("gpt-4o")), { headers });
    expect(answer.status).toBe(200);
    const read = await decompressZstd(receivedAt(service, "/v1/responses"));
    expect(read.ok && Buffer.from(read.bytes).toString()).toBe(json("fake:latest"));
    const [received] = ollama.to("/v1/responses");
    expect(received?.rawHeaders.join("\n").toLowerCase()).toContain("content-encoding\nzstd");
    expect(await loggedEventOf(gateway, idOf(answer))).toMatchObject({ model: "fake:latest" });
    await nothingIsHeld({ gateway });
  });

  it.each(["zstd, identity", "gzip"])("of %s goes as it came", async (encoding) => {
    const service = await start({ ALLOW_CLOUD_MODELS: "true" });
    service.ollama.script("/v1/responses", (_request, response) => void response.end("{}"));
    const body = zstd(json("gpt-4o"));
    const init = { headers: { ...headers, "content-encoding": encoding } };
    expect((await post(service, "/v1/responses", body, init)).status).toBe(200);
    expect(receivedAt(service, "/v1/responses").equals(body)).toBe(true);
  });

  it("of zstd that names no alias goes as it came", async () => {
    const service = await start();
    service.ollama.script("/v1/responses", (_request, response) => void response.end("{}"));
    // Another level than the service's own.
    const body = zstd(json("fake"), 19);
    expect((await post(service, "/v1/responses", body, { headers })).status).toBe(200);
    expect(receivedAt(service, "/v1/responses").equals(body)).toBe(true);
  });
});

describe("a form", () => {
  const path = "/v1/audio/transcriptions";
  const headers = { "content-type": FORM_TYPE };
  const form = (...models: string[]): Buffer =>
    formBody([
      [disposition("file", "a.wav"), Buffer.alloc(300_000, "RIFF\r\n")],
      ...models.map((model): [string, string] => [disposition("model"), model]),
      [disposition("language"), "gpt-4o"],
    ]);

  it("has the model in the alias's place, and every other byte of it", async () => {
    const service = await start();
    service.ollama.script(path, (_request, response) => void response.end("{}"));
    expect((await post(service, path, form("tts-1"), { headers })).status).toBe(200);
    expect(receivedAt(service, path).equals(form("all-minilm:latest"))).toBe(true);
    await nothingIsHeld(service);
  });

  it("that names two models goes as it came", async () => {
    const service = await start();
    service.ollama.script(path, (_request, response) => void response.end("{}"));
    const body = form("tts-1", "fake");
    expect((await post(service, path, body, { headers })).status).toBe(200);
    expect(receivedAt(service, path).equals(body)).toBe(true);
  });
});

describe("ALLOWED_MODELS", () => {
  it.each(["/api/chat", "/v1/chat/completions", "/v1/messages"])(
    "holds at %s for the model that an alias stands for",
    async (path) => {
      const service = await start({ ALLOWED_MODELS: "fake" });
      service.ollama.script(path, (_request, response) => void response.end("{}"));
      const ask = (model: string) => post(service, path, `{"model":"${model}",${MESSAGES}}`);
      expect((await ask("gpt-4o")).status).toBe(200);
      const refused = await ask("tts-1");
      expect([refused.status, await refused.text()]).toEqual([
        400,
        expect.stringContaining("'all-minilm:latest' is not allowed"),
      ]);
      expect(service.ollama.to(path)).toHaveLength(1);
      await nothingIsHeld(service);
    },
  );
});

it("lists and management are the server's own: they know no alias", async () => {
  const service = await start();
  const { gateway, ollama } = service;
  for (const path of ["/api/tags", "/v1/models"]) {
    const direct = await (await fetch(ollama.url + path)).text();
    expect(await (await gateway.get(path)).text()).toBe(direct);
    expect(direct).not.toContain("gpt-4o");
  }
  expect((await gateway.get("/v1/models/gpt-4o")).status).toBe(404);
  for (const [path, method, body] of [
    ["/api/delete", "DELETE", '{"model":"gpt-4o"}'],
    ["/api/copy", "POST", '{"source":"gpt-4o","destination":"b"}'],
    ["/api/pull", "POST", '{"model":"gpt-4o","stream":false}'],
    ["/api/create", "POST", '{"model":"b","from":"gpt-4o"}'],
  ] as const) {
    await (await post(service, path, body, { method })).text();
    expect(receivedAt(service, path).toString()).toBe(body);
  }
});

it("a name that is installed is never an alias", async () => {
  const service = await start();
  const { ollama } = service;
  ollama.installed.add("gpt-4o:latest");
  ollama.inMemory.push("gpt-4o:latest");
  await (await post(service, "/api/chat", `{"model":"gpt-4o",${MESSAGES}}`)).text();
  expect(receivedAt(service, "/api/chat").toString()).toContain('"model":"gpt-4o"');
});
