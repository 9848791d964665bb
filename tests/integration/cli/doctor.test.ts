import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startFakeOllama } from "../../support/fake-ollama.ts";
import { makeHome, startServiceProcess } from "../../support/service-process.ts";

describe("shared-ollama doctor", () => {
  it("ends with 0 where nothing is broken, whether the service runs or not", async () => {
    const home = await makeHome();
    const ollama = await startFakeOllama({ models: ["smollm2:135m"] });
    const env = {
      SHARED_OLLAMA_HOME: home,
      OLLAMA_BASE_URL: ollama.url,
      OLLAMA_REQUIRED_MODELS: "smollm2:135m",
      API_PORT: "0",
    };
    const before = await cli(["doctor", "--json"], { env });
    expect(before.code, before.stdout + before.stderr).toBe(0);
    expect(await expectShape("doctor", before.stdout)).toMatchObject({ ok: true });

    const service = startServiceProcess({ home, env });
    await service.listening();
    const { API_PORT: _, ...running } = env;
    const seen = await cli(["doctor"], { env: running });
    expect(seen.code, seen.stdout + seen.stderr).toBe(0);
    expect(seen.stdout).toContain(`runs at ${service.url}`);
    expect(seen.stdout).not.toContain("\u001B");
    // The service keeps the server of its own environment, whatever this one names.
    const other = { ...running, OLLAMA_BASE_URL: "http://127.0.0.1:1" };
    const elsewhere = await cli(["doctor"], { env: other });
    expect(elsewhere.code, elsewhere.stdout + elsewhere.stderr).toBe(0);
    expect(elsewhere.stdout).toMatch(
      /^ok +ollama +Ollama \S+ is what the running service uses\.$/m,
    );
  }, 90_000);

  it("ends with 1 where something is, and fits a terminal", async () => {
    const home = await makeHome();
    await mkdir(join(home, "logs"));
    await writeFile(join(home, "data"), "");
    const env = {
      SHARED_OLLAMA_HOME: home,
      OLLAMA_BASE_URL: "http://127.0.0.1:1",
      API_PROT: "8001",
      QUEUE_CHAT_MAX_CONCURRENT: "no number at all, but words that make the line a long one",
      HTTP_PROXY: "http://proxy.example:3128",
    };
    const terminal = cliInTerminal(["doctor"], { env });
    const shown = await terminal.endsWith(1);
    expectToFit(shown);
    expect(shown).toMatch(/^broken {3}settings {2}QUEUE_CHAT_MAX_CONCURRENT=/m);
    expect(shown).toMatch(/^broken {3}ollama {4}No Ollama answers at http:\/\/127.0.0.1:1\./m);
    expect(shown).toContain(`${join(home, "data")} is a file.`);
    expect(shown).toContain("→ Set API_PORT if that is meant.");
    expect(shown).toMatch(/\d broken, \d warnings\.\n/);
    expect(terminal.raw()).toContain("\u001B[31m");
  });

  it("looks at the settings of a file", async () => {
    const file = join(await makeHome(), "settings.env");
    await writeFile(file, "API_LOG_LEVEL=loud\n");
    const end = await cli(["doctor", "--json", "--settings-file", file]);
    expect(end.code).toBe(1);
    expect(end.stdout).toContain("API_LOG_LEVEL");
  });

  it("says what it does not know", async () => {
    const unknown = await cli(["doctor", "--heal"]);
    expect(unknown.code).toBe(2);
    expectOneLine(unknown);
    const missing = await cli(["doctor", "--settings-file", "/no/such/file"]);
    expect(missing.code).toBe(4);
    expectOneLine(missing);
  });
});
