import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../src/hosts/server.ts";
import { until } from "../support/deadline.ts";
import { DIALECTS, expectErrorOf } from "../support/dialect-errors.ts";
import { factsThrough, isAlive, makeFakeProgram } from "../support/fake-server-program.ts";
import { startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { expectNativeError, jsonOf, startService } from "../support/service.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const BODY = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: false };

describe("an inference server that dies", () => {
  it("ends what runs and what waits with 503 in each dialect, and holds nothing", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const running = gateway.post("/api/v1/chat", BODY);
    await chats.came(1);
    const waiting = DIALECTS.map(({ path }) => gateway.post(path, BODY));
    const queued = async () => (await jsonOf(await gateway.get("/api/v1/queue/stats")))["queued"];
    await until(async () => (await queued()) === DIALECTS.length, "the others wait");
    await ollama.stop();
    // Each is told what it met: a call that broke off, or a server that is known to be away.
    const error = { status: 503, code: "upstream_unavailable", retryAfter: [1, 2] };
    await expectErrorOf("/api/v1/chat", await running, error);
    for (const [i, { path }] of DIALECTS.entries()) {
      const answer = await waiting[i];
      if (answer) await expectErrorOf(path, answer, error);
    }
    await nothingIsHeld({ gateway });
  });
});

describe("the usual port of Ollama", () => {
  it("that someone else holds is left alone: Ollama is started on another", async () => {
    const program = await makeFakeProgram();
    const other = createServer((_request, response) => void response.writeHead(404).end("what?"));
    other.listen({ host: "127.0.0.1", port: program.port });
    onTestFinished(() => void other.close());
    const gateway = await startGateway(program.env, program.processEnv);
    const { env } = await factsThrough(gateway.url);
    expect(env["OLLAMA_HOST"]).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(env["OLLAMA_HOST"]).not.toBe(`127.0.0.1:${program.port}`);
  });
});

describe("an Ollama that is started", () => {
  it.each([
    ["0.13.5", undefined],
    ["0.30.0", "512"],
  ])("%s is told to keep to this machine, and how much memory for prompts: %s", async (...row) => {
    const [version, mib] = row;
    const program = await makeFakeProgram({ version });
    // The service's own address, as a client of it has it set.
    const inherited = { ...program.processEnv, OLLAMA_HOST: "127.0.0.1:8000" };
    const gateway = await startGateway(
      { ...program.env, SHARED_OLLAMA_FORCE_PROFILE: "small" },
      inherited,
    );
    const { env } = await factsThrough(gateway.url);
    expect(env["OLLAMA_HOST"]).toBe(`127.0.0.1:${program.port}`);
    expect(env["OLLAMA_NO_CLOUD"]).toBe("1");
    expect(env["LLAMA_ARG_CACHE_RAM"]).toBe(mib);
    const profile = await gateway.get("/api/v1/system/model-profile");
    expect(await profile.json()).toMatchObject({ prompt_cache_mib: 512 });
  });

  it("may call other machines where clients may use their models", async () => {
    const program = await makeFakeProgram();
    const env = { ...program.env, ALLOW_CLOUD_MODELS: "true" };
    const gateway = await startGateway(env, program.processEnv);
    expect((await factsThrough(gateway.url)).env).not.toHaveProperty("OLLAMA_NO_CLOUD");
  });

  it.each([
    ["1", true],
    ["on", true],
    ["false", false],
    ["", false],
  ])("that writes bodies down is spoken of (OLLAMA_DEBUG_LOG_REQUESTS=%s): %s", async (...row) => {
    const [value, isTold] = row;
    const program = await makeFakeProgram();
    const inherited = { ...program.processEnv, OLLAMA_DEBUG_LOG_REQUESTS: value };
    const gateway = await startGateway(program.env, inherited);
    await factsThrough(gateway.url);
    expect(gateway.said.join("\n").includes("OLLAMA_DEBUG_LOG_REQUESTS is set")).toBe(isTold);
  });
});

describe("a record of a child that is no longer that process", () => {
  it("makes the service neither use nor stop what has its number now", async () => {
    const program = await makeFakeProgram();
    const other = await makeFakeProgram();
    const home = await makeHome();
    const stranger = await startGateway(other.env, other.processEnv);
    const { pid } = await factsThrough(stranger.url);
    const origin = `http://127.0.0.1:${other.port}`;
    await mkdir(join(home, "data"));
    const record = { pid, started: "2001-01-01 00:00:00", origin };
    await writeFile(join(home, "data", "child.json"), JSON.stringify(record));
    const service = startServiceProcess({ home, env: program.env });
    await service.listening();
    expect((await factsThrough(service.url)).pid).not.toBe(pid);
    service.signal("SIGTERM");
    await service.endsWith(0);
    expect(isAlive(pid)).toBe(true);
  });

  it("is ignored when it is no record at all", async () => {
    const program = await makeFakeProgram();
    const home = await makeHome();
    await mkdir(join(home, "data"));
    await writeFile(join(home, "data", "child.json"), '{"pid":-1,"started":');
    const service = startServiceProcess({ home, env: program.env });
    await service.listening();
    await factsThrough(service.url);
  });
});

describe("while the inference server starts", () => {
  it("health says starting, and the rest is refused with 503", async () => {
    const program = await makeFakeProgram({ neverReady: true });
    const port = await freePort(0);
    const env = { ...program.env, API_PORT: String(port) };
    const service = startServiceProcess({ home: await makeHome(), env });
    await service.said("Starting ");
    const url = `http://127.0.0.1:${port}`;
    expect(await jsonOf(await fetch(`${url}/api/v1/health`))).toMatchObject({
      status: "starting",
      ollama_service: "unhealthy: it is starting",
    });
    const error = {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      more: { retry_after: 2 },
    };
    await expectNativeError(await fetch(`${url}/api/v1/ready`), error);
    const init = { method: "POST", body: JSON.stringify(BODY) };
    await expectNativeError(await fetch(`${url}/api/v1/chat`, init), error);
    service.signal("SIGTERM");
    await service.endsWith(0);
  });
});

describe("a service that is pointed at itself", () => {
  it("says so instead of calling itself for ever", async () => {
    const port = await freePort(0);
    const origin = `http://127.0.0.1:${port}`;
    const gateway = await startGateway({ API_PORT: String(port), OLLAMA_BASE_URL: origin });
    await expectNativeError(await gateway.get("/api/v1/ready"), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      says: `${origin} is this service itself: set OLLAMA_BASE_URL`,
      more: { retry_after: 1 },
    });
  });

  it("starts an Ollama of its own when it has taken the usual port", async () => {
    const program = await makeFakeProgram();
    const env = { ...program.env, API_PORT: String(program.port) };
    const gateway = await startGateway(env, program.processEnv);
    expect((await gateway.get("/api/v1/ready")).status).toBe(200);
    const { env: given } = await factsThrough(gateway.url);
    expect(given["OLLAMA_HOST"]).not.toBe(`127.0.0.1:${program.port}`);
  });
});
