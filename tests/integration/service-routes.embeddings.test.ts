import { describe, expect, it } from "vitest";
import {
  bodyTo,
  expectNativeError,
  expectOpenAIError,
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

  it("passes dimensions on, and user is accepted", async () => {
    const { gateway, ollama } = await startService();
    await gateway.post(PATH, { model: "all-minilm", input: "a", dimensions: "64", user: "ada" });
    expect(bodyTo(ollama, "/api/embed")).toMatchObject({ dimensions: 64 });
  });

  it.each([
    ["neither prompt nor input", {}],
    ["both prompt and input", { prompt: "a", input: "a" }],
    ["an empty prompt", { prompt: "" }],
    ["an empty list", { input: [] }],
    ["a list with an empty text", { input: ["a", ""] }],
    ["an unknown field", { prompt: "a", colour: 1 }],
  ])("refuses %s with 422", async (_what, body) => {
    const { gateway } = await startService();
    const answer = await gateway.post(PATH, { model: "all-minilm", ...body });
    await expectNativeError(answer, {
      status: 422,
      code: "validation_error",
      type: "ValidationError",
    });
  });

  it("answers errors in the form of the request: prompt's or input's", async () => {
    const { gateway } = await startService();
    await expectNativeError(await gateway.post(PATH, { model: "other", prompt: "a" }), {
      status: 404,
      code: "model_not_found",
      type: "NotFoundError",
    });
    await expectOpenAIError(await gateway.post(PATH, { model: "other", input: "a" }), {
      status: 404,
      code: "model_not_found",
      type: "not_found_error",
      param: "model",
    });
  });

  it("answers 503 when the server sends no vectors", async () => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/embed", (_request, response) => void response.end('{"embeddings":[]}'));
    await expectNativeError(await gateway.post(PATH, { model: "all-minilm", prompt: "a" }), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      more: { retry_after: 2 },
    });
  });
});
