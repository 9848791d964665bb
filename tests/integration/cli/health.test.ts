import { describe, expect, it } from "vitest";
import { cli, cliInTerminal, expectOneLine } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { until } from "../../support/deadline.ts";
import { startFakeOllama } from "../../support/fake-ollama.ts";
import { startGateway } from "../../support/gateway.ts";
import { freePort } from "../../../src/hosts/server.ts";

describe("shared-ollama health", () => {
  it("says that a service is ready, and ends with 0", async () => {
    const env = await serviceEnv();
    const people = await cli(["health"], { env });
    expect(people).toMatchObject({ code: 0, stderr: "" });
    expect(people.stdout).toMatch(/^healthy\n/);
    const { code, stdout } = await cli(["health", "--json"], { env });
    expect(code).toBe(0);
    expect(await expectShape("health", stdout)).toMatchObject({ status: "healthy" });
  });

  it("is green in a terminal, unless colours are off", async () => {
    const env = await serviceEnv();
    const terminal = cliInTerminal(["health"], { env });
    expect(await terminal.endsWith(0)).toMatch(/^healthy\n/);
    expect(terminal.raw()).toContain("\u001B[32mhealthy");
    for (const options of [["--no-color"], []]) {
      const without = cliInTerminal(["health", ...options], { env: { ...env, NO_COLOR: "1" } });
      await without.endsWith(0);
      expect(without.raw()).not.toContain("\u001B[32m");
    }
  });

  it("ends with 1 where the inference server is away", async () => {
    const ollama = await startFakeOllama();
    const { url } = await startGateway({ OLLAMA_BASE_URL: ollama.url });
    await ollama.stop();
    let end = await cli(["health", "--url", url]);
    // The service notices it with its next look.
    await until(async () => {
      end = await cli(["health", "--url", url]);
      return end.code !== 0;
    }, "the health shows it");
    expect(end.stdout).toMatch(/^(unhealthy|starting): \w+/);
    expect(end.code).toBe(1);
  });

  it("ends with 3 and a way to start it where nothing answers", async () => {
    const url = `http://127.0.0.1:${await freePort(0)}`;
    const end = await cli(["health", "--url", url]);
    expectOneLine(end);
    expect(end).toMatchObject({
      code: 3,
      stderr: `Nothing answers at ${url}. Start it: shared-ollama start\n`,
    });
  });

  it.each([["health", "more"], ["health", "--unknown"], ["health", "--url"], ["--nothing"]])(
    "ends with 2 where it is called as %s %s",
    async (...args) => {
      const end = await cli(args);
      expectOneLine(end);
      expect(end.code).toBe(2);
      expect(end.stderr).toContain("shared-ollama");
    },
  );
});

async function serviceEnv(): Promise<{ SHARED_OLLAMA_URL: string }> {
  const ollama = await startFakeOllama();
  const { url } = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  return { SHARED_OLLAMA_URL: url };
}
