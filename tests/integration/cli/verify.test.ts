import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../src/hosts/server.ts";
import { changedService } from "../../support/changed-service.ts";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startFakeOllama, type FakeOptions, type Script } from "../../support/fake-ollama.ts";
import { startGateway } from "../../support/gateway.ts";
import { makeHome } from "../../support/service-process.ts";

const NOBODY = { SHARED_OLLAMA_URL: "http://127.0.0.1:1" };

/** A service that requires models, before an Ollama that has some. */
async function requiring(required: string, options: FakeOptions & { allowed?: string }) {
  const ollama = await startFakeOllama(options);
  const { url } = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    OLLAMA_REQUIRED_MODELS: required,
    OLLAMA_WARMUP_MODELS: "a:1b",
    ...(options.allowed ? { ALLOWED_MODELS: options.allowed } : {}),
    RATE_LIMIT_ENABLED: "false",
  });
  return { ollama, env: { SHARED_OLLAMA_URL: url } };
}

interface Verified {
  models: { name: string; error: string | null }[];
}

/** Ollama's answer to what it cannot do. */
function refusing(message: string): Script {
  return (_request, response) => {
    response.writeHead(500, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: message }));
  };
}

describe("shared-ollama verify", () => {
  it("has each required model answer", async () => {
    const { ollama, env } = await requiring("a:1b,b:2b", { models: ["a:1b", "b:2b"] });
    const end = await cli(["verify", "--json"], { env });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(await expectShape("verify", end.stdout)).toMatchObject({
      ok: true,
      broken: [],
      models: [
        { name: "a:1b", state: "answered" },
        { name: "b:2b", state: "answered" },
      ],
    });
    expect(ollama.to("/api/generate").length).toBeGreaterThanOrEqual(2);
    const shown = await cliInTerminal(["verify"], { env }).endsWith(0);
    expectToFit(shown);
    expect(shown).toContain("b:2b answers, in ");
    expect(shown).toContain("Everything answers.");
  });

  it("ends with 1 where a model is missing, and tries the others", async () => {
    const { env } = await requiring("a:1b,gone:7b", { models: ["a:1b"] });
    const end = await cli(["verify", "--json"], { env });
    expect(end.code).toBe(1);
    expect(await expectShape("verify", end.stdout)).toMatchObject({
      ok: false,
      models: [{ state: "answered" }, { name: "gone:7b", state: "missing" }],
    });
  });

  it("fetches what is missing when it is told to", async () => {
    const { ollama, env } = await requiring("a:1b,new:7b", { models: ["a:1b"] });
    const end = await cli(["verify", "--pull", "--json"], { env });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(ollama.to("/api/pull")).toHaveLength(1);
  });

  it("tries the default model where none is required", async () => {
    const ollama = await startFakeOllama({ models: ["a:1b"] });
    const { url } = await startGateway({
      OLLAMA_BASE_URL: ollama.url,
      OLLAMA_DEFAULT_TEXT_MODEL: "a:1b",
    });
    const changes = { "/model-profile": { required_models: [] } };
    const end = await cli(["verify", "--json"], {
      env: { SHARED_OLLAMA_URL: await changedService(url, changes) },
    });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(await expectShape("verify", end.stdout)).toMatchObject({
      models: [{ name: "a:1b", state: "answered" }],
    });
  });

  it("says what a model that fails has said", async () => {
    const { ollama, env } = await requiring("a:1b", { models: ["a:1b"] });
    const damaged = "llama runner process has terminated";
    const refuse = refusing(damaged);
    ollama.script("/api/generate", refuse);
    ollama.script("/api/chat", refuse);
    const end = await cli(["verify", "--json"], { env });
    expect(end.code).toBe(1);
    const { models } = (await expectShape("verify", end.stdout)) as Verified;
    expect(models[0]).toMatchObject({ name: "a:1b", state: "failed" });
    expect(models[0]?.error).toContain(damaged);
  });

  it("says that the service does not run, or that the machine is not as it should be", async () => {
    const away = await cli(["verify"], { env: NOBODY });
    expect(away.code).toBe(3);
    expectOneLine(away);
    const home = await makeHome();
    const env = { SHARED_OLLAMA_HOME: home, API_PORT: "1", OLLAMA_BASE_URL: "http://127.0.0.1:1" };
    expect(await cli(["verify"], { env })).toMatchObject({ code: 3 });
    expect(await cli(["verify", "now"], { env: NOBODY })).toMatchObject({ code: 2 });
  });

  it("starts the service where it is told to", async () => {
    const ollama = await startFakeOllama({ models: ["a:1b"] });
    const env = {
      SHARED_OLLAMA_HOME: await makeHome(),
      API_PORT: String(await freePort(0)),
      OLLAMA_BASE_URL: ollama.url,
      OLLAMA_REQUIRED_MODELS: "a:1b",
    };
    onTestFinished(async () => void (await cli(["stop"], { env })), 60_000);
    const end = await cli(["verify", "--start", "--json"], { env });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(await expectShape("verify", end.stdout)).toMatchObject({
      ok: true,
      models: [{ state: "answered" }],
    });
    expect(await cli(["stop"], { env })).toMatchObject({ code: 0 });
  }, 120_000);

  it("says that the service has no inference server", async () => {
    const { ollama, env } = await requiring("a:1b", { models: ["a:1b"] });
    await ollama.stop();
    const end = await cli(["verify", "--json"], { env });
    expect(end.code).toBe(1);
    const { broken } = (await expectShape("verify", end.stdout)) as { broken: string[] };
    expect(broken[0]).toContain("no inference server");
  });
});

