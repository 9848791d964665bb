import { describe, expect, it } from "vitest";
import { freePort } from "../../../src/hosts/server.ts";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { until } from "../../support/deadline.ts";
import { startFakeOllama } from "../../support/fake-ollama.ts";
import { startGateway } from "../../support/gateway.ts";
import { HeldAnswers } from "../../support/held-answers.ts";

const MODEL = "qwen3-vl:8b-instruct-q4_K_M";

describe("shared-ollama status", () => {
  it("shows health, queue, memory, models and who uses them, on 80 columns", async () => {
    const { url, post, get, ollama } = await started();
    const held = new HeldAnswers(ollama, "/api/chat");
    const question = { model: MODEL, messages: [{ role: "user", content: "Hi" }] };
    const ask = (project: string): Promise<Response> =>
      post(
        "/api/v1/chat",
        { ...question, stream: false },
        { headers: { "X-Project-Name": project } },
      );
    const answers = [ask("story-machine"), ask(`${"long-name-of-a-project-".repeat(2)}x`)];
    const running = await held.next();
    await until(async () => {
      const { waiting } = (await (await get("/api/v1/queue")).json()) as { waiting: number };
      return waiting === 1;
    }, "the second question waits");

    const env = { SHARED_OLLAMA_URL: url };
    const terminal = cliInTerminal(["status"], { env });
    const shown = await terminal.endsWith(0);
    expectToFit(shown);
    expect(shown).toMatch(/^Shared Ollama \d+\.\d+\.\d+ at http/);
    expect(shown).toMatch(/Health\s+healthy/);
    expect(shown).toMatch(/Queue\s+1 running, 1 waiting/);
    expect(shown).toMatch(/Memory\s+[█░]{20} .* for models/);
    expect(shown).toMatch(/^PROJECT\s+RUNNING\s+WAITING\s+LAST HOUR\s+SHARE$/m);
    expect(shown).toMatch(/^story-machine\s+[01]\s+[01]\s/m);
    expect(shown).toMatch(/^long-name-of-a-project-.*…\s/m);

    // No proxy of the environment is asked.
    const nowhere = `http://127.0.0.1:${await freePort(0)}`;
    const proxies = { HTTP_PROXY: nowhere, http_proxy: nowhere, NO_PROXY: "", no_proxy: "" };
    const piped = await cli(["status", "--json"], { env: { ...env, ...proxies } });
    expect(piped.code).toBe(0);
    expect(await expectShape("status", piped.stdout)).toMatchObject({
      url,
      health: { status: "healthy" },
      queue: { running: 1, waiting: 1 },
    });
    running.finish();
    (await held.next()).finish();
    await Promise.all(answers);
  });

  it("has no colours and whole names where it is piped", async () => {
    const { url } = await started();
    const { stdout } = await cli(["--url", url, "status"]);
    expect(stdout).not.toContain("\u001B");
  });

  it("ends with 1 and the reason where the inference server is away", async () => {
    const { url, ollama } = await started();
    await ollama.stop();
    const env = { SHARED_OLLAMA_URL: url };
    let end = await cli(["status"], { env });
    // The service notices it with its next look.
    await until(async () => {
      end = await cli(["status"], { env });
      return end.code !== 0;
    }, "the status shows it");
    expect(end.code).toBe(1);
    expect(end.stdout).toMatch(/Health\s+(unhealthy|starting): \w+/);
  });

  it("ends with 3 where nothing answers, and with 2 for a wrong address", async () => {
    const gone = `127.0.0.1:${await freePort(0)}`;
    const end = await cli(["status"], { env: { SHARED_OLLAMA_URL: gone } });
    expectOneLine(end);
    expect(end).toMatchObject({
      code: 3,
      stderr: `Nothing answers at http://${gone}. Start it: shared-ollama start\n`,
    });
    const wrong = await cli(["status", "--url", "ftp://example"]);
    expectOneLine(wrong);
    expect(wrong.code).toBe(2);
  });

  it("says where something else answers", async () => {
    const ollama = await startFakeOllama();
    const end = await cli(["status", "--url", ollama.url]);
    expectOneLine(end);
    expect(end.code).toBe(1);
    expect(end.stderr).toContain("is --url right?");
  });
});

async function started() {
  const ollama = await startFakeOllama({ models: [MODEL, "qwen3:14b-q4_K_M"] });
  return { ollama, ...(await startGateway({ OLLAMA_BASE_URL: ollama.url })) };
}
