import { describe, expect, it } from "vitest";
import { HeldAnswers } from "../support/held-answers.ts";
import {
  bodiesTo,
  bodyTo,
  expectNativeError,
  expectOpenAIError,
  jsonOf,
  startService,
} from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { until } from "../support/deadline.ts";
import { linesOf } from "../support/ndjson.ts";
import type { FakeOllama, Script } from "../support/fake-ollama.ts";

const CREATE = "/api/v1/models/create";
const SUCCESS = { status: "success" };
const BASE = { name: "pirate", from: "fake" };

/** Answers with lines, as Ollama does. */
function lines(...all: object[]): Script {
  return (_request, response) => {
    response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    response.end(all.map((line) => `${JSON.stringify(line)}\n`).join(""));
  };
}

/** A service whose server creates whatever is asked of it. */
async function startCreating(...options: Parameters<typeof startService>) {
  const service = await startService(...options);
  service.ollama.script("/api/create", lines(SUCCESS));
  return service;
}

const installedCalls = (ollama: FakeOllama): number => ollama.to("/api/tags").length;

describe("POST /api/v1/models/create", () => {
  it("creates from fields", async () => {
    const { gateway, ollama } = await startCreating();
    const fields = {
      from: "fake",
      system: " You are a pirate.\n",
      template: "{{ .Prompt }}",
      parameters: { temperature: 0.5, stop: ["a", "b"] },
      messages: [{ role: "user", content: "Ahoy" }],
      license: ["MIT"],
      quantize: "q4_K_M",
      renderer: "r",
      parser: "p",
      requires: "0.14.0",
      adapters: { "a.gguf": `sha256:${"a".repeat(64)}` },
    };
    const answer = await gateway.post(CREATE, { name: "pirate", ...fields });
    expect(await jsonOf(answer)).toEqual(SUCCESS);
    expect(answer.headers.get("x-ratelimit-limit")).toBe("10");
    expect(bodyTo(ollama, "/api/create")).toEqual({ model: "pirate", ...fields, stream: true });
    await nothingIsHeld({ gateway });
  });

  it("creates from a Modelfile, before which fields go", async () => {
    const { gateway, ollama } = await startCreating();
    const modelfile = [
      "FROM fake",
      'SYSTEM """',
      "You are a pirate.",
      '"""',
      "PARAMETER temperature 0.5",
      "LICENSE MIT",
      `ADAPTER sha256:${"a".repeat(64)}`,
      `DRAFT sha256:${"b".repeat(64)}`,
    ].join("\n");
    const template = "{{ .Prompt }}";
    const answer = await gateway.post(CREATE, { model: "p", modelfile, template, license: "GPL" });
    expect(await jsonOf(answer)).toEqual(SUCCESS);
    expect(bodyTo(ollama, "/api/create")).toEqual({
      model: "p",
      from: "fake",
      system: "\nYou are a pirate.\n",
      parameters: { temperature: 0.5 },
      license: "GPL",
      adapters: { "adapter.gguf": `sha256:${"a".repeat(64)}` },
      draft_files: { "draft.gguf": `sha256:${"b".repeat(64)}` },
      template,
      stream: true,
    });
  });

  it("creates from files; what is given goes before a Modelfile's FROM", async () => {
    const { gateway, ollama } = await startCreating();
    const digest = `sha256:${"c".repeat(64)}`;
    const files = { "model.gguf": digest };
    await gateway.post(CREATE, { name: "a", files });
    await gateway.post(CREATE, { name: "a", modelfile: "FROM other", files });
    await gateway.post(CREATE, { name: "a", modelfile: `FROM ${digest}` });
    await gateway.post(CREATE, { name: "a", modelfile: `FROM ${digest}`, from: "fake" });
    const request = { model: "a", files, stream: true };
    const fromModel = { model: "a", from: "fake", stream: true };
    expect(bodiesTo(ollama, "/api/create")).toEqual([request, request, request, fromModel]);
  });

  it("streams Ollama's lines", async () => {
    const { gateway, ollama } = await startCreating();
    const steps = [{ status: "using existing layer sha256:1" }, { status: "writing manifest" }];
    ollama.script("/api/create", lines(...steps, SUCCESS));
    const answer = await gateway.post(CREATE, { ...BASE, stream: true });
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
    expect(await linesOf(answer)).toEqual([...steps, SUCCESS]);
    await nothingIsHeld({ gateway });
  });

  it("is known as soon as it is there", async () => {
    const { gateway, ollama } = await startCreating();
    expect((await gateway.get("/api/v1/models/pirate")).status).toBe(404);
    ollama.script("/api/create", (request, response, incoming) => {
      ollama.installed.add("pirate:latest");
      return lines(SUCCESS)(request, response, incoming);
    });
    await linesOf(await gateway.post(CREATE, { ...BASE, stream: true }));
    expect((await gateway.get("/api/v1/models/pirate")).status).toBe(200);
  });

  it.each([
    [{ from: "fake" }, /^name is needed$/],
    [{ name: "", from: "fake" }, /./],
    [{ name: "x" }, /modelfile, from or files is needed/],
    [{ name: "../x", from: "fake" }, /'\.\.\/x' is no model's name/],
    [{ name: "x", from: "../../etc/passwd" }, /is no model's name/],
    [{ name: "x", modelfile: "FROM fake\nSYTEM hello" }, /modelfile, line 2: 'SYTEM' is no instr/],
    [{ name: "x", modelfile: "FROM ./model.gguf" }, /line 1: FROM '\.\/model\.gguf' is a file/],
    [{ name: "x", modelfile: "FROM fake\nADAPTER lora" }, /ADAPTER has to be the digest/],
  ])("refuses %j", async (body, says) => {
    const { gateway, ollama } = await startCreating();
    const answer = await gateway.post(CREATE, body);
    expect(await jsonOf(answer)).toMatchObject({ error: expect.stringMatching(says) as unknown });
    expect([400, 422]).toContain(answer.status);
    expect(ollama.to("/api/create")).toEqual([]);
  });

  it.each([
    [{ ...BASE, sytem: "x" }, /sytem/],
    [{ ...BASE, messages: [{ role: "tool", content: "x" }] }, /messages/],
    [{ ...BASE, files: { a: "b" } }, /files/],
    [{ ...BASE, stream: "yes" }, /stream/],
    [{ ...BASE, license: Array.from({ length: 65 }, () => "MIT") }, /license/],
  ])("does not understand %j", async (body, says) => {
    const { gateway } = await startCreating();
    await expectNativeError(await gateway.post(CREATE, body), {
      status: 422,
      code: "validation_error",
      type: "ValidationError",
      says,
    });
  });

  it("refuses a Modelfile of ten megabytes", async () => {
    const { gateway, ollama } = await startCreating();
    const modelfile = `FROM fake\nSYSTEM """${"x".repeat(10_000_000)}"""`;
    const answer = await gateway.post(CREATE, { name: "x", modelfile });
    expect([answer.status, await jsonOf(answer)]).toMatchObject([
      413,
      { code: "request_too_large" },
    ]);
    expect(ollama.to("/api/create")).toEqual([]);
  });

  it("pulls no base that is not installed", async () => {
    const { gateway, ollama } = await startCreating();
    await expectNativeError(await gateway.post(CREATE, { name: "x", from: "missing" }), {
      status: 404,
      code: "model_not_found",
      type: "NotFoundError",
      says: /'missing' not found; pull it first/,
    });
    expect(ollama.to("/api/create")).toEqual([]);
  });

  it.each([false, true])("tells what the server refuses, with stream: %s", async (stream) => {
    const { gateway, ollama } = await startCreating();
    ollama.script("/api/create", (_request, response) => {
      response.writeHead(400).end('{"error":"unsupported quantization type"}');
    });
    await expectNativeError(await gateway.post(CREATE, { ...BASE, stream }), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: /^unsupported quantization type$/,
    });
    await nothingIsHeld({ gateway });
  });

  it("tells of a failure half-way: with a status, or in the last line", async () => {
    const { gateway, ollama } = await startCreating();
    const failure = { error: "template error: unexpected EOF", status: 400 };
    ollama.script("/api/create", lines({ status: "parsing GGUF" }, failure));
    await expectNativeError(await gateway.post(CREATE, BASE), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: /^template error/,
    });
    const answer = await gateway.post(CREATE, { ...BASE, stream: true });
    expect(answer.status).toBe(200);
    expect(await linesOf(answer)).toEqual([
      { status: "parsing GGUF" },
      {
        error: "template error: unexpected EOF",
        error_type: "InvalidRequestError",
        code: "invalid_request",
        request_id: answer.headers.get("x-shared-ollama-request-id"),
      },
    ]);
    await nothingIsHeld({ gateway });
  });

  it("tells of a server that dies, and of an end without a success", async () => {
    const { gateway, ollama } = await startCreating();
    const held = new HeldAnswers(ollama, "/api/create");
    for (const end of ["crash", "end"] as const) {
      const asking = gateway.post(CREATE, { ...BASE, stream: true });
      const server = await held.next();
      server.line({ status: "parsing GGUF" });
      const answer = await asking;
      if (end === "crash") server.crash();
      else server.response.end();
      expect((await linesOf(answer)).at(-1)).toMatchObject({
        error: "The inference server broke off its answer",
        code: "upstream_unavailable",
      });
    }
    await nothingIsHeld({ gateway });
  });

  it("ends with its client", async () => {
    const { gateway, ollama } = await startCreating();
    const held = new HeldAnswers(ollama, "/api/create");
    for (const stream of [false, true]) {
      const client = new AbortController();
      const asking = gateway.post(CREATE, { ...BASE, stream }, { signal: client.signal });
      asking.catch(() => {});
      const server = await held.next();
      server.line({ status: "parsing GGUF" });
      if (stream) await asking;
      client.abort();
      await server.sawCancel();
    }
    await nothingIsHeld({ gateway });
  });
});

