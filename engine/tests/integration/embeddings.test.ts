import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningEngine, linesOf, startEngine, within } from "./engine-process.ts";

/** A store of its own: the embedding model alone, which needs no network. */
let engine: RunningEngine;
let store: string;

beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), "engine-embeddings-"));
  engine = await startEngine({ OLLAMA_MODELS: store });
});
afterAll(async () => {
  await engine.stop();
  await rm(store, { recursive: true, force: true });
});

type Embedded = { embeddings: number[][]; prompt_eval_count?: number };
const embed = async (body: object) => {
  const answer = await engine.post("/api/embed", { model: "all-minilm", ...body });
  return (await answer.json()) as Embedded;
};
const length = (vector: readonly number[] = []) => Math.hypot(...vector);
const cosine = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0) / (length(a) * length(b));

describe("embeddings", () => {
  it("have length 1, stand in order and mean something", async () => {
    const input = [
      "A cat sleeps on the sofa.",
      "Interest rates rose.",
      "A kitten naps on a couch.",
    ];
    const { embeddings, prompt_eval_count } = await embed({ input });
    expect(embeddings.map((vector) => vector.length)).toEqual([384, 384, 384]);
    for (const vector of embeddings) expect(length(vector)).toBeCloseTo(1, 5);
    const [cat, rates, kitten] = embeddings;
    expect(cosine(cat, kitten)).toBeGreaterThan(cosine(cat, rates) + 0.2);
    expect(prompt_eval_count).toBeGreaterThan(15);
    expect((await embed({ input: input[2] })).embeddings[0]).toEqual(kitten);
  });

  it("are cut to the dimensions asked for", async () => {
    const [vector] = (await embed({ input: "a", dimensions: 8 })).embeddings;
    expect(vector).toHaveLength(8);
    expect(length(vector)).toBeCloseTo(1, 5);
  });

  it("look at 256 word pieces, or refuse a longer text when told to", async () => {
    const long = "word ".repeat(400);
    const { embeddings, prompt_eval_count } = await embed({ input: [`${long}one`, `${long}two`] });
    expect(embeddings[0]).toEqual(embeddings[1]);
    expect(prompt_eval_count).toBe(512);
    const body = { model: "all-minilm", input: long, truncate: false };
    const refused = await engine.post("/api/embed", body);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ error: "the input length exceeds the context length" });
  });

  it("are empty for nothing, and come as base64 in OpenAI's dialect", async () => {
    expect(await embed({})).toEqual({ model: "all-minilm", embeddings: [] });
    const body = { model: "all-minilm", input: "a", encoding_format: "base64" };
    const answer = await (await engine.post("/v1/embeddings", body)).json();
    const { data } = answer as { data: { embedding: string }[] };
    expect(Buffer.from(data[0]?.embedding ?? "", "base64")).toHaveLength(384 * 4);
  });
});

describe("refusals", () => {
  it.each([
    ["/api/chat", "", 400, "missing request body"],
    ["/api/chat", "{x", 400, "invalid character 'x' looking for beginning of object key string"],
    ["/api/chat", { messages: [] }, 400, "model is required"],
    ["/api/chat", { model: "nix" }, 404, "model 'nix' not found"],
    ["/api/generate", { model: "nix" }, 404, "model 'nix' not found"],
    ["/api/embed", { model: "nix" }, 404, 'model "nix" not found, try pulling it first'],
    ["/api/embed", { model: "all-minilm", input: 3 }, 400, "invalid input type"],
    ["/api/embeddings", {}, 400, "model is required"],
    ["/api/show", {}, 400, "model is required"],
    ["/api/show", { model: "nix" }, 404, "model 'nix' not found"],
    ["/api/pull", { model: "a b" }, 400, "invalid model name"],
    [
      "/api/generate",
      { model: "all-minilm", prompt: "x" },
      400,
      '"all-minilm" does not support generate',
    ],
    [
      "/api/chat",
      { model: "all-minilm", messages: [{}] },
      400,
      '"all-minilm" does not support chat',
    ],
    ["/api/generate", { model: "x", keep_alive: "abc" }, 400, 'time: invalid duration "abc"'],
  ])("%s %j", async (path, body, status, error) => {
    const answer = await engine.post(path, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(await answer.json()).toEqual({ error });
  });

  it("come in OpenAI's shape on its routes", async () => {
    const answer = await engine.post("/v1/chat/completions", "");
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: { message: "EOF", type: "invalid_request_error", param: null, code: null },
    });
  });
});

describe("models", () => {
  it("say what to do when a registry cannot be reached", async () => {
    const model = "127.0.0.1:1/library/llama3";
    const [first, second] = await linesOf(await engine.post("/api/pull", { model }));
    expect(first).toEqual({ status: "pulling manifest" });
    const error = expect.stringMatching(/cannot be reached.*HTTPS_PROXY.*all-minilm/) as string;
    expect(second).toMatchObject({ error });
    const single = await engine.post("/api/pull", { model, stream: false });
    expect(single.status).toBe(500);
  });

  it("are deleted with their files, and come back with a pull", async () => {
    const url = `${engine.url}/api/delete`;
    const body = JSON.stringify({ model: "all-minilm" });
    const deleted = await fetch(url, { method: "DELETE", body });
    expect([deleted.status, await deleted.text()]).toEqual([200, ""]);
    expect(await (await engine.get("/api/tags")).json()).toEqual({ models: [] });
    expect(await (await engine.get("/v1/models")).json()).toEqual({ object: "list", data: null });
    const lines = await linesOf(await engine.post("/api/pull", { name: "all-minilm" }));
    expect(lines.at(-1)).toEqual({ status: "success" });
    expect((await embed({ input: "a" })).embeddings).toHaveLength(1);
  });
});

describe("the process", () => {
  it("answers its greeting and ends when its parent's pipe does", async () => {
    const other = await startEngine({ OLLAMA_MODELS: store });
    expect(await (await other.get("/")).text()).toBe("Ollama is running");
    expect(await (await other.get("/api/version")).json()).toEqual({ version: "0.13.5" });
    other.child.stdin.end();
    expect(await within(20_000, "the engine to end with its parent", other.exited)).toBe(0);
  });

  it("ends cleanly on SIGTERM with a model in memory", async () => {
    expect((await embed({ input: "a" })).embeddings).toHaveLength(1);
    expect(await engine.stop()).toBe(0);
  });
});
