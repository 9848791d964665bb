import { describe, expect, it } from "vitest";
import {
  bodiesTo,
  bodyTo,
  expectEmbeddingError,
  idOf,
  jsonOf,
  startService,
} from "../support/service.ts";

const PATH = "/api/v1/embeddings";

describe("POST /api/v1/embeddings", () => {
  it("answers a prompt with its vector in the service's form", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, { model: "all-minilm", prompt: " light " });
    expect(answer.status).toBe(200);
    idOf(answer);
    expect(await jsonOf(answer)).toEqual({
      embedding: [0.6, 0.8],
      model: "all-minilm",
      prompt: "light",
      latency_ms: expect.any(Number),
    });
    expect(bodyTo(ollama, "/api/embed")).toMatchObject({ model: "all-minilm", input: "light" });
  });

  it("answers prompts with their vectors in the same order", async () => {
    const embedding = (text: string) => [0, 0, 0].map((_, i) => Number(i === text.length - 1));
    const { gateway, ollama } = await startService({}, { embedding });
    const prompts = ["ccc", " a ", "bb", "a"];
    const answer = await gateway.post(PATH, { model: "all-minilm", prompts });
    expect(await jsonOf(answer)).toEqual({
      embeddings: [
        [0, 0, 1],
        [1, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
      ],
      model: "all-minilm",
      latency_ms: expect.any(Number),
    });
    expect(bodyTo(ollama, "/api/embed")).toMatchObject({ input: ["ccc", "a", "bb"] });
  });

  it("takes the project's own model when none is named", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, { prompt: "light" });
    expect(await jsonOf(answer)).toMatchObject({ model: "all-minilm" });
    expect(bodyTo(ollama, "/api/embed")).toMatchObject({ model: "all-minilm" });
  });

  it("answers an input with a list in OpenAI's form, in the order of the texts", async () => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/embed", (_request, response) => {
      response.end('{"embeddings":[[1,0],[0,1]],"prompt_eval_count":5}');
    });
    const answer = await gateway.post(PATH, { model: "all-minilm", input: ["a", "b"] });
    expect(await jsonOf(answer)).toEqual({
      object: "list",
      data: [
        { object: "embedding", index: 0, embedding: [1, 0] },
        { object: "embedding", index: 1, embedding: [0, 1] },
      ],
      model: "all-minilm",
      usage: { prompt_tokens: 5, total_tokens: 5 },
    });
  });

  it("encodes vectors as little-endian float32 when base64 is asked for", async () => {
    const { gateway } = await startService();
    const body = { model: "all-minilm", input: "light", encoding_format: "base64" };
    const answer = await jsonOf(await gateway.post(PATH, body));
    const [entry] = answer["data"] as { embedding: string }[];
    const bytes = Buffer.from(entry?.embedding ?? "", "base64");
    expect(bytes).toHaveLength(8);
    expect(bytes.readFloatLE(0)).toBeCloseTo(0.6, 6);
    expect(bytes.readFloatLE(4)).toBeCloseTo(0.8, 6);
  });

  it("passes dimensions and truncate on, and user is accepted", async () => {
    const { gateway, ollama } = await startService();
    const body = { input: "a", dimensions: "64", truncate: false, user: "ada" };
    await gateway.post(PATH, { model: "all-minilm", ...body });
    expect(bodyTo(ollama, "/api/embed")).toMatchObject({ dimensions: 64, truncate: false });
  });

  it("takes 2048 texts, and not one more", async () => {
    const { gateway, ollama } = await startService({ UPSTREAM_PARALLEL: "2" });
    const prompts = Array.from({ length: 2049 }, (_, i) => `text ${i}`);
    for (const name of ["prompts", "input"]) {
      const answer = await gateway.post(PATH, { [name]: prompts });
      expect(answer.status).toBe(422);
    }
    const { embeddings } = await jsonOf(await gateway.post(PATH, { prompts: prompts.slice(1) }));
    expect(embeddings).toHaveLength(2048);
    const sent = bodiesTo(ollama, "/api/embed").flatMap((body) => body["input"] as string[]);
    expect(sent.toSorted()).toEqual(prompts.slice(1).toSorted());
    expect(ollama.mostRunning).toBeLessThanOrEqual(2);
  });

  it("takes emoji, mixed scripts and half characters as they are", async () => {
    const { gateway, ollama } = await startService();
    const prompts = ["👩‍👩‍👧‍👦🇺🇳", "Größe 大きさ مقاس размер", "a\u0000b", "\ud83d", "x\u202ey"];
    const answer = await jsonOf(await gateway.post(PATH, { prompts }));
    expect(answer["embeddings"]).toHaveLength(prompts.length);
    expect(bodyTo(ollama, "/api/embed")["input"]).toEqual(prompts);
  });

  it("refuses a text of 1 MB by its length, and passes it on where that is allowed", async () => {
    const prompt = "ä".repeat(500_000);
    const strict = await startService();
    await expectEmbeddingError(await strict.gateway.post(PATH, { prompt }), {
      status: 400,
      code: "prompt_too_large",
      type: "invalid_request_error",
      errorType: "InvalidRequestError",
      inError: { estimated_tokens: 125_000, limit_tokens: 4096 },
    });
    const open = await startService({ MAX_PROMPT_TOKENS: "1000000" });
    expect((await open.gateway.post(PATH, { prompt })).status).toBe(200);
    expect(bodyTo(open.ollama, "/api/embed")["input"]).toBe(prompt);
  });

  it.each([
    ["neither prompt nor input", {}],
    ["both prompt and input", { prompt: "a", input: "a" }],
    ["both prompt and prompts", { prompt: "a", prompts: ["a"] }],
    ["no prompts", { prompts: [] }],
    ["prompts with one of spaces", { prompts: ["a", "  "] }],
    ["prompts that are numbers", { prompts: [1] }],
    ["an empty prompt", { prompt: "" }],
    ["an empty list", { input: [] }],
    ["a list with an empty text", { input: ["a", ""] }],
    ["an unknown field", { prompt: "a", colour: 1 }],
  ])("refuses %s with 422", async (_what, body) => {
    const { gateway } = await startService();
    const answer = await gateway.post(PATH, { model: "all-minilm", ...body });
    await expectEmbeddingError(answer, {
      status: 422,
      code: "validation_error",
      type: "invalid_request_error",
      errorType: "ValidationError",
      param: expect.any(String) as string,
    });
  });

  it.each(["prompt", "prompts", "input"])(
    "answers errors in one form, of which each client finds its own: %s",
    async (field) => {
      const { gateway } = await startService();
      const text = field === "prompts" ? ["a"] : "a";
      await expectEmbeddingError(await gateway.post(PATH, { model: "other", [field]: text }), {
        status: 404,
        code: "model_not_found",
        type: "not_found_error",
        errorType: "NotFoundError",
        param: "model",
        says: "model 'other' not found",
      });
    },
  );

  it.each([
    ["no vectors", "[]"],
    ["vectors that are none", '[[1,"x"]]'],
    ["two vectors for one text", "[[1],[1]]"],
  ])("answers 503 when the server sends %s", async (_what, embeddings) => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/embed", (_request, response) => {
      response.end(`{"embeddings":${embeddings}}`);
    });
    await expectEmbeddingError(await gateway.post(PATH, { model: "all-minilm", prompt: "a" }), {
      status: 503,
      code: "upstream_unavailable",
      type: "server_error",
      errorType: "ConnectionError",
      more: { retry_after: 2 },
    });
  });
});