describe("POST /api/v1/models/{name}/copy", () => {
  it.each([
    ["fake", "fake"],
    ["ada%2Fown%3A1", "ada/own:1"],
    ["ada/own:1", "ada/own:1"],
    ["hf.co/bartowski/Llama:Q4", "hf.co/bartowski/Llama:Q4"],
  ])("copies %s", async (inPath, source) => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/copy", (_request, response) => void response.end());
    const before = installedCalls(ollama);
    await gateway.get("/api/v1/models");
    const answer = await gateway.post(`/api/v1/models/${inPath}/copy`, { destination: "b/x:1" });
    expect(await jsonOf(answer)).toEqual(SUCCESS);
    expect(bodyTo(ollama, "/api/copy")).toEqual({ source, destination: "b/x:1" });
    // The list is read anew.
    await gateway.get("/api/v1/models");
    expect(installedCalls(ollama) - before).toBe(2);
    await nothingIsHeld({ gateway });
  });

  it("says that there is no such model", async () => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/copy", (_request, response) => {
      response.writeHead(404).end(String.raw`{"error":"model \"x\" not found"}`);
    });
    await expectNativeError(await gateway.post("/api/v1/models/x/copy", { destination: "y" }), {
      status: 404,
      code: "model_not_found",
      type: "NotFoundError",
      says: /^model "x" not found$/,
    });
  });

  it.each([
    ["fake", {}, /^destination is needed$/],
    ["fake", { destination: "../y" }, /'\.\.\/y' is no model's name/],
    ["foo%20bar", { destination: "y" }, /'foo bar' is no model's name/],
    ["..%2Fx", { destination: "y" }, /more than one way/],
  ])("refuses to copy %s to %j", async (name, body, says) => {
    const { gateway, ollama } = await startService();
    await expectNativeError(await gateway.post(`/api/v1/models/${name}/copy`, body), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says,
    });
    expect(ollama.to("/api/copy")).toEqual([]);
  });

  it("answers 503 when the server is away", async () => {
    const { gateway, ollama } = await startService();
    await ollama.stop();
    await expectNativeError(await gateway.post("/api/v1/models/x/copy", { destination: "y" }), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      more: { retry_after: expect.any(Number) },
    });
    await nothingIsHeld({ gateway });
  });
});

