import { describe, expect, it } from "vitest";
import { CLIENTS } from "../../../src/cli/connect/clients.ts";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startFakeOllama } from "../../support/fake-ollama.ts";
import { startGateway } from "../../support/gateway.ts";

const NOBODY = { SHARED_OLLAMA_URL: "http://127.0.0.1:1" };

describe("shared-ollama connect", () => {
  it("writes the snippet alone, with the service's address and model", async () => {
    const ollama = await startFakeOllama({ models: ["fake:latest", "smollm2:135m"] });
    const { url } = await startGateway({
      OLLAMA_BASE_URL: ollama.url,
      OLLAMA_DEFAULT_TEXT_MODEL: "smollm2:135m",
    });
    const env = { SHARED_OLLAMA_URL: url };
    const end = await cli(["connect", "claude-code", "--project", "story/machine"], { env });
    expect(end).toMatchObject({ code: 0, stderr: "" });
    expect(end.stdout).toMatch(/^(export [A-Z_]+=\S+\n)+$/);
    expect(end.stdout).toContain(`ANTHROPIC_BASE_URL=${url}/project/story%2Fmachine\n`);
    expect(end.stdout).toContain("ANTHROPIC_MODEL=smollm2:135m\n");

    const named = await cli(["connect", "codex", "--model", "gpt-oss:20b", "--json"], { env });
    const client = (await expectShape("connect", named.stdout)) as { snippet: string };
    expect(client.snippet).toContain('model = "gpt-oss:20b"');
    expect(client.snippet).toContain(`base_url = "${url}/v1"`);
  });

  it.each([
    { models: ["all-minilm:latest", "fake:latest"], named: "fake:latest" },
    { models: ["fake:latest", "smollm2:135m"], named: "smollm2:135m" },
  ])("names $named where the profile's model is not among $models", async ({ models, named }) => {
    const ollama = await startFakeOllama({ models });
    const { url } = await startGateway({ OLLAMA_BASE_URL: ollama.url });
    const end = await cli(["connect", "ollama-python"], { env: { SHARED_OLLAMA_URL: url } });
    expect(end.stdout).toContain(`model="${named}"`);
  });

  it("works without a service, and says what is to be put in", async () => {
    const end = await cli(["connect", "ollama-python"], { env: NOBODY });
    expect(end.code).toBe(0);
    expect(end.stdout).toContain('host="http://127.0.0.1:1"');
    expect(end.stderr).toContain("--model NAME");
  });

  it("lists what can be connected", async () => {
    const list = await cli(["connect", "--json"], { env: NOBODY });
    const { clients } = (await expectShape("connect", list.stdout)) as { clients: unknown[] };
    expect(clients).toHaveLength(CLIENTS.length);
    const shown = await cliInTerminal(["connect"], { env: NOBODY }).endsWith(0);
    expectToFit(shown);
    for (const { name } of CLIENTS) expect(shown).toContain(name);
  });

  it("says where the snippet goes on a terminal", async () => {
    const shown = await cliInTerminal(["connect", "continue"], { env: NOBODY }).endsWith(0);
    expect(shown).toContain("Goes into ~/.continue/config.yaml.");
  });

  it("does not know others", async () => {
    const unknown = await cli(["connect", "open-web-ui"], { env: NOBODY });
    expect(unknown.code).toBe(4);
    expect(unknown.stderr).toContain("did you mean open-webui?");
    expectOneLine(unknown);
    const wrong = await cli(["connect", "codex", "--project", "a b"], { env: NOBODY });
    expect(wrong.code).toBe(2);
    expectOneLine(wrong);
  });
});
