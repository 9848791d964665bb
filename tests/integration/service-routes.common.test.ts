import { describe, expect, it } from "vitest";
import {
  bodyTo,
  expectNativeError,
  expectOpenAIError,
  idOf,
  jsonOf,
  startService,
} from "../support/service.ts";

const GENERATE = "/api/v1/generate";
const BODY = { model: "fake", prompt: "hi" };

describe("the options of /api/v1", () => {
  it.each([
    ["none", {}, undefined],
    ["zero", { temperature: 0 }, { temperature: 0, top_p: 0.9, top_k: 40, repeat_penalty: 1.1 }],
    [
      "max_tokens",
      { max_tokens: 5 },
      { temperature: 0.2, top_p: 0.9, top_k: 40, repeat_penalty: 1.1, num_predict: 5 },
    ],
    [
      "numbers as text",
      { temperature: "0.5", top_k: "7", seed: " 42 " },
      { temperature: 0.5, top_p: 0.9, top_k: 7, repeat_penalty: 1.1, seed: 42 },
    ],
    [
      "one stop word",
      { stop: "END", top_p: 1 },
      { temperature: 0.2, top_p: 1, top_k: 40, repeat_penalty: 1.1, stop: ["END"] },
    ],
    ["only Ollama's own", { options: { num_ctx: 512 } }, { num_ctx: 512 }],
    [
      "both, where Ollama's own win",
      { top_k: 3, options: { top_k: 5, mirostat: 1 } },
      { temperature: 0.2, top_p: 0.9, top_k: 5, repeat_penalty: 1.1, mirostat: 1 },
    ],
    ["null, which counts as not given", { temperature: null, stop: null }, undefined],
  ])("are filled in when there are %s", async (_what, given, sent) => {
    const { gateway, ollama } = await startService();
    expect((await gateway.post(GENERATE, { ...BODY, ...given })).status).toBe(200);
    expect(bodyTo(ollama, "/api/generate")["options"]).toEqual(sent);
  });

  it.each([
    { temperature: "hot" },
    { temperature: "" },
    { temperature: -0.1 },
    { top_p: 1.1 },
    { top_k: 0 },
    { top_k: 1.5 },
    { max_tokens: 0 },
    { stop: 7 },
    { seed: "1.5" },
  ])("are refused with 422 when they are %j", async (given) => {
    const { gateway } = await startService();
    const [name = ""] = Object.keys(given);
    await expectNativeError(await gateway.post(GENERATE, { ...BODY, ...given }), {
      status: 422,
      code: "validation_error",
      type: "ValidationError",
      says: new RegExp(`^${name}: `),
    });
  });
});

describe("the headers of /api/v1", () => {
  it("count the route's requests of this minute for each tenant and each route", async () => {
    const { gateway } = await startService();
    const send = (project: string) =>
      gateway.post(GENERATE, BODY, { headers: { "x-project-name": project } });
    const left = (answer: Response) => answer.headers.get("x-ratelimit-remaining");
    const first = await send("a");
    expect(first.headers.get("x-ratelimit-limit")).toBe("60");
    expect(left(first)).toBe("59");
    const reset = Number(first.headers.get("x-ratelimit-reset"));
    expect(reset - Date.now() / 1000).toSatisfy((sec: number) => sec > 0 && sec <= 61);
    expect(left(await send("a"))).toBe("58");
    expect(left(await send("b"))).toBe("59");
    const models = await gateway.get("/api/v1/models");
    expect(models.headers.get("x-ratelimit-limit")).toBe("30");
    expect((await gateway.get("/api/v1/health")).headers.get("x-ratelimit-limit")).toBeNull();
  });

  it("tell on errors, too, whose request it was and what is left", async () => {
    const { gateway } = await startService();
    const answer = await gateway.post(GENERATE, { model: "fake" });
    expect(answer.status).toBe(422);
    expect((await jsonOf(answer))["request_id"]).toBe(idOf(answer));
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("59");
  });

  it("tell where the time went: whole answers with a total, streams up to the first byte", async () => {
    const { gateway } = await startService();
    const timing = async (stream: boolean) => {
      const answer = await gateway.post(GENERATE, { ...BODY, stream });
      await answer.text();
      return answer.headers.get("server-timing") ?? "";
    };
    const dur = String.raw`;dur=\d+\.\d\d`;
    expect(await timing(false)).toMatch(
      new RegExp(`^queue${dur}, load${dur}, first${dur}, body${dur}, total${dur}$`),
    );
    expect(await timing(true)).toMatch(new RegExp(`^queue${dur}, load${dur}, first${dur}$`));
  });
});