describe("DELETE /api/v1/models/{name}", () => {
  it.each([
    ["fake", "fake"],
    ["ada%2Fown%3A1", "ada/own:1"],
    ["ada/own:1", "ada/own:1"],
  ])("removes %s", async (inPath, model) => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/delete", (_request, response) => void response.end());
    const answer = await gateway.get(`/api/v1/models/${inPath}`, { method: "DELETE" });
    expect(await jsonOf(answer)).toEqual({
      status: "success",
      id: model,
      object: "model",
      deleted: true,
    });
    expect(ollama.to("/api/delete").map(({ method }) => method)).toEqual(["DELETE"]);
    expect(bodyTo(ollama, "/api/delete")).toEqual({ model });
    await nothingIsHeld({ gateway });
  });

  it("is told of at once", async () => {
    const { gateway } = await startService({}, { models: ["fake:latest", "old:latest"] });
    expect((await gateway.get("/api/v1/models/old")).status).toBe(200);
    await gateway.get("/api/v1/models/old", { method: "DELETE" });
    expect((await gateway.get("/api/v1/models/old")).status).toBe(404);
  });

  it("says in OpenAI's form, as the path has it, that there is no such model", async () => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/delete", (_request, response) => {
      response.writeHead(404).end(`{"error":"model 'x' not found"}`);
    });
    await expectOpenAIError(await gateway.get("/api/v1/models/x", { method: "DELETE" }), {
      status: 404,
      code: "model_not_found",
      type: "not_found_error",
      param: "model",
      says: "model 'x' not found",
    });
  });

  it("refuses what is no name", async () => {
    const { gateway, ollama } = await startService();
    for (const name of ["foo%20bar", "..%2Fx", "a/b/c/d", "x".repeat(513)]) {
      const answer = await gateway.get(`/api/v1/models/${name}`, { method: "DELETE" });
      expect(answer.status).toBe(400);
    }
    expect(ollama.to("/api/delete")).toEqual([]);
  });

  it("lets go of the server when its client leaves", async () => {
    const { gateway, ollama } = await startService();
    const held = new HeldAnswers(ollama, "/api/delete");
    const client = new AbortController();
    const asking = gateway.get("/api/v1/models/x", { method: "DELETE", signal: client.signal });
    asking.catch(() => {});
    const server = await held.next();
    client.abort();
    await server.sawCancel();
    await until(() => gateway.service.load().active === 0, "the end of the request");
    await nothingIsHeld({ gateway });
  });
});
