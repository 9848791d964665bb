import { describe, expect, it } from "vitest";
import { changedService } from "../../support/changed-service.ts";
import { cli, cliInTerminal, expectOneLine, startCli } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startCliService } from "../../support/cli-service.ts";
import { until } from "../../support/deadline.ts";
import { HeldAnswers, type HeldAnswer } from "../../support/held-answers.ts";

const CUT_LINES = "\u001B[?7l";
const BREAK_LINES = "\u001B[?7h";
const GB = 1_000_000_000;
const ROOMY = { totalBytes: 1000 * GB, freeBytes: 500 * GB };

async function setUp(env: Record<string, string> = {}) {
  const settings = { OLLAMA_MODELS: "/models", ...env };
  const service = await startCliService(settings, {}, { readDisk: () => Promise.resolve(ROOMY) });
  return { ...service, pulls: new HeldAnswers(service.ollama, "/api/pull") };
}

function part(server: HeldAnswer, completed: number): void {
  server.line({ status: "pulling 6a0746a1ec1a", digest: "sha256:6a", total: 4 * GB, completed });
}

function finish(server: HeldAnswer): void {
  server.line({ status: "success" });
  server.response.end();
}

describe("shared-ollama models pull", () => {
  it("shows a bar on a terminal, and what was said in the end", async () => {
    const service = await setUp();
    const terminal = cliInTerminal(["models", "pull", "qwen3:8b"], service);
    const server = await service.pulls.next();
    expect(server.body).toMatchObject({ model: "qwen3:8b", stream: true });
    server.line({ status: "pulling manifest" });
    part(server, GB);
    await terminal.shows(/pulling 6a0746a1ec1a \[[█░]+\] 25% \| 1000\.0 of 4000\.0 MB/);
    part(server, 4 * GB);
    finish(server);
    expect(await terminal.endsWith(0)).toContain("qwen3:8b is there.");
    // The cursor is shown again.
    expect(terminal.raw()).toContain("\u001B[?25h");
  });

  it("writes its steps as JSON lines, and nothing that moves without a terminal", async () => {
    const service = await setUp();
    const json = startCli(["models", "pull", "qwen3", "--json"], service);
    const server = await service.pulls.next();
    part(server, GB);
    finish(server);
    expect(await json.code).toBe(0);
    expect(await expectShape("models pull", json.output.stdout)).toHaveLength(2);
    const piped = startCli(["models", "pull", "qwen3"], service);
    const second = await service.pulls.next();
    part(second, GB);
    finish(second);
    expect(await piped.code).toBe(0);
    expect(piped.output.stdout).toBe("qwen3 is there.\n");
    expect(piped.output.stderr).not.toContain("\r");
  });

  it("goes on in the service after Ctrl-C, which says so, and ends with --cancel", async () => {
    const service = await setUp();
    const terminal = cliInTerminal(["models", "pull", "qwen3"], service);
    const server = await service.pulls.next();
    part(server, GB);
    await terminal.shows("25%");
    terminal.interrupt();
    const shown = await terminal.endsWith(130);
    expect(shown).toContain("The download goes on in the service. To end it:");
    expect(shown).toContain("shared-ollama models pull qwen3 --cancel");
    // A bar has the terminal cut long lines until it ends.
    const before = terminal.raw().split("The download goes on")[0] ?? "";
    expect(before.lastIndexOf(BREAK_LINES)).toBeGreaterThan(before.lastIndexOf(CUT_LINES));
    expect(server.request.cancelled).toBe(false);
    expect(await service.run(["models", "pull", "qwen3", "--cancel"])).toContain("was ended");
    await server.sawCancel();
    const again = await service.end(["models", "pull", "qwen3", "--cancel"]);
    expectOneLine(again);
    expect(again.code).toBe(4);
  });

  it("says in one line what went wrong, also in the middle", async () => {
    const service = await setUp();
    const pull = startCli(["models", "pull", "nope"], service);
    const server = await service.pulls.next();
    server.line({ status: "pulling manifest" });
    server.line({ error: "pull model manifest: file does not exist" });
    server.response.end();
    expect(await pull.code).toBe(4);
    expect(pull.output.stderr).toMatch(/^( {2}pulling manifest\n)?pull model manifest: .*\n$/);
    const wrong = await service.end(["models", "pull", "../etc"]);
    expectOneLine(wrong);
    expect(wrong.code).toBe(2);
  });
});

describe("shared-ollama preload", () => {
  it("fetches what is missing, and counts", async () => {
    const service = await setUp({ OLLAMA_REQUIRED_MODELS: "fake,one,two" });
    const preload = startCli(["preload", "--json"], service);
    finish(await service.pulls.next());
    const second = await service.pulls.next();
    second.json({ error: "no such model" }, 500);
    expect(await preload.code).toBe(1);
    expect(await expectShape("preload", preload.output.stdout)).toEqual({
      downloaded: ["one"],
      present: ["fake"],
      failed: [{ model: "two", error: expect.stringContaining("no such model") }],
    });
  });

  it("says it to people, too", async () => {
    const service = await setUp({ OLLAMA_REQUIRED_MODELS: "fake" });
    expect(await service.run(["preload"])).toBe("0 downloaded, 1 present, 0 failed\n");
  });
});

describe("shared-ollama warmup", () => {
  it("loads the warm-up models for as long as KEEP_ALIVE says", async () => {
    const service = await setUp({ OLLAMA_WARMUP_MODELS: "fake,nope" });
    const loads = () =>
      service.ollama.to("/api/generate").map(({ body }) => JSON.parse(String(body)));
    // The service warms up by itself, too.
    service.ollama.inMemory.length = 0;
    const before = loads().length;
    const { code, stdout, stderr } = await service.end(["warmup", "--keep-alive", "-1"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fake {2}(loaded in \d+ ms|was in memory)\n$/);
    expect(stderr).toContain("nope");
    await until(() => loads().length > before, "a load is there");
    expect(loads().at(-1)).toMatchObject({ model: "fake", keep_alive: -1 });
  });

  it("leaves out on the embedded engine what is not installed there", async () => {
    const service = await setUp({ OLLAMA_WARMUP_MODELS: "fake,nope" });
    const onEngine = { "/health": { inference_server: "engine" } };
    const env = { SHARED_OLLAMA_URL: await changedService(service.gateway.url, onEngine) };
    const { code, stdout, stderr } = await cli(["warmup"], { env });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^fake {2}[^\n]+\n$/);
  });

  it("counts for programs", async () => {
    const service = await setUp({ OLLAMA_WARMUP_MODELS: "fake" });
    expect(await service.json("warmup")).toMatchObject({
      keep_alive: "30m",
      loaded: [{ model: "fake" }],
      failed: [],
    });
  });
});
