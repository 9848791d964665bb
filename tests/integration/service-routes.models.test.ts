import { describe, expect, it } from "vitest";
import {
  bodyTo,
  expectNativeError,
  expectOpenAIError,
  idOf,
  jsonOf,
  startService,
} from "../support/service.ts";

const DIGEST = "0".repeat(64);

describe("GET /api/v1/models", () => {
  it("lists what is installed in the service's and in OpenAI's form", async () => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/tags", (_request, response) => {
      const first = { name: "fake:latest", size: 5, modified_at: "2026-01-01T00:00:00Z" };
      response.end(JSON.stringify({ models: [first, { name: "ada/own:1" }] }));
    });
    const answer = await gateway.get("/api/v1/models");
    expect(answer.status).toBe(200);
    idOf(answer);
    expect(await jsonOf(answer)).toEqual({
      object: "list",
      models: [
        { name: "fake:latest", size: 5, modified_at: "2026-01-01T00:00:00Z" },
        { name: "ada/own:1", size: null, modified_at: null },
      ],
      data: [
        { id: "fake:latest", object: "model", created: 1_767_225_600, owned_by: "library" },
        { id: "ada/own:1", object: "model", created: 0, owned_by: "ada" },
      ],
    });
  });

  it("lists nothing where nothing is installed", async () => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/tags", (_request, response) => void response.end('{"models":null}'));
    const answer = await gateway.get("/api/v1/models");
    expect(await jsonOf(answer)).toEqual({ object: "list", models: [], data: [] });
  });

  it("answers 503 when the inference server is away", async () => {
    const { gateway, ollama } = await startService();
    await ollama.stop();
    for (const path of ["/api/v1/models", "/api/v1/models/ps", "/api/v1/models/fake/show"]) {
      await expectNativeError(await gateway.get(path), {
        status: 503,
        code: "upstream_unavailable",
        type: "ConnectionError",
        more: { retry_after: expect.any(Number) },
      });
    }
  });
});

describe("GET /api/v1/models/ps", () => {
  it("lists the loaded models as the server reports them", async () => {
    const { gateway } = await startService();
    const answer = await gateway.get("/api/v1/models/ps");
    const { models } = (await jsonOf(answer)) as { models: object[] };
    expect(models).toHaveLength(2);
    expect(models[0]).toEqual({
      name: "fake:latest",
      model: "fake:latest",
      modified_at: "2026-01-01T00:00:00Z",
      size: 1000,
      digest: DIGEST,
      details: { family: "llama" },
      size_vram: 0,
      expires_at: "2099-01-01T00:00:00Z",
    });
  });
});