describe("the default model", () => {
  const withModels = async (names: object[], env: Record<string, string> = {}) => {
    const service = await startService(env);
    service.ollama.script("/api/tags", (_request, response) => {
      response.end(JSON.stringify({ models: names }));
    });
    return service;
  };
  const asked = async ({ gateway, ollama }: Awaited<ReturnType<typeof withModels>>) => {
    ollama.script("/api/generate", (_request, response) => {
      response.end('{"response":"x","done":true}');
    });
    const answer = await gateway.post(GENERATE, { prompt: "hi", model: null });
    return jsonOf(answer);
  };

  it("is the configured one where that is installed", async () => {
    const names = [{ name: "a:1" }, { name: "b:latest" }];
    const service = await withModels(names, { OLLAMA_DEFAULT_TEXT_MODEL: "b" });
    expect(await asked(service)).toMatchObject({ text: "x", model: "b" });
  });

  it("is the engine's where the profile's is missing", async () => {
    const service = await withModels([{ name: "a:1" }, { name: "smollm2:135m" }]);
    expect(await asked(service)).toMatchObject({ model: "smollm2:135m" });
  });

  it("is the only one that generates, embedding models aside", async () => {
    const minilm = { name: "all-minilm:latest", details: { family: "bert" } };
    const service = await withModels([minilm, { name: "a:1", details: { family: "llama" } }]);
    expect(await asked(service)).toMatchObject({ model: "a:1" });
  });

  it("is told to be missing, with what there is, where several could be meant", async () => {
    const service = await withModels([{ name: "a:1" }, { name: "b:1" }]);
    await expectNativeError(await service.gateway.post(GENERATE, { prompt: "hi" }), {
      status: 404,
      code: "model_not_found",
      type: "NotFoundError",
      says: /name one of: a:1, b:1$/,
    });
  });
});

describe("a path that is none", () => {
  it("answers 404 in the service's form, whatever the method", async () => {
    const { gateway } = await startService();
    const error = { status: 404, code: "not_found", type: "NotFoundError" };
    const says = /^There is no GET \/api\/v1\/nothing$/;
    await expectNativeError(await gateway.get("/api/v1/nothing"), { ...error, says });
    await expectNativeError(await gateway.post("/api/v1/nothing", {}), error);
  });

  it("answers 405 where it exists under another method", async () => {
    const { gateway } = await startService();
    const error = { status: 405, code: "method_not_allowed", type: "InvalidRequestError" };
    await expectNativeError(await gateway.get("/api/v1/generate"), error);
    await expectNativeError(await gateway.post("/api/v1/models", {}), error);
  });

  it("says with 405 which methods there are, also where the path holds a name", async () => {
    const { gateway } = await startService();
    const error = { status: 405, code: "method_not_allowed" };
    for (const [path, method, allowed] of [
      ["/api/v1/generate", "GET", "POST"],
      ["/api/v1/cache", "POST", "DELETE"],
      ["/api/v1/models/fake/show", "POST", "GET"],
      ["/api/v1/models/me%2Ffake:1/show", "DELETE", "GET"],
      ["/api/v1/models/me%2Ffake:1/copy", "GET", "POST"],
      ["/api/v1/models/ps", "DELETE", "GET"],
      ["/api/v1/models/create", "DELETE", "POST"],
      ["/api/v1/models/pull", "GET", "POST"],
      ["/api/v1/models/pull/me%2Ffake:1", "GET", "DELETE"],
      ["/api/v1/agents/create", "PATCH", "POST"],
      ["/api/v1/agents/runs", "PATCH", "GET"],
    ] as const) {
      const answer = await gateway.get(path, { method });
      expect(answer.headers.get("allow"), path).toBe(allowed);
      await expectNativeError(answer, { ...error, type: "InvalidRequestError" });
    }
    const answer = await gateway.get("/api/v1/models/fake", { method: "PUT" });
    expect(answer.headers.get("allow")).toBe("DELETE, GET");
    await expectOpenAIError(answer, { ...error, type: "invalid_request_error" });
  });
});
