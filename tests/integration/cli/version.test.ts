import { describe, expect, it } from "vitest";
import { freePort } from "../../../src/hosts/server.ts";
import { onBun, runtime } from "../../../src/runtime/on-bun.ts";
import { serviceVersion } from "../../../src/runtime/paths.ts";
import { cli, cliInTerminal, expectToFit } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startFakeOllama } from "../../support/fake-ollama.ts";
import { startGateway } from "../../support/gateway.ts";

describe("shared-ollama version", () => {
  it("tells the program's, the service's and Ollama's", async () => {
    const ollama = await startFakeOllama();
    const { url } = await startGateway({ OLLAMA_BASE_URL: ollama.url });
    const { ollama: expected } = { ollama: await versionOf(ollama.url) };
    const { code, stdout } = await cli(["version", "--json", "--url", url]);
    expect(code).toBe(0);
    expect(await expectShape("version", stdout)).toEqual({
      program: serviceVersion,
      runtime,
      service: {
        ...{ url, version: serviceVersion, runtime },
        ...{ ollama: expected, inference_server: "external" },
      },
    });
    const terminal = cliInTerminal(["version"], { env: { SHARED_OLLAMA_URL: url } });
    const shown = await terminal.endsWith(0);
    expectToFit(shown);
    expect(shown).toContain(expected);
    const on = `${onBun ? "Bun" : "Node"} ${runtime.version}`;
    expect(shown).toContain(`service        ${serviceVersion} on ${on}, at ${url}`);
  });

  it("tells its own where nothing answers", async () => {
    const url = `http://127.0.0.1:${await freePort(0)}`;
    const { code, stdout } = await cli(["version", "--json", "--url", url]);
    expect(code).toBe(0);
    expect(await expectShape("version", stdout)).toMatchObject({ service: null });
    expect(await cli(["--version"])).toEqual({
      code: 0,
      stdout: `${serviceVersion}\n`,
      stderr: "",
    });
  });

  it("ends with 2 where it is called wrongly", async () => {
    expect((await cli(["version", "now"])).code).toBe(2);
  });
});

async function versionOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/version`);
  return ((await answer.json()) as { version: string }).version;
}
