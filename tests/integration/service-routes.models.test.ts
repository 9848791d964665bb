import { describe, expect, it } from "vitest";
import { bodyTo, expectNativeError, idOf, jsonOf, startService } from "../support/service.ts";

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
  ])("refuses the name %s", async (name, says) => {
    const { gateway, ollama } = await startService();
    await expectNativeError(await gateway.get(`/api/v1/models/${name}/show`), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says,
    });
    expect(ollama.to("/api/show")).toHaveLength(0);
  });
});