describe("GET /api/v1/models/{name}/show", () => {
  it.each([
    ["fake", "fake"],
    ["fake:latest", "fake:latest"],
    ["ada%2Fown:1", "ada/own:1"],
    ["ada/own:1", "ada/own:1"],
    ["hf.co%2Fbartowski%2FLlama:Q4", "hf.co/bartowski/Llama:Q4"],
  ])("asks for %s as %s", async (inPath, model) => {
    const models = ["fake:latest", "ada/own:1", "hf.co/bartowski/Llama:Q4"];
    const { gateway, ollama } = await startService({}, { models });
    const answer = await gateway.get(`/api/v1/models/${inPath}/show`);
    expect(await jsonOf(answer)).toEqual({
      modelfile: "FROM fake",
      details: {},
      model_info: {},
      capabilities: ["completion"],
    });
    expect(bodyTo(ollama, "/api/show")).toEqual({ model });
  });

  it("answers 404 with the server's words for an unknown model", async () => {
    const { gateway } = await startService();
    await expectNativeError(await gateway.get("/api/v1/models/x/show"), {
      status: 404,
      code: "model_not_found",
      type: "NotFoundError",
      says: /^model 'x' not found$/,
    });
  });

  it.each([
    ["%E0%A4%A", /not percent-encoded/],
    ["x%252Fy", /more than one way/],
    ["..%2F..%2Fchat", /more than one way/],
    ["x".repeat(513), /at most 512 characters/],
    ["%ZZ", /not percent-encoded/],
    ["a%00b", /more than one way/],
    ["foo%20bar", /'foo bar' is no model's name: that is \[host\/\]\[namespace\/\]model\[:tag\]/],
    ["gr%C3%B6%C3%9Fe", /'größe' is no model's name/],
    ["a/b/c/d", /'a\/b\/c\/d' is no model's name/],
  ])("refuses the name %s with 400", async (name, says) => {
    const { gateway, ollama } = await startService();
    await expectNativeError(await gateway.get(`/api/v1/models/${name}/show`), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says,
    });
    const retrieved = await gateway.get(`/api/v1/models/${name}`);
    expect(retrieved.status).toBe(400);
    expect(await jsonOf(retrieved)).toMatchObject({
      error: { message: expect.stringMatching(says), code: "invalid_request" },
    });
    expect(ollama.to("/api/show")).toHaveLength(0);
  });
});

describe("GET /api/v1/models/{name}", () => {
  const models = ["fake:latest", "ada/own:1", "hf.co/bartowski/Llama:Q4"];

  it.each([
    ["fake", "fake", "library"],
    ["fake:latest", "fake:latest", "library"],
    ["FAKE%3Alatest", "FAKE:latest", "library"],
    ["ada%2Fown%3A1", "ada/own:1", "ada"],
    ["ada/own:1", "ada/own:1", "ada"],
    ["hf.co%2Fbartowski%2FLlama:Q4", "hf.co/bartowski/Llama:Q4", "bartowski"],
    ["hf.co/bartowski/Llama:Q4", "hf.co/bartowski/Llama:Q4", "bartowski"],
  ])("finds %s", async (inPath, id, owner) => {
    const { gateway } = await startService({}, { models });
    const answer = await gateway.get(`/api/v1/models/${inPath}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-ratelimit-limit")).toBe("30");
    expect(await jsonOf(answer)).toEqual({
      id,
      object: "model",
      created: 1_767_225_600,
      owned_by: owner,
    });
  });

  it.each(["nope", "fake:other", "nobody%2Fown:1"])("has no %s", async (inPath) => {
    const { gateway } = await startService({}, { models });
    await expectOpenAIError(await gateway.get(`/api/v1/models/${inPath}`), {
      status: 404,
      code: "model_not_found",
      type: "not_found_error",
      param: "model",
      says: `model '${decodeURIComponent(inPath)}' not found`,
    });
  });

  it("answers 503 in OpenAI's form when the inference server is away", async () => {
    const { gateway, ollama } = await startService();
    await ollama.stop();
    await expectOpenAIError(await gateway.get("/api/v1/models/fake"), {
      status: 503,
      code: "upstream_unavailable",
      type: "server_error",
      more: { retry_after: expect.any(Number) },
    });
  });
});

describe("a model's name in a body that is none", () => {
  const image = `data:image/png;base64,${Buffer.from("no picture").toString("base64")}`;
  const messages = [{ role: "user", content: "hi" }];
  const imageParts = [{ type: "image_url", image_url: { url: image } }];
  const bodies: [string, object][] = [
    ["/api/v1/generate", { prompt: "hi" }],
    ["/api/v1/chat", { messages }],
    ["/api/v1/chat", { messages, stream: true }],
    ["/api/v1/chat/completions", { messages }],
    ["/api/v1/vlm", { messages, images: [image] }],
    ["/api/v1/vlm/openai", { messages: [{ role: "user", content: imageParts }] }],
    ["/api/v1/embeddings", { prompt: "hi" }],
    ["/api/v1/embeddings", { input: "hi" }],
    ["/api/v1/embeddings/similarity", { query: "a", documents: ["b"] }],
  ];

  it.each(bodies)("is refused by %s with 400: %j", async (path, body) => {
    const { gateway, ollama } = await startService();
    for (const model of ["foo bar", "a\0b", "a/b/c/d", "größe"]) {
      const answer = await gateway.post(path, { ...body, model });
      expect([answer.status, await answer.text()]).toEqual([
        400,
        expect.stringContaining("is no model's name"),
      ]);
    }
    expect(ollama.received.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("is its item's own failure in a batch", async () => {
    const { gateway } = await startService();
    const requests = [
      { model: "foo bar", messages },
      { model: "fake", messages },
    ];
    const { results } = await jsonOf(await gateway.post("/api/v1/batch/chat", { requests }));
    expect(results).toMatchObject([{ success: false, code: "invalid_request" }, { success: true }]);
  });

  it("is the server's to refuse on the routes that pass through", async () => {
    const { gateway } = await startService();
    const answer = await gateway.post("/api/chat", { model: "foo bar", messages });
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { error: "model 'foo bar' not found" },
    ]);
  });
});