describe("shared-ollama ci-check", () => {
  it("takes a missing model for a warning", async () => {
    const { env } = await requiring("a:1b,gone:7b,not:allowed", {
      models: ["a:1b"],
      allowed: "a:1b,gone:7b",
    });
    const end = await cli(["ci-check", "--json"], { env });
    expect(end.code, end.stdout).toBe(0);
    expect(end.stderr).toContain("shared-ollama preload");
    expect(await expectShape("ci-check", end.stdout)).toMatchObject({
      ok: true,
      models: [
        { name: "a:1b", state: "ok" },
        { name: "gone:7b", state: "missing" },
      ],
    });
    const shown = await cliInTerminal(["ci-check"], { env }).endsWith(0);
    expectToFit(shown);
    expect(shown).toMatch(/^missing {2}gone:7b$/m);
  });

  it("waits for the service as long as it is told, and no longer", async () => {
    const waited = await cli(["ci-check"], {
      env: { ...NOBODY, MAX_WAIT: "1", RETRY_INTERVAL: "0.2" },
    });
    expect(waited.code).toBe(3);
    expectOneLine(waited);
    const { ollama, env } = await requiring("a:1b", { models: ["a:1b"] });
    await ollama.stop();
    const end = await cli(["ci-check", "--max-wait", "0"], { env });
    expect(end.code).toBe(1);
    expect(end.stderr).toContain("is not ready");
    expectOneLine(end);
  });

  it("ends with 1 for a model that cannot be read", async () => {
    const { ollama, env } = await requiring("a:1b", { models: ["a:1b"] });
    ollama.script("/api/show", refusing("unable to load model: sha256-1"));
    const end = await cli(["ci-check", "--json"], { env });
    expect(end.code).toBe(1);
    expect(await expectShape("ci-check", end.stdout)).toMatchObject({
      ok: false,
      models: [{ name: "a:1b", state: "corrupt" }],
    });
  });

  it.each([
    ["--max-wait", "soon"],
    ["--max-wait", "-1"],
    ["--retry-interval", "0"],
  ])("is wrong use: %s %s", async (option, value) => {
    const end = await cli(["ci-check", `${option}=${value}`], { env: NOBODY });
    expect(end.code).toBe(2);
    expectOneLine(end);
  });
});
