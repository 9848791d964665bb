import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { ended, factsThrough, isAlive, makeFakeProgram } from "../support/fake-server-program.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { expectNativeError, jsonOf } from "../support/service.ts";

async function readyAgain({ get }: Gateway, ms?: number): Promise<void> {
  const ready = async () => (await get("/api/v1/ready")).status === 200;
  await until(ready, "the service is ready again", ms);
}

describe("a running Ollama", () => {
  it("is adopted, and not stopped with the service", async () => {
    const program = await makeFakeProgram();
    const ollama = await startFakeOllama({ port: program.port, models: ["all-minilm:latest"] });
    const gateway = await startGateway(program.env, program.processEnv);
    expect(gateway.said.join("\n")).toContain(`Found a running Ollama 0.13.5 at ${ollama.url}`);
    expect((await gateway.get("/api/v1/ready")).status).toBe(200);
    await gateway.stop();
    expect((await fetch(`${ollama.url}/api/version`)).status).toBe(200);
  });

  it("that ends is waited for, and used again when it is back", async () => {
    const { port } = await makeFakeProgram();
    const ollama = await startFakeOllama({ port, models: ["all-minilm:latest"] });
    const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
    await ollama.stop();
    const body = { model: "fake", prompt: "hi" };
    await expectNativeError(await gateway.post("/api/v1/generate", body), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      more: { retry_after: expect.any(Number) },
    });
    const isDown = async () => (await gateway.get("/api/v1/ready")).status === 503;
    await until(isDown, "the service notices");
    await startFakeOllama({ port, models: ["all-minilm:latest"] });
    await readyAgain(gateway);
    expect((await gateway.get("/api/tags")).status).toBe(200);
  });

  it("that was named and is not there is told, with its address", async () => {
    const { port } = await makeFakeProgram();
    const origin = `http://127.0.0.1:${port}`;
    const env = { OLLAMA_BASE_URL: origin, OLLAMA_MANAGER_MAX_WAIT_TIME: "1" };
    const gateway = await startGateway(env);
    await expectNativeError(await gateway.get("/api/v1/ready"), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      says: `nothing answers at ${origin}`,
      more: { retry_after: expect.any(Number) },
    });
  });
});

describe("an installed Ollama", () => {
  it("is started on its usual port with the settings, and stopped with the service", async () => {
    const program = await makeFakeProgram();
    const settings = { OLLAMA_KEEP_ALIVE: "7m", OLLAMA_NUM_PARALLEL: "3" };
    const gateway = await startGateway({ ...program.env, ...settings }, program.processEnv);
    const { pid, args, env } = await factsThrough(gateway.url);
    expect(args).toEqual(["serve"]);
    expect(env).toMatchObject({
      OLLAMA_HOST: `127.0.0.1:${program.port}`,
      ...settings,
      // The profile's.
      OLLAMA_MAX_LOADED_MODELS: "3",
    });
    const answer = await gateway.post("/api/v1/generate", { model: "fake", prompt: "hi" });
    expect(await jsonOf(answer)).toMatchObject({ text: "Hello" });
    await gateway.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it("that crashes answers 503 meanwhile and comes back by itself", async () => {
    const program = await makeFakeProgram();
    const env = { ...program.env, OLLAMA_MANAGER_MAX_WAIT_TIME: "5" };
    const gateway = await startGateway(env, program.processEnv);
    const first = await factsThrough(gateway.url);
    // It is started again at once, and stays away until it has been looked for.
    await program.behave({ neverReady: true });
    const crashing = await gateway.post("/api/fake/crash", {});
    expect(crashing.status).toBe(503);
    await crashing.text();
    // Whichever is seen first: its end, or that it no longer answers.
    const what = /ended with code 3|stopped answering/;
    const told = () => gateway.said.some((line) => what.test(line));
    await until(told, "the service says what happened");
    await expectNativeError(await gateway.post("/api/v1/generate", { model: "x", prompt: "hi" }), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      says: what,
      more: { retry_after: expect.any(Number) },
    });
    await program.behave({});
    await readyAgain(gateway, 20_000);
    expect((await factsThrough(gateway.url)).pid).not.toBe(first.pid);
  });

  it("that does not start is told with its own words, and tried again", async () => {
    const program = await makeFakeProgram({ lastWords: "Error: no space left on device" });
    const gateway = await startGateway(program.env, program.processEnv);
    await expectNativeError(await gateway.get("/api/v1/ready"), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      says: /ollama ended with code 1:\nError: no space left on device/,
      more: { retry_after: expect.any(Number) },
    });
    const health = await jsonOf(await gateway.get("/api/v1/health"));
    expect(health).toMatchObject({
      status: "unhealthy",
      ollama_service: expect.stringContaining("no space left on device"),
    });
    await program.behave({});
    await readyAgain(gateway);
    await factsThrough(gateway.url);
  });

  it("that never answers is given up with a clear message, and ended", async () => {
    const program = await makeFakeProgram({ neverReady: true });
    const env = { ...program.env, OLLAMA_MANAGER_MAX_WAIT_TIME: "1" };
    const gateway = await startGateway(env, program.processEnv);
    await expectNativeError(await gateway.get("/api/v1/ready"), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      says: /ollama did not answer within 1 s/,
      more: { retry_after: expect.any(Number) },
    });
  });

  it("that ignores SIGTERM is killed after its grace", async () => {
    const program = await makeFakeProgram({ ignoresSigterm: true });
    const env = { ...program.env, OLLAMA_MANAGER_SHUTDOWN_TIMEOUT: "1" };
    const gateway = await startGateway(env, program.processEnv);
    const { pid } = await factsThrough(gateway.url);
    await gateway.stop();
    await ended(pid, "a child that ignores SIGTERM");
    expect(gateway.said.join("\n")).not.toContain("did not stop within");
  });
});
